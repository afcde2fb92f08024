/**
 * What a policy costs and misses, minute by minute: for volumes that are too large to run request by request, and to
 * search among many policies. Time does not grow with the number of requests.
 *
 * With u usable provisioned environments in a minute of offered load m and maximum concurrency n:
 * - the load carried by them is m (1 - B(u, m)), B being Erlang's loss formula (insensitive to the distribution of
 *   durations); the rest runs on demand;
 * - the environments needed on demand are n - u, where u is the least usable in the minute, or those of the requests that
 *   ten a second and environment leave over (`economics/request-limit`);
 * - on-demand environments are used last in, first out, so that those needed within the last idle timeout are
 *   still warm: cold starts are what is needed beyond the maximum of that window, and what a shortage adds to it.
 */
import { environmentsAfter, environmentsAfterSpill } from '../economics/cold-starts.ts';
import { LossTable } from '../economics/loss.ts';
import { ProvisionedMeter } from '../economics/meter.ts';
import { shareWithinLimit, type Spill, spillOfMinute } from '../economics/request-limit.ts';
import { floorTo, MINUTE_MS } from '../time.ts';
import { CapacityFeed } from './capacity-feed.ts';
import type { DemandRecord } from './demand-record.ts';
import type { Outcome, Policy, RunOptions } from './lane.ts';
import { TargetTracking } from './target-tracking.ts';
import { TimelineBuilder } from './timeline.ts';

interface MinuteDemand {
  requests: number;
  /** Average concurrency. */
  load: number;
  /** Highest concurrency. */
  most: number;
}

/** The record must reach back to the warm-up; where it reaches further, that is left alone. */
export function runInMinutes(record: DemandRecord, policy: Policy, options: RunOptions): Outcome {
  const { warmUpFromMs, fromMs, toMs, coldStartMs, idleTimeoutSeconds } = options;
  const capacity = new MinuteCapacity(policy, options);
  // An environment was needed at some moment of its minute: in the last minute of its timeout it is still warm half of the time.
  const pools = [new WarmPool(idleTimeoutSeconds * 1000), new WarmPool(idleTimeoutSeconds * 1000 - MINUTE_MS)];
  const totals = { invocations: 0, coldStarts: 0, provisionedRunMs: 0, onDemandRunMs: 0 };
  for (let atMs = floorTo(warmUpFromMs, MINUTE_MS); atMs < toMs; atMs += MINUTE_MS) {
    const minute = Math.round((atMs - record.startMs) / MINUTE_MS);
    const demand: MinuteDemand = {
      requests: record.requests[minute] ?? 0,
      load: record.meanConcurrency[minute] ?? 0,
      most: record.maxConcurrency[minute] ?? 0,
    };
    const usable = capacity.endMinute(atMs + MINUTE_MS, demand);
    const spill = spillOf(demand, usable, minute);
    const needed = demand.load > 0 ? Math.max(0, demand.most - usable, spill?.need ?? 0) : demand.most;
    let coldStarts = 0;
    for (const pool of pools) {
      const warm = pool.warmAt(atMs);
      const there = needed > warm ? afterShortage(demand, { needed, warm, usable, spill }, coldStartMs) : needed;
      pool.keep(atMs, there);
      coldStarts += Math.max(0, there - warm) / pools.length;
    }
    if (atMs < fromMs) continue;
    const carriedMs = carriedOf(demand, usable) * MINUTE_MS;
    totals.invocations += demand.requests;
    totals.coldStarts += coldStarts;
    totals.provisionedRunMs += carriedMs;
    totals.onDemandRunMs += demand.load * MINUTE_MS - carriedMs;
  }
  const coldStarts = Math.round(totals.coldStarts);
  return { ...totals, coldStarts, initMs: coldStarts * coldStartMs, ...capacity.finish(toMs) };
}

/** What the limit of requests a second leaves over of the usable environments' requests; null where it does not matter. */
function spillOf({ requests, load, most }: MinuteDemand, usable: number, minute: number): Spill | null {
  if (usable <= 0 || load <= 0) return null;
  const requestsPerSecond = requests / MINUTE_SECONDS;
  const limited = {
    requestsPerSecond,
    share: 1 - losses.loss(losses.row(load), usable),
    level: usable,
    durationSeconds: load / requestsPerSecond,
    peak: most,
  };
  return spillOfMinute(limited, minute);
}

