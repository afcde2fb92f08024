/** "Did you mean": the nearest of the words that are known. */

/** `; did you mean x?`, or nothing where no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === null ? '' : `; did you mean ${near}?`;
}

/** The known word with the least edits, case aside: at most a third of its letters, or what it begins or ends with. Null for none. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  if (wanted === '' || wanted.length > LONGEST) return null;
  let best: { word: string; edits: number } | null = null;
  for (const candidate of known) {
    for (const other of formsOf(candidate.toLowerCase())) {
      const edits = editDistance(wanted, other);
      const near = edits <= Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3));
      if (near && (!best || edits < best.edits)) best = { word: candidate, edits };
    }
  }
  if (best) return best.word;
  const contained = known.filter((candidate) => wanted.length >= 3 && candidate.toLowerCase().includes(wanted));
  return contained.length === 1 ? (contained[0] ?? null) : null;
}

/** A path (`Europe/Berlin`) may be meant by its last part. */
function formsOf(word: string): string[] {
  return word.includes('/') ? [word, word.slice(word.lastIndexOf('/') + 1)] : [word];
}

/** Nobody mistypes a word of this length. */
const LONGEST = 100;

/** Insertions, deletions, substitutions and swaps of neighbours (Damerau 1964, restricted). */
export function editDistance(a: string, b: string): number {
  const at = (row: readonly number[], j: number) => row[j] ?? Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(row, j - 1) + 1,
        at(last, j) + 1,
        at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? at(beforeLast, j - 2) + 1 : Infinity,
      );
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}
