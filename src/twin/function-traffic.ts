/** One function's requests: when they come, where they run, what is measured of them. */
import { DAY_MS, floorTo, MINUTE_MS } from '../time.ts';
import { ArrivalGenerator } from './arrivals.ts';
import { EnvironmentPool, type EnvironmentOptions, type EnvironmentUsage } from './environments.ts';
import type { TwinFunction } from './lambda-functions.ts';
import { MinuteLedger } from './minute-ledger.ts';
import type { MetricPublisher, Tally } from './metric-publisher.ts';
import type { TwinBehaviour } from './behaviour.ts';

/** Requests on a regular grid, as a trace file gives them. */
export interface DemandTrace {
  startMs: number;
  stepSeconds: number;
  /** Requests per step; NaN = none. */
  invocations: Float64Array;
  /** One for all steps, or one per step; a step without (NaN) is empty. */
  averageDurationMs: number | Float64Array;
  /** Standard deviation of durations over their average; 0.5 by default. */
  durationVariation?: number;
}

export interface FunctionUsage extends EnvironmentUsage {
  throttles: number;
  timeouts: number;
  /** Provisioned concurrency held, to the millisecond, and the time that ran on it. */
  provisionedGbSeconds: number;
  provisionedRunGbSeconds: number;
  /** Run time on demand with its initialisations, which are billed for images. */
  onDemandGbSeconds: number;
}

export const DEFAULT_DURATION_VARIATION = 0.5;

export class FunctionTraffic {
  readonly fn: TwinFunction;
  readonly pool: EnvironmentPool;
  readonly ledger: MinuteLedger;
  readonly publisher: MetricPublisher;
  readonly seed: number;
  /** Infinity when no request is left. */
  nextArrivalMs = Infinity;
  private readonly coldStartMs: number;
  private readonly behaviour: TwinBehaviour;
  private trace: DemandTrace | null = null;
  private generator: ArrivalGenerator | null = null;
  private step = 0;
  private index = 0;
  private throttles = 0;
  private timeouts = 0;
  private minuteConcurrency = 0;
  private minuteProvisioned = 0;
  private minuteUtilization = 0;
  private minuteWasInvoked = false;

  constructor(
    fn: TwinFunction,
    options: EnvironmentOptions & { seed: number; startMs: number },
    behaviour: TwinBehaviour,
    publisher: MetricPublisher,
  ) {
    this.fn = fn;
    this.pool = new EnvironmentPool(options);
    this.coldStartMs = options.coldStartMs;
    this.seed = options.seed;
    this.behaviour = behaviour;
    this.publisher = publisher;
    this.ledger = new MinuteLedger(floorTo(options.startMs, MINUTE_MS));
  }

  /** Replaces the demand from `nowMs` on. */
  feed(trace: DemandTrace, nowMs: number): void {
    if (DAY_MS % (trace.stepSeconds * 1000) !== 0) throw new RangeError('the step of a demand trace must divide a day');
    const { stepSeconds, durationVariation = DEFAULT_DURATION_VARIATION } = trace;
    this.trace = trace;
    this.generator = new ArrivalGenerator({ seed: this.seed, stepSeconds, durationVariation });
    this.step = Math.max(0, Math.floor((nowMs - trace.startMs) / (stepSeconds * 1000))) - 1;
    this.index = 0;
    this.generator.count = 0;
    do this.moveOn();
    while (this.nextArrivalMs < nowMs);
  }

