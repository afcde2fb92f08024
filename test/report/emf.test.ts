import { describe, expect, it } from 'vitest';
import { aheadFields, capacityMetrics, emfFields, type EmfMetric } from '../../src/report/emf.ts';
import type { CapacityPlan, Forecast, ScalingState } from '../../src/model.ts';

const NOW = Date.parse('2026-11-22T10:02:00Z');
const SLOT = 300_000;
const TARGET = { functionName: 'scorer', alias: 'live' };
const count = (value: number): EmfMetric => ({ value, unit: 'Count' });

interface Embedded {
  Timestamp: number;
  CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
}
const embedded = (fields: Record<string, unknown>) => fields._aws as Embedded;

describe('emfFields', () => {
  it('makes a document as the specification asks: every metric and dimension is a field beside the directive', () => {
    const fields = emfFields(TARGET, { Ticks: count(1), Writes: count(3) }, NOW, 'controller');
    const { Timestamp, CloudWatchMetrics } = embedded(fields);
    expect(Timestamp).toBe(NOW);
    expect(CloudWatchMetrics.map(({ Dimensions }) => Dimensions)).toEqual([
      [['FunctionName', 'Alias']],
      [['Controller']],
    ]);
    for (const { Namespace, Dimensions, Metrics } of CloudWatchMetrics) {
      expect(Namespace).toBe('Prewarm');
      for (const name of Dimensions.flat()) expect(fields[name], name).toEqual(expect.any(String));
      for (const { Name } of Metrics) expect(fields[Name], Name).toEqual(expect.any(Number));
    }
    expect(fields).toMatchObject({
      FunctionName: 'scorer',
      Alias: 'live',
      Controller: 'controller',
      Ticks: 1,
      Writes: 3,
    });
  });

  it.each([
    ['outside of Lambda only per target', TARGET, undefined, [['FunctionName', 'Alias']]],
    ['without a target only per controller', null, 'controller', [['Controller']]],
    ['without either under no dimension', null, undefined, [[]]],
  ])('counts %s', (_, target, controller, dimensions) => {
    const { CloudWatchMetrics } = embedded(emfFields(target, { Ticks: count(1) }, NOW, controller));
    expect(CloudWatchMetrics.flatMap(({ Dimensions }) => Dimensions)).toEqual(dimensions);
  });

  it('keeps what is of interest for one target only to that target', () => {
    const { CloudWatchMetrics } = embedded(emfFields(TARGET, { Writes: count(3), Ticks: count(1) }, NOW, 'controller'));
    expect(CloudWatchMetrics[1]!.Metrics).toEqual([{ Name: 'Ticks', Unit: 'Count' }]);
  });

  it('keeps a shortfall to the controller, whose alarm it is, and to the target where there is no controller', () => {
    const namesOf = (controller?: string) =>
      embedded(
        emfFields(TARGET, { ProvisionedShortfall: count(2), Writes: count(0) }, NOW, controller),
      ).CloudWatchMetrics.map(({ Metrics }) => Metrics.map(({ Name }) => Name));
    expect(namesOf('controller')).toEqual([['Writes'], ['ProvisionedShortfall']]);
    expect(namesOf()).toEqual([['ProvisionedShortfall', 'Writes']]);
  });

  it.each([NaN, Infinity, -Infinity])('leaves out %s, which CloudWatch refuses', (value) => {
    const fields = emfFields(TARGET, { Ticks: count(1), ForecastError: { value, unit: 'None' } }, NOW);
    expect(fields).not.toHaveProperty('ForecastError');
    expect(embedded(fields).CloudWatchMetrics[0]!.Metrics).toEqual([{ Name: 'Ticks', Unit: 'Count' }]);
  });
});

