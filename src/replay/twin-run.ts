/** Policies side by side on the same requests, each in an environment pool of its own, request by request. */
import { MINUTE_MS, floorTo } from '../time.ts';
import { ArrivalGenerator } from '../twin/arrivals.ts';
import { EnvironmentPool, type EnvironmentUsage } from '../twin/environments.ts';
import { DEFAULT_DURATION_VARIATION } from '../twin/function-traffic.ts';
import { CapacityFeed } from './capacity-feed.ts';
import type { Outcome, Policy, RunOptions } from './lane.ts';
import { TargetTracking } from './target-tracking.ts';
import { TimelineBuilder } from './timeline.ts';
import { stepsBetween, type Workload } from './workload.ts';

/** Requests between two waits, so that a long run can be stopped. */
const WAIT_EVERY = 200_000;

/** Runs every policy over [warmUpFromMs, toMs). `onProgress` hears the share that is done and may make the run wait. */
export async function runInTwin(
  workload: Workload,
  policies: readonly Policy[],
  options: RunOptions,
  onProgress: (share: number) => Promise<void> | void = () => undefined,
): Promise<Outcome[]> {
  const lanes = policies.map((policy) => new Lane(policy, options));
  const { warmUpFromMs, toMs, seed } = options;
  let generator: ArrivalGenerator | null = null;
  let generatorStepMs = 0;
  let sinceWait = 0;
  for (const step of stepsBetween(workload, warmUpFromMs, toMs)) {
    if (!generator || generatorStepMs !== step.stepMs) {
      const stepSeconds = step.stepMs / 1000;
      generator = new ArrivalGenerator({ seed, stepSeconds, durationVariation: DEFAULT_DURATION_VARIATION });
      generatorStepMs = step.stepMs;
    }
    generator.generate(step.startMs, step.requests, step.averageDurationMs);
    const { first, end } = within(generator, warmUpFromMs, toMs);
    for (const lane of lanes) lane.run(generator, first, end);
    sinceWait += generator.count * lanes.length;
    if (sinceWait < WAIT_EVERY) continue;
    sinceWait = 0;
    await onProgress((step.startMs - warmUpFromMs) / (toMs - warmUpFromMs));
  }
  return lanes.map((lane) => lane.finish());
}

/** Indices of the arrivals inside the period: a step may begin before it and end after it. */
function within({ arrivalsMs, count }: ArrivalGenerator, fromMs: number, toMs: number): { first: number; end: number } {
  let first = 0;
  while (first < count && (arrivalsMs[first] ?? 0) < fromMs) first++;
  let end = count;
  while (end > first && (arrivalsMs[end - 1] ?? 0) >= toMs) end--;
  return { first, end };
}

class Lane {
  private readonly pool: EnvironmentPool;
  private readonly feed: CapacityFeed;
  private readonly tracking: TargetTracking | null;
  private readonly asked = new TimelineBuilder();
  private readonly scheduled: Policy['scheduled'];
  private readonly options: RunOptions;
  private before: EnvironmentUsage | null = null;
  /** The next moment at which something other than a request happens. */
  private nextMs = -Infinity;
  private minuteEndMs: number;
  /** Over the minute's requests: provisioned environments in use, each request's own included. */
  private sumInUse = 0;
  private requests = 0;

  constructor(policy: Policy, options: RunOptions) {
    const { coldStartMs, idleTimeoutSeconds, warmUpFromMs } = options;
    this.options = options;
    this.scheduled = policy.scheduled;
    this.pool = new EnvironmentPool({ coldStartMs, idleTimeoutSeconds });
    this.feed = new CapacityFeed(policy.scheduled, options, (usable, billed, atMs) =>
      this.pool.setProvisioned(usable, atMs, billed),
    );
    this.tracking = policy.tracking ? new TargetTracking(policy.tracking) : null;
    this.minuteEndMs = this.tracking ? floorTo(warmUpFromMs, MINUTE_MS) + MINUTE_MS : Infinity;
    if (this.tracking) this.ask(this.tracking.capacity, warmUpFromMs);
    this.findNext();
  }

  run({ arrivalsMs, durationsMs }: ArrivalGenerator, first: number, end: number): void {
    const { pool, tracking } = this;
    for (let i = first; i < end; i++) {
      const atMs = arrivalsMs[i] ?? 0;
      if (atMs >= this.nextMs) this.advance(atMs);
      pool.invoke(atMs, durationsMs[i] ?? 0);
      if (!tracking) continue;
      this.requests += 1;
      this.sumInUse += pool.provisionedConcurrency;
    }
  }

  finish(): Outcome {
    const { toMs } = this.options;
    this.advance(toMs);
    const usage = this.pool.usage(toMs);
    const before = this.before;
    const since = (key: keyof EnvironmentUsage) => usage[key] - (before?.[key] ?? 0);
    return {
      invocations: since('invocations'),
      coldStarts: since('coldStarts'),
      provisionedMs: since('provisionedMs'),
      billedProvisionedMs: since('billedProvisionedMs'),
      provisionedRunMs: since('provisionedRunMs'),
      onDemandRunMs: since('onDemandRunMs'),
      initMs: since('initMs'),
      asked: this.tracking ? this.asked.read() : this.scheduled,
    };
  }

  /** Everything but requests that is due until `toMs`, in order; what is counted begins before anything else at its moment. */
  private advance(toMs: number): void {
    while (this.nextMs <= toMs) {
      const atMs = this.nextMs;
      if (!this.before && atMs >= this.options.fromMs) this.before = this.pool.usage(atMs);
      this.feed.advance(atMs);
      if (atMs >= this.minuteEndMs) this.endMinute(atMs);
      else if (this.tracking) this.asked.push(atMs, this.feed.requested);
      this.findNext();
    }
  }

  private endMinute(atMs: number): void {
    if (!this.tracking) return;
    const meanInUse = this.sumInUse / Math.max(1, this.requests);
    const seen = { meanInUse, provisioned: this.feed.requested, invoked: this.requests > 0 };
    this.ask(this.tracking.endMinute(seen), atMs);
    this.sumInUse = 0;
    this.requests = 0;
    this.minuteEndMs = atMs + MINUTE_MS;
  }

  private ask(capacity: number, atMs: number): void {
    this.feed.ask(capacity, atMs);
    this.asked.push(atMs, this.feed.requested);
  }

  private findNext(): void {
    this.nextMs = Math.min(this.feed.nextMs, this.minuteEndMs, this.before ? Infinity : this.options.fromMs);
  }
}