  /** Runs the next request. */
  invoke(): void {
    const arrivalMs = this.nextArrivalMs;
    const limitMs = this.fn.spec.timeoutSeconds * 1000;
    const wantedMs = this.generator!.durationsMs[this.index]!;
    const durationMs = Math.min(wantedMs, limitMs);
    const outcome = this.pool.invoke(arrivalMs, durationMs);
    const endMs = arrivalMs + durationMs + (outcome === 'cold' ? this.coldStartMs : 0);
    const tally = this.publisher.tally(Math.floor(arrivalMs / MINUTE_MS), Math.floor(endMs / MINUTE_MS));
    tally.invocations++;
    tally.durationSumMs += durationMs;
    tally.durationMaxMs = Math.max(tally.durationMaxMs, durationMs);
    if (wantedMs > limitMs) {
      tally.errors++;
      this.timeouts++;
    }
    if (this.fn.provisioned.requested !== null) {
      tally.whileConfigured++;
      if (outcome === 'provisioned') tally.provisionedInvocations++;
      else tally.spilloverInvocations++;
    }
    this.ledger.count(outcome);
    this.minuteWasInvoked = true;
    this.observeLevels();
    this.moveOn();
  }

  /** The next request is refused. */
  throttle(): void {
    const minute = Math.floor(this.nextArrivalMs / MINUTE_MS);
    this.publisher.tally(minute, minute).throttles++;
    this.throttles++;
    this.ledger.countThrottle();
    this.moveOn();
  }

  /** Writes down the levels of a minute that is over and begins the next with the requests that still run. */
  closeMinute(minute: number): void {
    const active = this.minuteWasInvoked || this.minuteConcurrency > 0;
    if (active || this.behaviour.idleConcurrencyZeros) {
      const tally = this.publisher.tally(minute, minute);
      tally.concurrency = this.minuteConcurrency;
      // Provisioned metrics exist only where something was invoked.
      // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
      if (active && this.fn.provisioned.requested !== null) this.tallyProvisioned(tally);
    }
    this.ledger.close(this.minuteConcurrency, this.fn.provisioned.usable, this.fn.provisioned.requested ?? 0);
    this.pool.snapshot((minute + 1) * MINUTE_MS);
    this.minuteConcurrency = 0;
    this.minuteProvisioned = 0;
    this.minuteUtilization = 0;
    this.minuteWasInvoked = false;
    this.observeLevels();
  }

  usage(nowMs: number): FunctionUsage {
    const usage = this.pool.usage(nowMs);
    const gb = this.fn.spec.memoryMb / 1024;
    return {
      ...usage,
      throttles: this.throttles,
      timeouts: this.timeouts,
      provisionedGbSeconds: (usage.provisionedMs / 1000) * gb,
      provisionedRunGbSeconds: (usage.provisionedRunMs / 1000) * gb,
      onDemandGbSeconds: ((usage.onDemandRunMs + usage.initMs) / 1000) * gb,
    };
  }

  private tallyProvisioned(tally: Tally): void {
    tally.provisionedConcurrency = this.minuteProvisioned;
    tally.provisionedUtilization = this.minuteUtilization;
  }

  private observeLevels(): void {
    const { concurrency, provisionedConcurrency } = this.pool;
    this.minuteConcurrency = Math.max(this.minuteConcurrency, concurrency);
    this.minuteProvisioned = Math.max(this.minuteProvisioned, provisionedConcurrency);
    const { requested, usable } = this.fn.provisioned;
    const divisor = this.behaviour.utilizationOf === 'requested' ? (requested ?? 0) : usable;
    if (divisor > 0) this.minuteUtilization = Math.max(this.minuteUtilization, provisionedConcurrency / divisor);
  }

  private moveOn(): void {
    const { trace, generator } = this;
    if (!trace || !generator) return;
    this.index++;
    while (this.index >= generator.count) {
      this.step++;
      if (this.step >= trace.invocations.length) {
        this.nextArrivalMs = Infinity;
        return;
      }
      const durationMs =
        typeof trace.averageDurationMs === 'number' ? trace.averageDurationMs : trace.averageDurationMs[this.step]!;
      const count = durationMs > 0 ? trace.invocations[this.step]! : 0;
      generator.generate(trace.startMs + this.step * trace.stepSeconds * 1000, count, durationMs);
      this.index = 0;
    }
    this.nextArrivalMs = generator.arrivalsMs[this.index]!;
  }
}
