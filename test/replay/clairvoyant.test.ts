import { describe, expect, it } from 'vitest';
import { objectiveOf } from '../../src/controller/objective.ts';
import { createAlternatives } from '../../src/replay/alternatives.ts';
import { prepareEvaluation } from '../../src/replay/evaluate.ts';
import { constantCandidates } from '../../src/replay/hindsight.ts';
import { DAY_MS } from '../../src/time.ts';
import { measuredOf, readingOf, START_MS } from './support.ts';

const DAYS = 5;
const perStep = (stepSeconds: number, countAt: (minuteOfDay: number, i: number) => number) => {
  const length = (DAYS * 86_400) / stepSeconds;
  return Array.from({ length }, (_, i) => countAt(((i * stepSeconds) / 60) % 1440, i));
};

const WORKLOADS: [string, { stepSeconds: number; durationMs: number; invocations: number[] }][] = [
  [
    'a daily job of long requests above a trickle',
    {
      stepSeconds: 300,
      durationMs: 20_000,
      invocations: perStep(300, (minute, i) => (minute >= 840 && minute < 860 ? 1200 : (i * 7) % 10)),
    },
  ],
  [
    'an hourly job',
    {
      stepSeconds: 300,
      durationMs: 2000,
      invocations: perStep(300, (minute, i) => (minute % 60 === 0 ? 900 : (i * 7) % 10)),
    },
  ],
  [
    'a minute of bursts',
    { stepSeconds: 60, durationMs: 5000, invocations: perStep(60, (minute) => (minute % 60 === 7 ? 80 : 1)) },
  ],
  [
    'requests too short to occupy the environments that they need',
    {
      stepSeconds: 300,
      durationMs: 20,
      invocations: perStep(300, (minute, i) => (minute >= 840 && minute < 860 ? 15_000 : (i * 7) % 10)),
    },
  ],
  ['a few requests at any time', { stepSeconds: 3600, durationMs: 2000, invocations: perStep(3600, () => 300) }],
];

describe('the clairvoyant', () => {
  it.each(WORKLOADS)('is beaten by nobody who does not know the future: %s', async (_, workload) => {
    const { stepSeconds, invocations, durationMs } = workload;
    const reading = readingOf({ stepSeconds, invocations, averageDurationMs: invocations.map(() => durationMs) });
    const settings = measuredOf({ maxCapacity: 1000 });
    const period = { fromMs: START_MS + 2 * DAY_MS, toMs: START_MS + DAYS * DAY_MS };
    const alternatives = createAlternatives(prepareEvaluation(reading, period, settings), settings);
    for (const coldStartPriceUsd of [0.003, 0.3]) {
      const scored = await alternatives.compare([], objectiveOf({ ...settings, coldStartPriceUsd }));
      const clairvoyant = scored.find(({ name }) => name === 'clairvoyant')!;
      for (const { name, effectiveCostUsd } of scored)
        expect(clairvoyant.effectiveCostUsd, name).toBeLessThanOrEqual(effectiveCostUsd);
      // Of itself, not by taking over what another does.
      if (coldStartPriceUsd === 0.3) expect(clairvoyant.detail).toMatch(/^(cover|constant) /);
    }
  });
});

it('the constants that compete reach what short requests need, which their concurrency does not tell', () => {
  const minutes = (value: number) => new Float64Array(60).fill(value);
  // 400 requests a second of 20 ms.
  const record = {
    startMs: START_MS,
    requests: minutes(24_000),
    meanConcurrency: minutes(8),
    maxConcurrency: minutes(20),
    stepSeconds: new Uint16Array(60).fill(300),
  };
  const highest = constantCandidates(record, { startMs: START_MS, endMs: START_MS + 3_600_000 }, 900).at(-1)!;
  const level = Number(highest.name.replace('constant ', ''));
  expect(level).toBeGreaterThanOrEqual(46);
  expect(level).toBeLessThanOrEqual(52);
});
