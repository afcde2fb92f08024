import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../src/config.ts';
import { DEFAULT_COLD_START_MS, measuredSettings } from '../../src/controller/measured-settings.ts';
import { buildMetricGrid } from '../../src/metric-grid.ts';
import type { MetricGrid } from '../../src/model.ts';

const SETTINGS = settingsSchema.parse({});

/** Minutes of twelve requests of two seconds, each fourth hour; the first of them finds nothing warm. */
function coldGrid(coldStartSeconds: number): MetricGrid {
  const length = 20 * 24 * 60;
  const timesMs: number[] = [];
  const requests: number[] = [];
  const highest: number[] = [];
  for (let minute = 0; minute < length; minute++) {
    const inHour = minute % 240;
    timesMs.push(minute * 60_000);
    requests.push(inHour < 30 ? 30 : 0);
    // One request at a time on average is up to four at once in a minute; while all start, half a request more each second.
    highest.push(inHour >= 30 ? 0 : inHour === 0 ? Math.round(3 + (30 / 60) * coldStartSeconds) : 4);
  }
  return buildMetricGrid(
    { startMs: 0, stepSeconds: 60, length },
    {
      invocations: { timesMs, values: requests },
      averageDurationMs: { timesMs, values: requests.map((count) => (count > 0 ? 2000 : NaN)) },
      maxConcurrency: { timesMs, values: highest },
    },
    [timesMs],
  );
}

describe('measuredSettings', () => {
  it('takes memory and architecture from the function, unless they are given', () => {
    const billing = { memoryMb: 3008, architecture: 'arm64' } as const;
    expect(measuredSettings(SETTINGS, { billing, grids: [] }).settings).toMatchObject(billing);
    expect(measuredSettings({ ...SETTINGS, memoryMb: 512 }, { billing, grids: [] }).settings.memoryMb).toBe(512);
  });

  it('learns how long a cold start takes from minutes that found nothing warm, and says so', () => {
    const { settings, notes } = measuredSettings(SETTINGS, { grids: [coldGrid(20)] });
    expect(settings.coldStartMs).toBeGreaterThan(14_000);
    expect(settings.coldStartMs).toBeLessThan(27_000);
    expect(notes[0]).toContain('learned from');
  });

  it.each([
    ['what is given comes first', { ...SETTINGS, coldStartMs: 1234 }, [coldGrid(20)], 1234],
    ['without metrics it is assumed', SETTINGS, [], DEFAULT_COLD_START_MS],
  ])('%s', (_, settings, grids, expected) => {
    const measured = measuredSettings(settings, { grids });
    expect(measured).toMatchObject({ settings: { coldStartMs: expected }, notes: [] });
  });
});
