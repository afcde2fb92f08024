import { describe, expect, it } from 'vitest';
import { parseTargetConfig, type TargetConfig } from '../../src/config.ts';
import { isOwnName } from '../../src/controller/ring.ts';
import type { RelatedPorts, ScalableResource, ScalingWriter } from '../../src/controller/ports.ts';
import type { TickReport } from '../../src/controller/tick.ts';
import { RefusedError, TransientError } from '../../src/errors.ts';
import type { ScheduledAction } from '../../src/model.ts';
import { decideNeighbour, followNeighbour, type NeighbourState, type RelatedReport } from '../../src/related/follow.ts';
import { parseAt } from '../../src/time.ts';
import { tickReport } from '../tick-report.ts';

const NOW = Date.UTC(2026, 10, 23, 10, 3);
const HOUR = 3_600_000;
const TABLE = {
  namespace: 'dynamodb' as const,
  resourceId: 'table/results',
  scalableDimension: 'dynamodb:table:WriteCapacityUnits',
  unitsPerConcurrentExecution: 4,
  minCapacity: 5,
  maxCapacity: 100,
};
const CONFIG = configOf({});
const REGISTERED: NeighbourState = {
  scalableTarget: { minCapacity: 5, maxCapacity: 100, scheduledScalingSuspended: false },
  actions: [],
};

function configOf(settings: Record<string, unknown>): TargetConfig {
  const target = { functionName: 'worker', alias: 'live' };
  return parseTargetConfig(target, { related: [TABLE], ...settings }, (path) => ({ name: path.join('.'), value: '?' }));
}

/** A day of slots whose 0.99 quantile is 2, and 20 from noon to one; by default what is known is five minutes old. */
function reportOf(own: Partial<TickReport> = {}): TickReport {
  const startMs = NOW - (NOW % 300_000);
  const values = Float64Array.from({ length: 288 }, (_, slot) => {
    const hour = new Date(startMs + slot * 300_000).getUTCHours();
    return hour === 12 ? 20 : 2;
  });
  return tickReport({ nowMs: NOW, startMs, past: Float64Array.of(1, 1), ahead: values }, own);
}

const decide = (state: NeighbourState, report = reportOf()): RelatedReport =>
  decideNeighbour(TABLE, state, report, CONFIG);

/** Minimum and maximum at a moment, as AWS would have them once all actions up to it have fired. */
function boundsAt(actions: readonly ScheduledAction[], atMs: number): (number | undefined)[] {
  const last = actions.findLast(({ schedule }) => (parseAt(schedule) ?? 0) <= atMs);
  return [last?.minCapacity, last?.maxCapacity];
}

