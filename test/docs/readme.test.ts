/** The numbers of README.md are those of the pages that commands print. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const cells = (path: string) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
const evaluated = cells('docs/evaluation.md');
const header = evaluated.find(([first]) => first === 'price of a cold start')!;

describe('README.md', () => {
  it.each(['$0.003', '$0.03', '$0.3', 'all'])('says what docs/evaluation.md says of %s', (price) => {
    const row = evaluated.find(([first]) => first === price)!;
    const of = (name: string) => row[header.indexOf(name)]!;
    const shown = cells('README.md').find(([first]) => first === price);
    const worse = `${of('more than 2 % worse')} of ${of('cases')}`;
    expect(shown).toEqual([price, of('ours/on demand'), of('ours/best'), worse]);
  });

  it('says what docs/operations.md says of what it costs to run', () => {
    const operations = readFileSync('docs/operations.md', 'utf8').replaceAll('*', '');
    const readme = readFileSync('README.md', 'utf8');
    const [perAlias, once] = [...operations.matchAll(/\| together +\| +\| (\d+\.\d\d) +\|/g)].map(([, usd]) => usd!);
    expect(readme).toContain(`About ${Math.round(Number(perAlias))} USD per alias and month`);
    expect(readme).toContain(`${once} USD for the controller`);
  });
});
