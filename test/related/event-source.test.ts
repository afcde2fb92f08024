import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTargetConfig } from '../../src/config.ts';
import type { EventSourcePorts, EventSourceState } from '../../src/controller/ports.ts';
import type { TickReport } from '../../src/controller/tick.ts';
import { TransientError } from '../../src/errors.ts';
import { followEventSource, nextMaximum, wantedConcurrency } from '../../src/related/event-source.ts';
import { tickReport } from '../tick-report.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const UUID = '12345678-1234-1234-1234-123456789abc';
const SETTINGS = { uuid: UUID, min: 2, max: 100, unitsPerConcurrentExecution: 1 };
const CONFIG = parseTargetConfig({ functionName: 'worker', alias: 'live' }, { eventSource: SETTINGS }, (path) => ({
  name: path.join('.'),
  value: '?',
}));
const STATE: EventSourceState = {
  sourceArn: 'arn:aws:sqs:eu-west-1:123456789012:jobs',
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:worker:live',
  state: 'Enabled',
  hasOwnPollers: false,
  maximumConcurrency: 10,
};

interface Demand {
  /** The forecast of this hour and of the next, what is planned, and what was measured an hour and half an hour ago. */
  ahead: [number, number];
  planned: number;
  measured: [number, number];
}

function reportOf(demand: Partial<Demand> = {}, own: Partial<TickReport> = {}): TickReport {
  const { ahead = [20, 90], planned = 0, measured = [90, 5] } = demand;
  const values = Float64Array.from({ length: 24 }, (_, slot) => ahead[slot < 12 ? 0 : 1]);
  const past = Float64Array.from({ length: 24 }, (_, slot) => measured[slot < 12 ? 0 : 1]);
  const plan = {
    policy: 'test',
    reason: '',
    startMs: NOW,
    stepSeconds: 300,
    capacity: new Int32Array(24).fill(planned),
    baseline: 0,
  };
  return tickReport({ nowMs: NOW, startMs: NOW, past, ahead: values }, { plan, ...own });
}

describe('the maximum concurrency that is wanted', () => {
  it.each<[string, Partial<Demand>, number]>([
    ['what is forecast for the next hour, not for the one after', {}, 20],
    ['what is planned, where that is more', { planned: 30 }, 30],
    ['what was measured in the last hour, not in the one before', { measured: [90, 40] }, 40],
    ['no more than the maximum', { ahead: [5000, 0] }, 100],
    ['no less than the minimum', { ahead: [0, 0], measured: [0, 0] }, 2],
    ['the minimum where nothing is known', { ahead: [NaN, NaN], measured: [NaN, NaN] }, 2],
  ])('is %s', (_, demand, expected) => {
    expect(wantedConcurrency(SETTINGS, reportOf(demand), CONFIG)).toBe(expected);
  });
});

describe('the next maximum', () => {
  it.each<[string, { present: number | null; wanted: number; stale?: true }, number | null]>([
    ['is set where there is none', { present: null, wanted: 20 }, 20],
    ['rises at once', { present: 19, wanted: 20 }, 20],
    ['stays while it is a tenth too high', { present: 22, wanted: 20 }, null],
    ['falls by more than that', { present: 30, wanted: 20 }, 20],
    ['does not fall on old metrics', { present: 30, wanted: 20, stale: true }, null],
    ['falls to its bound all the same', { present: 500, wanted: 20, stale: true }, 20],
  ])('%s', (_, { present, wanted, stale = false }, expected) => {
    expect(nextMaximum(present, wanted, { max: 100, stale })).toBe(expected);
  });

  it('has nothing more to change once it is set, and never falls short', () => {
    const whole = fc.integer({ min: 2, max: 100 });
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 2, max: 1000 })), whole, fc.boolean(), (present, wanted, stale) => {
        const next = nextMaximum(present, wanted, { max: 100, stale }) ?? present;
        expect(next).toBeGreaterThanOrEqual(wanted);
        expect(nextMaximum(next, wanted, { max: 100, stale })).toBeNull();
      }),
    );
  });
});

function portsOf(state: Partial<EventSourceState> | null | Error, mayWrite = true) {
  const written: [string, number][] = [];
  const ports: EventSourcePorts = {
    read: () => {
      if (state instanceof Error) return Promise.reject(state);
      return Promise.resolve(state && { ...STATE, ...state });
    },
    setMaximumConcurrency: mayWrite ? (...args) => Promise.resolve(void written.push(args)) : null,
  };
  return { ports, written };
}

describe('following with an event source', () => {
  it('sets the maximum', async () => {
    const { ports, written } = portsOf({});
    expect(await followEventSource(SETTINGS, reportOf(), CONFIG, ports)).toMatchObject({
      outcome: 'changed',
      from: 10,
      to: 20,
    });
    expect(written).toEqual([[UUID, 20]]);
  });

  it('only says so without the right to write, and keeps what is right', async () => {
    const observed = await followEventSource(SETTINGS, reportOf(), CONFIG, portsOf({}, false).ports);
    expect(observed).toMatchObject({ outcome: 'would change', from: 10, to: 20 });
    const { ports, written } = portsOf({ maximumConcurrency: 21 });
    expect(await followEventSource(SETTINGS, reportOf(), CONFIG, ports)).toMatchObject({ outcome: 'kept', to: 21 });
    expect(written).toEqual([]);
  });

  it.each<[string, Partial<EventSourceState> | null, RegExp]>([
    ['there is none', null, /^there is no event source mapping 12345678/],
    ['it invokes another function', { functionArn: 'arn:aws:lambda:x:1:function:other:live' }, /not worker:live/],
    ['it invokes another alias', { functionArn: 'arn:aws:lambda:x:1:function:worker:dev' }, /not worker:live/],
    ['it reads a stream', { sourceArn: 'arn:aws:kinesis:x:1:stream/s' }, /is no SQS queue/],
    ['it is in provisioned mode', { hasOwnPollers: true }, /provisioned mode/],
    ['it is being updated', { state: 'Updating' }, /is Updating: the next run tries again/],
  ])('writes nothing where %s, and says why', async (_, state, reason) => {
    const { ports, written } = portsOf(state);
    const result = await followEventSource(SETTINGS, reportOf(), CONFIG, ports);
    expect(result).toMatchObject({
      outcome: 'skipped',
      failure: null,
      reason: expect.stringMatching(reason) as string,
    });
    expect(written).toEqual([]);
  });

  it('leaves it as it is without a forecast', async () => {
    const { ports, written } = portsOf({ maximumConcurrency: 90 });
    const report = reportOf({}, { outcome: 'released' });
    expect(await followEventSource(SETTINGS, report, CONFIG, ports)).toMatchObject({ outcome: 'skipped' });
    expect(written).toEqual([]);
  });

  it('turns a fault into a report', async () => {
    const fault = new TransientError('throttled');
    const result = await followEventSource(SETTINGS, reportOf(), CONFIG, portsOf(fault).ports);
    expect(result).toMatchObject({ outcome: 'failed', failure: fault });
  });
});
