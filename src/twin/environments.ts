/**
 * The execution environments behind one alias, request by request: provisioned ones, on-demand ones that stay warm until
 * an idle timeout, and cold starts. https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import { ProvisionedMeter, type ProvisionedTime } from '../economics/meter.ts';
import { REQUESTS_PER_SECOND_PER_ENVIRONMENT } from '../forecast/request-limit.ts';
import { EndTimes, IdleStack } from './environment-queues.ts';

/** Where a request ran. "warm" and "cold" are on demand. */
export type Outcome = 'provisioned' | 'warm' | 'cold';

export interface EnvironmentOptions {
  /** Initialisation of an on-demand environment; the request waits for it and it is billed as on-demand time. */
  coldStartMs: number;
  /** How long an idle on-demand environment stays warm. Undocumented by AWS; minutes in practice. */
  idleTimeoutSeconds: number;
}

/** Counts at one moment. */
export interface EnvironmentSnapshot {
  provisionedReady: number;
  /** Can exceed `provisionedReady` for a while after a decrease: running requests finish first. */
  provisionedBusy: number;
  onDemandBusy: number;
  onDemandIdle: number;
}

/** Everything that is paid for or counted, from the first event on. */
export interface EnvironmentUsage extends ProvisionedTime {
  invocations: number;
  provisionedInvocations: number;
  /** Served on demand while provisioned environments were there: `ProvisionedConcurrencySpilloverInvocations`. */
  spilloverInvocations: number;
  coldStarts: number;
  /** Duration of requests on provisioned environments. */
  provisionedRunMs: number;
  /** Duration of requests on demand, initialisation not included. */
  onDemandRunMs: number;
  /** Initialisation of on-demand environments. */
  initMs: number;
}

/**
 * A request takes an idle provisioned environment if there is one and the second's request limit is not spent; else the
 * on-demand environment that fell idle last; else it starts a new one. Events must be given in time order.
 */
export class EnvironmentPool {
  private readonly coldStartMs: number;
  private readonly idleTimeoutMs: number;
  private readonly provisionedEnds = new EndTimes();
  private readonly onDemandEnds = new EndTimes();
  private readonly idle = new IdleStack();
  private readonly meter = new ProvisionedMeter();
  private nowMs = -Infinity;
  private ready = 0;
  private second = -Infinity;
  private startsInSecond = 0;

  private provisionedInvocations = 0;
  private onDemandInvocations = 0;
  private spilloverInvocations = 0;
  private coldStarts = 0;
  private provisionedRunMs = 0;
  private onDemandRunMs = 0;

  constructor(options: EnvironmentOptions) {
    this.coldStartMs = options.coldStartMs;
    this.idleTimeoutMs = options.idleTimeoutSeconds * 1000;
  }

  /** Concurrent executions after the last event: its maximum over the events of a minute is the metric's. */
  get concurrency(): number {
    return this.provisionedEnds.size + this.onDemandEnds.size;
  }

  /** Provisioned environments in use after the last event. */
  get provisionedConcurrency(): number {
    return this.provisionedEnds.size;
  }

  /**
   * From `atMs` on, `ready` provisioned environments can take requests and `billed` are paid for (AWS charges while it
   * still allocates). A decrease throws environments away; those running a request finish it first.
   */
  setProvisioned(ready: number, atMs: number, billed = ready): void {
    this.advance(atMs);
    this.meter.set(billed, atMs);
    this.ready = ready;
  }

  /** Runs one request. */
  invoke(arrivalMs: number, durationMs: number): Outcome {
    this.advance(arrivalMs);
    if (this.provisionedEnds.size < this.ready && this.takesFromSecond(arrivalMs)) {
      this.provisionedInvocations++;
      this.provisionedRunMs += durationMs;
      this.provisionedEnds.push(arrivalMs + durationMs);
      return 'provisioned';
    }
    this.onDemandInvocations++;
    this.onDemandRunMs += durationMs;
    if (this.ready > 0) this.spilloverInvocations++;
    if (this.idle.takeNewest()) {
      this.onDemandEnds.push(arrivalMs + durationMs);
      return 'warm';
    }
    this.coldStarts++;
    this.onDemandEnds.pushOutOfOrder(arrivalMs + this.coldStartMs + durationMs);
    return 'cold';
  }

  snapshot(atMs: number): EnvironmentSnapshot {
    this.advance(atMs);
    return {
      provisionedReady: this.ready,
      provisionedBusy: this.provisionedEnds.size,
      onDemandBusy: this.onDemandEnds.size,
      onDemandIdle: this.idle.size,
    };
  }

  /** Totals up to `atMs`. The whole duration of a request counts from its arrival on, as it does in AWS's metrics. */
  usage(atMs: number): EnvironmentUsage {
    this.advance(atMs);
    return {
      ...this.meter.read(atMs),
      invocations: this.provisionedInvocations + this.onDemandInvocations,
      provisionedInvocations: this.provisionedInvocations,
      spilloverInvocations: this.spilloverInvocations,
      coldStarts: this.coldStarts,
      provisionedRunMs: this.provisionedRunMs,
      onDemandRunMs: this.onDemandRunMs,
      initMs: this.coldStarts * this.coldStartMs,
    };
  }

  /** The limit is taken per second of the clock; AWS does not say how it measures a second. */
  private takesFromSecond(arrivalMs: number): boolean {
    const second = Math.floor(arrivalMs / 1000);
    if (second !== this.second) {
      this.second = second;
      this.startsInSecond = 0;
    }
    if (this.startsInSecond >= this.ready * REQUESTS_PER_SECOND_PER_ENVIRONMENT) return false;
    this.startsInSecond++;
    return true;
  }

  private advance(atMs: number): void {
    if (!(atMs >= this.nowMs)) throw new RangeError(`time went backwards, from ${this.nowMs} to ${atMs}`);
    this.nowMs = atMs;
    this.provisionedEnds.dropUntil(atMs);
    const ends = this.onDemandEnds;
    while (ends.first <= atMs) this.idle.push(ends.takeFirst());
    this.idle.dropOlderThan(atMs - this.idleTimeoutMs);
  }
}