describe('a neighbour', () => {
  it('is raised ahead of the hour that needs it, released after it, and left at its minimum, the maximum open', () => {
    const { outcome, actions } = decide(REGISTERED);
    expect(outcome).toBe('planned');
    const noon = Date.UTC(2026, 10, 23, 12);
    expect(boundsAt(actions, noon - CONFIG.leadTimeSeconds * 1000)).toEqual([80, 100]);
    expect(boundsAt(actions, noon + HOUR - 1)).toEqual([80, 100]);
    expect(boundsAt(actions, noon + HOUR)).toEqual([8, 8]);
    expect(boundsAt(actions, noon + HOUR + 60_000)).toEqual([8, 100]);
    expect(boundsAt(actions, NOW + 30 * HOUR)).toEqual([5, 100]);
    expect(actions.every(({ name }) => isOwnName('prewarm', name))).toBe(true);
  });

  it('has nothing more to say once its schedule is there', () => {
    const { actions, changes } = decide(REGISTERED);
    const bounds = changes?.registerNow ?? REGISTERED.scalableTarget;
    const second = decide({ scalableTarget: { ...REGISTERED.scalableTarget!, ...bounds }, actions });
    expect(second.changes).toMatchObject({ registerNow: null, create: [], update: [], delete: [] });
  });

  it('leaves what others wrote alone, and says so', () => {
    const theirs = { name: 'night', schedule: 'cron(0 22 * * ? *)', maxCapacity: 10 };
    const { changes, notes } = decide({ ...REGISTERED, actions: [theirs] });
    expect(changes?.foreign).toEqual([theirs]);
    expect([...changes!.delete, ...changes!.update].map(({ action }) => action.name)).not.toContain('night');
    expect(notes).toEqual(['1 scheduled action(s) of others, left alone: night']);
  });

  it('stays within what AWS allows beside the actions of others', () => {
    const theirs = Array.from({ length: 190 }, (_, i) => ({
      name: `other-${i}`,
      schedule: 'rate(1 day)',
      minCapacity: 1,
    }));
    const { actions } = decide({ ...REGISTERED, actions: theirs });
    expect(actions.length).toBeGreaterThan(0);
    expect(actions.length).toBeLessThanOrEqual(10);
  });

  it('that is not registered is a reason with its remedy, not an error', () => {
    const { outcome, reason } = decide({ scalableTarget: null, actions: [] });
    expect(outcome).toBe('unregistered');
    expect(reason).toContain('--resource-id table/results --min-capacity 5 --max-capacity 100');
  });

  it.each([['waiting'], ['unregistered']] as const)('is made ready while the alias is %s', (outcome) => {
    expect(decide(REGISTERED, reportOf({ outcome })).outcome).toBe('planned');
  });

  it.each([
    ['there is too little history', { outcome: 'insufficient-history', forecast: null }],
    ['the alias is held at a constant', { outcome: 'constant' }],
    ['the alias is released', { outcome: 'released' }],
    ['what is known is more than 12 hours old', { outcome: 'waiting', dataAgeSeconds: 43_201 }],
  ] as const)('is left as it is when %s', (_, own) => {
    expect(decide(REGISTERED, reportOf(own))).toMatchObject({ outcome: 'skipped', plan: null, changes: null });
  });

  it('is not lowered where the metrics are an hour old', () => {
    const high = { scalableTarget: { ...REGISTERED.scalableTarget!, minCapacity: 90 }, actions: [] };
    const held = decide(high, reportOf({ dataAgeSeconds: 3601 }));
    expect(held.outcome).toBe('held');
    const lowest = Math.min(...held.actions.slice(0, -2).map(({ minCapacity }) => minCapacity ?? 0));
    expect(lowest).toBeGreaterThanOrEqual(90);
    const fresh = decide(high);
    expect(boundsAt(fresh.actions, NOW + HOUR)[0]).toBe(8);
  });

  it('is not lowered below what is in use, whatever was forecast', () => {
    const busy = Float64Array.of(1, 15);
    const history = { ...reportOf().history, meanConcurrency: busy, peakConcurrency: busy };
    const nearlyEleven = { nowMs: Date.UTC(2026, 10, 23, 10, 57), history };
    const high = { scalableTarget: { ...REGISTERED.scalableTarget!, minCapacity: 80 }, actions: [] };
    const { actions } = decide(high, reportOf(nearlyEleven));
    for (const { schedule, maxCapacity } of actions)
      if (parseAt(schedule)! < Date.UTC(2026, 10, 23, 11, 7)) expect(maxCapacity).toBeGreaterThanOrEqual(60);
  });
});

/** What was written, per resource; `broken` resources fail as told. */
function portsOf(broken: Record<string, Error> = {}, mayWrite = true) {
  const written: string[] = [];
  const asked: string[] = [];
  const writerFor = ({ resourceId }: ScalableResource): ScalingWriter => ({
    setBounds: () => Promise.resolve(void written.push(resourceId)),
    putAction: () => Promise.resolve(void written.push(resourceId)),
    deleteAction: () => Promise.resolve(void written.push(resourceId)),
  });
  const ports: RelatedPorts = {
    read: ({ resourceId }) => {
      asked.push(resourceId);
      const fault = broken[resourceId];
      return fault ? Promise.reject(fault) : Promise.resolve(REGISTERED);
    },
    writerFor: mayWrite ? writerFor : null,
  };
  return { ports, written, asked };
}

describe('following', () => {
  it('writes what changed, and counts it', async () => {
    const { ports, written } = portsOf();
    const { applied, failure } = await followNeighbour(TABLE, reportOf(), CONFIG, ports);
    expect(failure).toBeNull();
    expect(applied?.writes).toBe(written.length);
    expect(written.length).toBeGreaterThan(3);
  });

  it('writes nothing without a writer, and still says what it would do', async () => {
    const { ports, written } = portsOf({}, false);
    const result = await followNeighbour(TABLE, reportOf(), CONFIG, ports);
    expect(written).toEqual([]);
    expect(result.applied).toBeNull();
    expect(result.changes?.create.length).toBeGreaterThan(3);
  });

  it.each([new TransientError('throttled'), new RefusedError('denied')])('turns %s into a report', async (fault) => {
    const { ports, written } = portsOf({ 'table/results': fault });
    const result = await followNeighbour(TABLE, reportOf(), CONFIG, ports);
    expect(result).toMatchObject({ outcome: 'failed', reason: fault.message, failure: fault, applied: null });
    expect(written).toEqual([]);
  });

  it('asks nothing where there is nothing to follow', async () => {
    const { ports, asked } = portsOf();
    await followNeighbour(TABLE, reportOf({ outcome: 'released' }), CONFIG, ports);
    expect(asked).toEqual([]);
  });

  it('previews metrics from a file as if nothing were set up', async () => {
    const result = await followNeighbour(TABLE, reportOf(), CONFIG, null);
    expect(result.outcome).toBe('planned');
    expect(result.plan?.capacity.some((units) => units === 80)).toBe(true);
  });
});