const MINUTE_SECONDS = MINUTE_MS / 1000;

/** A cold start occupies its environment longer than a request does, which makes more of them in a shortage. */
function afterShortage(
  { requests, load }: MinuteDemand,
  { needed, warm, usable, spill }: { needed: number; warm: number; usable: number; spill: Spill | null },
  coldStartMs: number,
): number {
  const shortage = {
    need: needed,
    warm,
    shelter: usable,
    load,
    row: losses.row(load),
    durationSeconds: (load * MINUTE_MS) / 1000 / Math.max(1, requests),
    requestsPerSecond: Math.max(0, requests - 1) / MINUTE_SECONDS,
    coldStartSeconds: coldStartMs / 1000,
  };
  return spill ? environmentsAfterSpill(losses, shortage, spill) : environmentsAfter(losses, shortage);
}

const losses = new LossTable();

/** Average number of provisioned environments in use. */
function carriedOf({ requests, load }: MinuteDemand, usable: number): number {
  if (usable <= 0 || load <= 0) return 0;
  const lost = losses.loss(losses.row(load), usable);
  return load * Math.min(shareWithinLimit(requests / MINUTE_SECONDS, usable), 1 - lost);
}

/** Environments that were needed in the last idle timeout: a monotonic queue of maxima, O(1) a minute. */
class WarmPool {
  private readonly idleTimeoutMs: number;
  private readonly queue: { untilMs: number; needed: number }[] = [];

  constructor(idleTimeoutMs: number) {
    this.idleTimeoutMs = idleTimeoutMs;
  }

  warmAt(atMs: number): number {
    const { queue } = this;
    while ((queue[0]?.untilMs ?? Infinity) < atMs) queue.shift();
    return queue[0]?.needed ?? 0;
  }

  /** So many are in use in the minute. */
  keep(atMs: number, needed: number): void {
    const { queue } = this;
    while ((queue.at(-1)?.needed ?? Infinity) <= needed) queue.pop();
    queue.push({ untilMs: atMs + this.idleTimeoutMs, needed });
  }
}

class MinuteCapacity {
  private readonly feed: CapacityFeed;
  private readonly tracking: TargetTracking | null;
  private readonly meter = new ProvisionedMeter();
  private readonly asked = new TimelineBuilder();
  private readonly policy: Policy;
  private readonly fromMs: number;
  private before = { provisionedMs: 0, billedProvisionedMs: 0 };
  private isCounting = false;
  private usable = 0;
  private leastUsable = 0;

  constructor(policy: Policy, options: RunOptions) {
    this.policy = policy;
    this.fromMs = options.fromMs;
    this.feed = new CapacityFeed(policy.scheduled, options, (usable, billed, atMs) => {
      this.count(atMs);
      this.meter.set(billed, atMs);
      this.usable = usable;
      this.leastUsable = Math.min(this.leastUsable, usable);
      this.asked.push(atMs, billed);
    });
    this.tracking = policy.tracking ? new TargetTracking(policy.tracking) : null;
    if (this.tracking) this.feed.ask(this.tracking.capacity, options.warmUpFromMs);
  }

  /** The least that was usable in the minute that ends. */
  endMinute(endMs: number, demand: MinuteDemand): number {
    this.leastUsable = this.usable;
    this.feed.advance(endMs - 1);
    const usable = this.leastUsable;
    if (this.tracking) {
      const seen = {
        meanInUse: Math.min(usable, carriedOf(demand, usable) + 1),
        provisioned: this.feed.requested,
        invoked: demand.requests > 0,
      };
      this.feed.ask(this.tracking.endMinute(seen), endMs);
    }
    return usable;
  }

  finish(toMs: number): Pick<Outcome, 'provisionedMs' | 'billedProvisionedMs' | 'asked'> {
    this.count(toMs);
    const { provisionedMs, billedProvisionedMs } = this.meter.read(toMs);
    return {
      provisionedMs: provisionedMs - this.before.provisionedMs,
      billedProvisionedMs: billedProvisionedMs - this.before.billedProvisionedMs,
      asked: this.tracking ? this.asked.read() : this.policy.scheduled,
    };
  }

  /** Takes down what was held before the evaluation, just before the first change in it. */
  private count(atMs: number): void {
    if (this.isCounting || atMs < this.fromMs) return;
    this.isCounting = true;
    this.before = this.meter.read(this.fromMs);
  }
}
