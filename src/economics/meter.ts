/** How long how many provisioned environments were paid for. */

/** Provisioned concurrency is billed "rounded up to the nearest five minutes". https://aws.amazon.com/lambda/pricing/ */
export const BILLING_STEP_MS = 300_000;

export interface ProvisionedTime {
  /** Environments x milliseconds, to the millisecond. */
  provisionedMs: number;
  /** The same when every 5-minute step of the clock is paid for at the highest number held in it. */
  billedProvisionedMs: number;
}

/**
 * Adds up environment-milliseconds of a number that changes over time. How AWS rounds when the number changes inside a
 * 5-minute step is undocumented, so both readings are kept: exact (the cheapest) and whole steps at their maximum (the
 * dearest).
 */
export class ProvisionedMeter {
  private amount = 0;
  private sinceMs = -Infinity;
  private exactMs = 0;
  private closedStepsMs = 0;
  private stepStartMs = -Infinity;
  private stepMaximum = 0;

  /** From `atMs` on, `amount` environments are paid for. Time must not go backwards. */
  set(amount: number, atMs: number): void {
    this.advance(atMs);
    this.amount = amount;
  }

  /** Everything up to `atMs`, the step under way included as a whole. */
  read(atMs: number): ProvisionedTime {
    this.advance(atMs);
    return {
      provisionedMs: this.exactMs,
      billedProvisionedMs: this.closedStepsMs + this.stepMaximum * BILLING_STEP_MS,
    };
  }

  private advance(atMs: number): void {
    if (!(atMs >= this.sinceMs)) throw new RangeError(`time went backwards, from ${this.sinceMs} to ${atMs}`);
    if (atMs === this.sinceMs) return;
    const amount = this.amount;
    if (amount > 0) this.exactMs += amount * (atMs - this.sinceMs);
    this.sinceMs = atMs;
    if (amount > this.stepMaximum) this.stepMaximum = amount;

    const stepStartMs = Math.floor(atMs / BILLING_STEP_MS) * BILLING_STEP_MS;
    if (stepStartMs === this.stepStartMs) return;
    if (this.stepMaximum > 0) {
      const stepsBetween = (stepStartMs - this.stepStartMs) / BILLING_STEP_MS - 1;
      this.closedStepsMs += (this.stepMaximum + amount * stepsBetween) * BILLING_STEP_MS;
    }
    this.stepStartMs = stepStartMs;
    this.stepMaximum = atMs > stepStartMs ? amount : 0;
  }
}