describe('capacityMetrics', () => {
  const state = (minCapacity: number | null, provisioned: ScalingState['provisioned']): ScalingState => ({
    scalableTarget: minCapacity === null ? null : { minCapacity, maxCapacity: 50, scheduledScalingSuspended: false },
    actions: [],
    aliasHasWeights: false,
    provisioned,
  });
  const ready = (available: number, status: 'READY' | 'IN_PROGRESS' | 'FAILED' = 'READY') => ({
    requested: 8,
    available,
    status,
  });
  it.each([
    ['all is ready', state(8, ready(8)), [8, 0, 0]],
    ['a part is still being allocated', state(8, ready(3, 'IN_PROGRESS')), [3, 5, 0]],
    ['allocation failed', state(8, ready(0, 'FAILED')), [0, 8, 1]],
    ['nothing is provisioned although it should be', state(8, null), [0, 8, 0]],
    ['nothing is provisioned and nothing should be', state(0, null), [0, 0, 0]],
    ['more is there than the schedule asks for', state(2, ready(8)), [8, 0, 0]],
    ['the alias is not registered', state(null, null), [0, 0, 0]],
  ])('tells what is allocated when %s', (_, given, [allocated, shortfall, failed]) => {
    expect(capacityMetrics(given)).toEqual({
      ProvisionedConcurrency: count(allocated!),
      ProvisionedShortfall: count(shortfall!),
      ProvisionedFailed: count(failed!),
    });
  });
});

describe('aheadFields', () => {
  const startMs = NOW - 120_000;
  const slots = 48;
  const forecast: Forecast = {
    model: 'test',
    startMs,
    stepSeconds: 300,
    mean: Float64Array.from({ length: slots }, (_, slot) => slot),
    peak: [0.5, 0.99].map((level) => ({
      level,
      values: Float64Array.from({ length: slots }, (_, s) => s + 10 * level),
    })),
  };
  const plan: CapacityPlan = {
    policy: 'test',
    reason: 'test',
    startMs,
    stepSeconds: 300,
    capacity: Int32Array.from({ length: slots }, (_, slot) => 100 + slot),
    baseline: 0,
  };
  const report = { target: TARGET, forecast, plan };
  const published = (untilMs: number) => aheadFields(report, { nowMs: NOW, publishedUntilMs: untilMs });

  it('dates each slot at its own beginning, in the future and never two hours ahead or more', () => {
    const times = published(0).map(({ slotMs, fields }) => {
      expect(embedded(fields).Timestamp).toBe(slotMs);
      return slotMs;
    });
    expect(times[0]).toBe(startMs + SLOT);
    expect(times).toHaveLength(24);
    expect(times.every((time, i) => i === 0 || time === times[i - 1]! + SLOT)).toBe(true);
    expect(times.at(-1)! - NOW).toBeLessThan(2 * 3_600_000);
  });

  it('takes forecast and plan of that very slot', () => {
    const [first] = published(0);
    expect(first!.fields).toMatchObject({ ForecastMeanAhead: 1, ForecastPeakAhead: 10.9, PlannedCapacityAhead: 101 });
  });

  it('reads a plan that begins at another slot at the same moments', () => {
    const later = { ...plan, startMs: startMs + 2 * SLOT };
    const [before, , at] = aheadFields({ ...report, plan: later }, { nowMs: NOW, publishedUntilMs: 0 });
    expect(before!.fields).not.toHaveProperty('PlannedCapacityAhead');
    expect(at!.fields).toMatchObject({ ForecastMeanAhead: 3, PlannedCapacityAhead: 101 });
  });

  it('publishes no slot twice', () => {
    const all = published(0);
    const next = aheadFields(report, { nowMs: NOW + SLOT, publishedUntilMs: all.at(-1)!.slotMs });
    expect(next.map(({ slotMs }) => slotMs)).toEqual([all.at(-1)!.slotMs + SLOT]);
    expect(published(all.at(-1)!.slotMs)).toEqual([]);
  });

  it('has nothing to publish without a forecast, and no plan without a plan', () => {
    expect(aheadFields({ ...report, forecast: null }, { nowMs: NOW, publishedUntilMs: 0 })).toEqual([]);
    const [first] = aheadFields({ ...report, plan: null }, { nowMs: NOW, publishedUntilMs: 0 });
    expect(Object.keys(first!.fields)).toEqual([
      '_aws',
      'FunctionName',
      'Alias',
      'ForecastMeanAhead',
      'ForecastPeakAhead',
    ]);
  });
});
