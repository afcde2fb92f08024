/** What GitHub's renderer of formulas would stumble over. */

/** The commands that the pages use; all are MathJax's. */
const KNOWN = new Set(
  `Delta alpha beta gamma delta sigma lambda mu rho tau theta phi Phi ell hat bar tilde text mathrm mathbb mathbf operatorname frac sqrt sum prod
  int max min log exp le ge ne approx sim propto in cdot times to infty left right begin end quad qquad dots ldots cdots lceil rceil
  lfloor rfloor lbrace rbrace mid partial Pr arg underset overset cases aligned bigl bigr Bigl Bigr middle , ; ! : \\ { } |`
    .split(/\s+/)
    .filter(Boolean),
);
const PAIRS: [string, string][] = [
  ['{', '}'],
  ['\\left', '\\right'],
  ['\\begin', '\\end'],
];

export function mathFaults(text: string): string[] {
  const faults: string[] = [];
  const commands = [...text.matchAll(/\\([A-Za-z]+|.)/g)].map(([, name]) => name!);
  for (const name of new Set(commands)) if (!KNOWN.has(name)) faults.push(`\\${name} is not among the known commands`);
  const bare = text.replace(/\\[{}]/g, '');
  for (const [open, close] of PAIRS) {
    const [opened, closed] = [count(bare, open), count(bare, close)];
    if (opened !== closed) faults.push(`${opened} x ${open}, ${closed} x ${close}`);
  }
  if (text.trim() === '') faults.push('is empty');
  return faults;
}

function count(text: string, part: string): number {
  const isWord = part.startsWith('\\');
  return text.split(part).filter((rest, i) => i > 0 && !(isWord && /^[A-Za-z]/.test(rest))).length;
}
