import { describe, expect, it } from 'vitest';
import { progressLine, startProgress } from '../../src/report/progress.ts';
import { terminalFor } from '../../src/report/terminal.ts';
import { displayWidth } from '../../src/report/text.ts';

function watched(isTTY: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const stream = { isTTY, columns: 80, write: (text: string) => written.push(text) };
  const progress = startProgress(stream, 'replay', { terminal: terminalFor(stream, {}), nowMs: () => nowMs });
  const after = (ms: number, share?: number, doing?: string) => {
    nowMs += ms;
    progress.update(share, doing);
  };
  return { progress, after, written };
}

describe('progress', () => {
  it('says how far it is and how long it takes still, and takes the line away', () => {
    const { progress, after, written } = watched(true);
    after(500, 0.05);
    after(500, 0.25, 'comparing policies');
    expect(written).toHaveLength(2);
    expect(written[1]).toMatch(/2Kcomparing policies.* 25 % {2}3 s left$/);
    expect(written[1]?.startsWith('\r\u001b[2K')).toBe(true);
    progress.done();
    expect(written.at(-1)).toBe('\r\u001b[2K');
  });

  it('does not appear for what is quick, and has nothing to take away then', () => {
    const { progress, after, written } = watched(true);
    after(50, 0.2);
    after(50, 0.9);
    progress.done();
    expect(written).toEqual([]);
  });

  it('counts the time where nobody knows how long it takes, also when it is only looked at again', () => {
    const { progress, after, written } = watched(true);
    after(2_000, undefined, 'reading metrics');
    expect(written.at(-1)).toMatch(/reading metrics {2}2 s$/);
    after(100);
    progress.redraw();
    expect(written.at(-1)).toMatch(/replay {2}3 s$/);
  });

  it('is silent where nobody watches', () => {
    const { progress, after, written } = watched(false);
    after(5_000, 0.5);
    progress.done();
    expect(written).toEqual([]);
  });

  it.each([40, 60, 80, 100, 160])('fits into %i columns, whatever is done', (width) => {
    const terminal = terminalFor({ columns: width }, {});
    for (const doing of ['replay', '日本語'.repeat(40), '\u001b[2Jx'.repeat(9)])
      for (const share of [undefined, 0, 0.01, 0.5, 1]) {
        const line = progressLine({ share, doing, spentMs: 4_000_000 }, terminal);
        expect(displayWidth(line)).toBeLessThan(width);
        // eslint-disable-next-line no-control-regex -- these are what must not be there
        expect(line).not.toMatch(/[\u0000-\u001f]/);
      }
  });
});
