import { describe, expect, it } from 'vitest';
import { chartLegend, type ChartSeries, renderChart } from '../../src/report/chart.ts';
import { terminalFor } from '../../src/report/terminal.ts';
import { displayWidth } from '../../src/report/text.ts';
import { DAY_MS, SLOT_MS } from '../../src/time.ts';

const START_MS = Date.parse('2026-11-21T00:00:00Z');
const of = (value: (i: number) => number) => Float64Array.from({ length: 576 }, (_, i) => value(i));
const past = (value: (i: number) => number) => of((i) => (i < 288 ? value(i) : NaN));
const ahead = (value: (i: number) => number) => of((i) => (i < 288 ? NaN : value(i)));

function series(scale = 1): ChartSeries {
  const wave = (i: number) => scale * (60 + 50 * Math.sin((2 * Math.PI * i) / 288));
  return {
    startMs: START_MS,
    slotMs: SLOT_MS,
    actual: past(wave),
    band: { mean: ahead((i) => 0.5 * wave(i)), likely: ahead(wave), high: ahead((i) => 1.3 * wave(i)) },
    plan: ahead((i) => 1.4 * wave(i)),
    nowMs: START_MS + DAY_MS,
  };
}
const at = (columns: number, zone = 'UTC') => terminalFor({ columns }, {}, zone);

describe('a chart', () => {
  it.each([40, 60, 80, 100, 200])('keeps to %i columns', (width) => {
    for (const line of renderChart(series(), 14, at(width))) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    for (const line of chartLegend({ actual: 'demand', plan: 'plan', band: true }, at(width)))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  });

  it('shades the forecast from its mean to its high quantile below the plan, and draws demand that came as columns', () => {
    const text = renderChart(series(), 14, at(80)).join('\n');
    const [before, after] = [/█/, /▓/].map((sign) => text.split('\n').filter((line) => sign.test(line)).length);
    expect(before).toBeGreaterThan(5);
    expect(after).toBeGreaterThan(3);
    expect(text).toMatch(/━.*░.*▒.*▓/s);
  });

  it('marks midnight and hours of the zone, and now', () => {
    const axis = (zone: string) => renderChart(series(), 5, at(100, zone)).slice(-2).join('\n');
    expect(axis('UTC')).toMatch(/└┬.*▲.*\n +11-21 +06:00 +12:00 +18:00 +11-22/);
    expect(axis('Asia/Kolkata')).toMatch(/11-22/);
    expect(axis('Asia/Kolkata')).not.toEqual(axis('UTC'));
  });

  it.each([
    ['1e12', 1e10, '1.5T'],
    ['a million', 1e4, '1.5M'],
    ['a hundred', 1, '154'],
  ])('has a narrow scale also where demand reaches %s', (_, scale, top) => {
    const [first = ''] = renderChart(series(scale), 8, at(80));
    expect(first).toMatch(new RegExp(`^ *${top} │`));
  });

  it.each<[string, Partial<ChartSeries>]>([
    ['nothing known', { actual: of(() => NaN), band: null, plan: of(() => NaN) }],
    ['nothing at all', { actual: of(() => 0), band: null, plan: of(() => 0) }],
    ['one slot', { actual: new Float64Array([3]), band: null, plan: new Float64Array([4]) }],
  ])('can show %s', (_, parts) => {
    const lines = renderChart({ ...series(), ...parts }, 4, at(40));
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(40);
  });

  it('has no tick in the middle of an hour where clocks change', () => {
    const berlin = {
      ...series(),
      startMs: Date.parse('2026-10-24T12:00:00Z'),
      nowMs: Date.parse('2026-10-25T00:00:00Z'),
    };
    const labels = renderChart(berlin, 4, at(160, 'Europe/Berlin')).at(-1)!;
    expect(labels.match(/\d\d:\d\d/g)?.every((label) => label.endsWith(':00'))).toBe(true);
  });
});
