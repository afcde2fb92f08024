/**
 * The requests of all functions in order of time, under the account's concurrency limit. How fast on-demand environments can be
 * added (1,000 per function in 10 s) is not simulated: it binds only in accounts far above the default limit.
 */
import { MINUTE_MS } from '../time.ts';
import type { FunctionTraffic } from './function-traffic.ts';
import type { LambdaFunctions } from './lambda-functions.ts';
import type { AccountConcurrencyPublisher } from './metric-publisher.ts';

export class AccountTraffic {
  private readonly functions: readonly FunctionTraffic[];
  private readonly lambda: LambdaFunctions;
  private readonly publisher: AccountConcurrencyPublisher;
  private readonly idleZeros: boolean;
  private minute: number;
  private minuteConcurrency = 0;

  constructor(
    functions: readonly FunctionTraffic[],
    lambda: LambdaFunctions,
    publisher: AccountConcurrencyPublisher,
    start: { startMs: number; idleZeros: boolean },
  ) {
    this.functions = functions;
    this.lambda = lambda;
    this.publisher = publisher;
    this.idleZeros = start.idleZeros;
    this.minute = Math.floor(start.startMs / MINUTE_MS);
  }

  /** Runs all requests that arrive before `toMs` and closes all minutes that end by then. */
  runTo(toMs: number): void {
    for (;;) {
      const next = this.earliest();
      if (!next || next.nextArrivalMs >= toMs) break;
      this.closeMinutesBefore(next.nextArrivalMs);
      if (this.isRefused(next)) next.throttle();
      else this.invoke(next);
    }
    this.closeMinutesBefore(toMs);
  }

  private earliest(): FunctionTraffic | undefined {
    let earliest = this.functions[0];
    for (const traffic of this.functions) if (traffic.nextArrivalMs < earliest!.nextArrivalMs) earliest = traffic;
    return earliest;
  }

  private invoke(traffic: FunctionTraffic): void {
    const atMs = traffic.nextArrivalMs;
    traffic.invoke();
    // Pools look at the clock only when they are used, so this sum is never too low: most of the time it is enough.
    if (this.concurrency() <= this.minuteConcurrency) return;
    this.bringUpTo(atMs);
    this.minuteConcurrency = Math.max(this.minuteConcurrency, this.concurrency());
  }

  /**
   * A request that finds no free provisioned environment needs concurrency that is neither in use nor claimed by provisioned
   * environments. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
   */
  private isRefused(traffic: FunctionTraffic): boolean {
    if (this.hasRoom(traffic)) return false;
    this.bringUpTo(traffic.nextArrivalMs);
    return !this.hasRoom(traffic);
  }

  private hasRoom(traffic: FunctionTraffic): boolean {
    const { pool, fn } = traffic;
    if (pool.provisionedConcurrency < fn.provisioned.usable) return true;
    const reserved = fn.spec.reservedConcurrency;
    if (reserved !== undefined) return claimed(traffic) < reserved;
    let inUse = 0;
    for (const other of this.functions) if (other.fn.spec.reservedConcurrency === undefined) inUse += claimed(other);
    return inUse < this.lambda.unreservedConcurrency;
  }

  private concurrency(): number {
    let sum = 0;
    for (const { pool } of this.functions) sum += pool.concurrency;
    return sum;
  }

  private bringUpTo(atMs: number): void {
    for (const { pool } of this.functions) pool.snapshot(atMs);
  }

  private closeMinutesBefore(atMs: number): void {
    const current = Math.floor(atMs / MINUTE_MS);
    for (; this.minute < current; this.minute++) {
      for (const traffic of this.functions) traffic.closeMinute(this.minute);
      if (this.minuteConcurrency > 0 || this.idleZeros) this.publisher.send(this.minute, this.minuteConcurrency);
      this.minuteConcurrency = this.concurrency();
    }
  }
}

/** On-demand executions and provisioned environments, used or not. */
function claimed({ pool, fn }: FunctionTraffic): number {
  return pool.concurrency - pool.provisionedConcurrency + Math.max(fn.provisioned.usable, pool.provisionedConcurrency);
}
