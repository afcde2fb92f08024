/** Provisioned concurrency of one alias: what was asked for, what is ready, and what is on its way. */
import { AwsError } from './aws-error.ts';
import type { TwinBehaviour } from './behaviour.ts';

/** How an asked-for change ended. */
export type ChangeOutcome = { kind: 'ready' } | { kind: 'failed'; reason: string } | { kind: 'superseded' };
export type ChangeListener = (outcome: ChangeOutcome, atMs: number) => void;

/** As GetProvisionedConcurrencyConfig describes it. */
export interface ProvisionedConfig {
  requested: number;
  available: number;
  allocated: number;
  status: 'IN_PROGRESS' | 'READY' | 'FAILED';
  statusReason: string | null;
  lastModifiedMs: number;
}

interface Allocation {
  finishesAtMs: number;
  listener: ChangeListener;
}

/**
 * New environments are usable "only when Lambda completely finishes allocating them": all or nothing.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html. Releasing is immediate (undocumented).
 */
export class ProvisionedConcurrency {
  /** Null = no configuration. Zero is not a value of it. */
  requested: number | null = null;
  /** Set: allocations end in FAILED with this reason, e.g. FUNCTION_ERROR_INIT_FAILURE. */
  initFailure: string | null = null;
  private ready = 0;
  private status: ProvisionedConfig['status'] = 'READY';
  private statusReason: string | null = null;
  private lastModifiedMs = 0;
  private allocation: Allocation | null = null;
  private readonly behaviour: TwinBehaviour;
  private readonly changed: (usable: number, billed: number, atMs: number) => void;

  constructor(behaviour: TwinBehaviour, changed: (usable: number, billed: number, atMs: number) => void) {
    this.behaviour = behaviour;
    this.changed = changed;
  }

  /** Environments that can take requests now. */
  get usable(): number {
    return this.allocation && this.behaviour.readyDuringIncrease === 'unusable' ? 0 : this.ready;
  }

  get nextEventMs(): number {
    return this.allocation?.finishesAtMs ?? Infinity;
  }

  describe(): ProvisionedConfig | null {
    if (this.requested === null) return null;
    return {
      requested: this.requested,
      available: this.usable,
      allocated: this.ready,
      status: this.status,
      statusReason: this.statusReason,
      lastModifiedMs: this.lastModifiedMs,
    };
  }

  /** Asks for `count` >= 1 environments. The listener hears how it ended, at once where nothing is to be allocated. */
  set(count: number, atMs: number, listener: ChangeListener = () => undefined): void {
    if (count === this.requested && this.status !== 'FAILED') {
      if (this.allocation) this.supersede(atMs, listener);
      else listener({ kind: 'ready' }, atMs);
      return;
    }
    this.interrupt(atMs);
    this.requested = count;
    this.lastModifiedMs = atMs;
    this.statusReason = null;
    if (count > this.ready) this.allocate(count, atMs, listener);
    else {
      this.ready = count;
      this.status = 'READY';
    }
    this.changed(this.usable, count, atMs);
    if (!this.allocation) listener({ kind: 'ready' }, atMs);
  }

  remove(atMs: number): void {
    this.interrupt(atMs);
    this.requested = null;
    this.ready = 0;
    this.status = 'READY';
    this.statusReason = null;
    this.changed(0, 0, atMs);
  }

  /** All environments are thrown away and the same number is allocated anew, as when the code behind them changes. */
  reallocate(atMs: number, listener: ChangeListener): void {
    const count = this.requested;
    if (count === null) return;
    this.drop(atMs);
    this.ready = 0;
    this.allocate(count, atMs, listener);
    this.changed(this.usable, count, atMs);
  }

  /** Ends an allocation whose time has come. */
  settle(nowMs: number): void {
    const allocation = this.allocation;
    if (!allocation || allocation.finishesAtMs > nowMs) return;
    const atMs = allocation.finishesAtMs;
    this.allocation = null;
    if (this.initFailure === null) {
      this.ready = this.requested ?? 0;
      this.status = 'READY';
    } else {
      this.status = 'FAILED';
      this.statusReason = this.initFailure;
    }
    this.changed(this.usable, this.requested ?? 0, atMs);
    allocation.listener(
      this.initFailure === null ? { kind: 'ready' } : { kind: 'failed', reason: this.initFailure },
      atMs,
    );
  }

  private allocate(count: number, atMs: number, listener: ChangeListener): void {
    const { allocationDelaySeconds, allocatedPerMinute } = this.behaviour;
    const seconds = allocationDelaySeconds + ((count - this.ready) / allocatedPerMinute) * 60;
    this.status = 'IN_PROGRESS';
    this.allocation = { finishesAtMs: atMs + Math.round(seconds * 1000), listener };
  }

  private interrupt(atMs: number): void {
    if (!this.allocation) return;
    if (this.behaviour.changeInProgress === 'conflict') {
      throw new AwsError(
        'ResourceConflictException',
        'An update of the provisioned concurrency is in progress for this resource.',
        409,
      );
    }
    this.drop(atMs);
  }

  private drop(atMs: number): void {
    this.allocation?.listener({ kind: 'superseded' }, atMs);
    this.allocation = null;
  }

  /** The same amount once more: the allocation goes on, only its listener changes. */
  private supersede(atMs: number, listener: ChangeListener): void {
    if (!this.allocation) return;
    this.allocation.listener({ kind: 'superseded' }, atMs);
    this.allocation.listener = listener;
  }
}
