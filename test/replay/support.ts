/** Readings and settings for replays. */
import { parseTargetConfig, type TargetConfig } from '../../src/config.ts';
import { type MeasuredSettings, measuredSettings } from '../../src/controller/measured-settings.ts';
import { buildMetricGrid } from '../../src/metric-grid.ts';
import type { MetricReading } from '../../src/model.ts';

export const START_MS = Date.UTC(2026, 10, 2);

export function settingsOf(given: Record<string, unknown> = {}): TargetConfig {
  const target = { functionName: 'function', alias: 'live' };
  return parseTargetConfig(target, given, (path) => ({ name: path.join('.'), value: undefined }));
}

/** The same where no metrics tell more. */
export function measuredOf(given: Record<string, unknown> = {}): MeasuredSettings<TargetConfig> {
  return measuredSettings(settingsOf(given), { grids: [] }).settings;
}

export interface ReadingValues {
  stepSeconds: number;
  invocations: readonly number[];
  averageDurationMs?: readonly number[];
  maxConcurrency?: readonly number[];
}

/** One grid from START_MS on, read to its end. */
export function readingOf({ stepSeconds, ...values }: ReadingValues): MetricReading {
  const { length } = values.invocations;
  const timesMs = values.invocations.map((_, i) => START_MS + i * stepSeconds * 1000);
  const series = Object.fromEntries(
    Object.entries(values).map(([name, points]) => [name, { timesMs, values: points }]),
  );
  const grid = buildMetricGrid({ startMs: START_MS, stepSeconds, length }, series);
  return { grids: [grid], reliableUntilMs: START_MS + length * stepSeconds * 1000, notes: [] };
}

/** Hours of steps of one length, then of another: `countAt` is asked for the requests of the steps one by one. */
export function mixedReading(
  parts: readonly { stepSeconds: number; hours: number }[],
  countAt: (i: number) => number,
  hasMaxima = false,
): MetricReading {
  let startMs = START_MS;
  let i = 0;
  const grids = parts.map(({ stepSeconds, hours }) => {
    const length = (hours * 3600) / stepSeconds;
    const timesMs = Array.from({ length }, (_, step) => startMs + step * stepSeconds * 1000);
    const values = timesMs.map(() => countAt(i++));
    const maxConcurrency = { timesMs, values: values.map((count) => Math.ceil(count / 10)) };
    const series = { invocations: { timesMs, values }, ...(hasMaxima && { maxConcurrency }) };
    const grid = buildMetricGrid({ startMs, stepSeconds, length }, series);
    startMs += hours * 3_600_000;
    return grid;
  });
  return { grids, reliableUntilMs: startMs, notes: [] };
}

/** The same file if it had ended earlier. */
export function cutReading(reading: MetricReading, untilMs: number): MetricReading {
  const grids = reading.grids.map((grid) => {
    const length = Math.max(0, Math.floor((untilMs - grid.startMs) / (grid.stepSeconds * 1000)));
    const cut = Object.entries(grid).map(([name, value]: [string, unknown]) => [
      name,
      value instanceof Float64Array || value instanceof Uint8Array ? value.slice(0, length) : value,
    ]);
    return Object.fromEntries(cut) as typeof grid;
  });
  return { ...reading, grids, reliableUntilMs: Math.min(reading.reliableUntilMs, untilMs) };
}

/** Requests per five minutes with a working day: quiet nights, and a rush at nine. */
export function workingDays(days: number): number[] {
  return Array.from({ length: days * 288 }, (_, i) => {
    const hour = (i % 288) / 12;
    const rush = hour >= 9 && hour < 10 ? 900 : 0;
    return Math.round(40 + (hour > 8 && hour < 18 ? 300 : 0) + rush + ((i * 7919) % 23));
  });
}

/**
 * Minutes of thirty requests of two seconds for half an hour, each fourth hour; the first of them finds nothing warm, and starting
 * an environment takes so many seconds at that moment.
 */
export function coldMinutes(days: number, coldStartSeconds: (atMs: number) => number): MetricReading {
  const minutes = Array.from({ length: days * 1440 }, (_, minute) => ({ minute, inHour: minute % 240 }));
  return readingOf({
    stepSeconds: 60,
    invocations: minutes.map(({ inHour }) => (inHour < 30 ? 30 : 0)),
    averageDurationMs: minutes.map(({ inHour }) => (inHour < 30 ? 2000 : NaN)),
    maxConcurrency: minutes.map(({ minute, inHour }) => {
      if (inHour >= 30) return 0;
      return inHour === 0 ? Math.round(3 + coldStartSeconds(START_MS + minute * 60_000) / 2) : 4;
    }),
  });
}
