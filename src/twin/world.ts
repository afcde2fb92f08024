/** An AWS account in miniature on a simulated clock: Lambda, Application Auto Scaling and CloudWatch, and the traffic on them. */
import { floorTo, MINUTE_MS } from '../time.ts';
import { AccountTraffic } from './account-traffic.ts';
import { AutoScalingApi } from './autoscaling-api.ts';
import { DIMENSION, NAMESPACE } from './autoscaling-input.ts';
import { DEFAULT_BEHAVIOUR, type TwinBehaviour } from './behaviour.ts';
import { storeEmbeddedMetrics } from './embedded-metrics.ts';
import type { EnvironmentSnapshot } from './environments.ts';
import { FunctionTraffic, type DemandTrace, type FunctionUsage } from './function-traffic.ts';
import { writeHistory, type PastDemand } from './history.ts';
import { LambdaApi } from './lambda-api.ts';
import {
  LambdaFunctions,
  type AliasWeight,
  type FunctionSpec,
  type Surroundings,
  type TwinFunction,
} from './lambda-functions.ts';
import { AccountConcurrencyPublisher, MetricPublisher, type PublishLevel } from './metric-publisher.ts';
import { getMetricData, type ResultFault } from './metric-query.ts';
import { MetricStore } from './metric-store.ts';
import type { MinuteRecord } from './minute-ledger.ts';
import { OtherScalingApi } from './other-scaling.ts';
import { ScalingActivities } from './scaling-activities.ts';

export interface WorldFunction extends FunctionSpec {
  /** Initialisation of an on-demand environment; 3,500 ms by default. */
  coldStartMs?: number;
  /** How long an idle on-demand environment stays warm; 600 s by default. */
  idleTimeoutSeconds?: number;
}

export interface WorldOptions {
  seed: number;
  /** Where the clock begins. */
  startMs: number;
  functions: readonly WorldFunction[];
  behaviour?: Partial<TwinBehaviour>;
  /** Concurrent executions of the account; 1,000 by default. */
  accountConcurrency?: number;
  region?: string;
}

const DEFAULT_COLD_START_MS = 3500;
const DEFAULT_IDLE_TIMEOUT_SECONDS = 600;

export class World {
  readonly region: string;
  readonly behaviour: TwinBehaviour;
  readonly lambda: LambdaApi;
  readonly autoScaling: AutoScalingApi;
  /** Of the namespaces other than Lambda's. */
  readonly otherScaling: OtherScalingApi;
  private clockMs: number;
  private readonly seed: number;
  private readonly functions: LambdaFunctions;
  private readonly store = new MetricStore();
  private readonly traffic = new Map<string, FunctionTraffic>();
  private readonly accountTraffic: AccountTraffic;
  private readonly accountPublisher: AccountConcurrencyPublisher;
  private readonly historyPublishers: MetricPublisher[] = [];

  constructor(options: WorldOptions) {
    const { seed, startMs, accountConcurrency = 1000, region = 'us-east-1' } = options;
    const behaviour = { ...DEFAULT_BEHAVIOUR, ...options.behaviour };
    this.seed = seed;
    this.clockMs = startMs;
    this.region = region;
    this.behaviour = behaviour;
    this.functions = new LambdaFunctions(
      options.functions,
      accountConcurrency,
      behaviour,
      (fn, usable, billed, atMs) => {
        this.trafficOf(fn.spec.functionName).pool.setProvisioned(usable, atMs, billed);
      },
    );
    for (const spec of options.functions) this.addTraffic(spec);
    this.accountPublisher = new AccountConcurrencyPublisher(this.store, behaviour);
    this.accountTraffic = new AccountTraffic([...this.traffic.values()], this.functions, this.accountPublisher, {
      startMs,
      idleZeros: behaviour.idleConcurrencyZeros,
    });
    const nowMs = () => this.clockMs;
    const activities = new ScalingActivities();
    this.lambda = new LambdaApi({ functions: this.functions, region, nowMs, startMs });
    this.autoScaling = new AutoScalingApi({ lambda: this.functions, activities, behaviour, region, nowMs });
    const latenessMs = behaviour.actionLatenessSeconds * 1000;
    this.otherScaling = new OtherScalingApi({ region, nowMs, latenessMs });
  }

  get nowMs(): number {
    return this.clockMs;
  }

  get functionNames(): string[] {
    return [...this.traffic.keys()];
  }

  /** Lets time pass: requests run, scheduled actions fire, allocations finish, metrics arrive. */
  advanceTo(toMs: number): void {
    if (!(toMs >= this.clockMs)) throw new RangeError(`time went backwards, from ${this.clockMs} to ${toMs}`);
    for (;;) {
      const nextMs = Math.max(this.clockMs, Math.min(toMs, this.nextEventMs));
      this.accountTraffic.runTo(nextMs);
      this.clockMs = nextMs;
      this.functions.settle(nextMs);
      this.autoScaling.runDue(nextMs);
      this.otherScaling.runDue(nextMs);
      if (nextMs >= toMs && this.nextEventMs > toMs) break;
    }
    this.publishMetrics();
  }

  private get nextEventMs(): number {
    return Math.min(this.functions.nextEventMs, this.autoScaling.nextEventMs, this.otherScaling.nextEventMs);
  }

  /** The requests to come; whatever was fed before is replaced. */
  feed(functionName: string, trace: DemandTrace): void {
    this.trafficOf(functionName).feed(trace, this.clockMs);
  }

  /**
   * Metrics of the past, up to now at most, without simulating it. With scope "function" the alias has none of it, as when it
   * was made later.
   */
  fillHistory(functionName: string, past: PastDemand, scope: 'alias' | 'function' = 'alias'): void {
    const { fn, seed } = this.trafficOf(functionName);
    const steps = Math.floor((this.clockMs - past.startMs) / (past.stepSeconds * 1000));
    // What the account ran at once in the past is not known: its busiest function stands for it.
    const levels = publishLevels(fn, { accountConcurrency: true }).slice(scope === 'alias' ? 0 : 1);
    const publisher = new MetricPublisher(this.store, this.behaviour, levels);
    this.historyPublishers.push(publisher);
    const known = { ...past, invocations: past.invocations.subarray(0, Math.max(0, steps)) };
    writeHistory(known, seed, publisher);
    this.publishMetrics();
  }

  /** Loses what has been delivered of a time that has passed, as an outage of the metric path does. */
  loseMetrics(range: { fromMs: number; toMs: number }): void {
    const fromMinute = Math.floor(range.fromMs / MINUTE_MS);
    for (const series of this.store.all) series.clear(fromMinute, Math.floor(range.toMs / MINUTE_MS));
  }

  /** GetMetricData; the answer is JSON text. */
  getMetricData(input: Readonly<Record<string, unknown>>, resultFault?: ResultFault): string {
    return getMetricData(input, { store: this.store, behaviour: this.behaviour, nowMs: this.clockMs, resultFault });
  }

  /** Registers the function's alias as a scalable target, as the stack does. */
  registerTarget(functionName: string, bounds: { minCapacity: number; maxCapacity: number }): void {
    const { alias } = this.trafficOf(functionName).fn.spec;
    this.autoScaling.registerScalableTarget({
      ServiceNamespace: NAMESPACE,
      ScalableDimension: DIMENSION,
      ResourceId: `function:${functionName}:${alias}`,
      MinCapacity: bounds.minCapacity,
      MaxCapacity: bounds.maxCapacity,
    });
  }

  /** What stands around the function from now on: tags, other aliases, event sources, SnapStart. */
  surround(functionName: string, surroundings: Surroundings): void {
    this.trafficOf(functionName).fn.surroundings = surroundings;
  }

  /** A log line of a function: what it carries in the embedded metric format becomes metrics at once. */
  log(line: string): void {
    storeEmbeddedMetrics(line, this.store);
  }

  /** A share of the alias's traffic goes to a second version, or (null) no longer. */
  setAliasWeight(functionName: string, weight: AliasWeight | null): void {
    this.functions.setWeight(this.trafficOf(functionName).fn, weight);
  }

  /** A deployment: the alias moves to another version. */
  moveAlias(functionName: string, version: string): void {
    this.functions.moveAlias(this.trafficOf(functionName).fn, version, this.clockMs);
  }

  deleteAlias(functionName: string): void {
    this.trafficOf(functionName).fn.aliasDeleted = true;
  }

  /** From now on allocations end in FAILED with this reason, e.g. FUNCTION_ERROR_INIT_FAILURE; null = they succeed. */
  failAllocations(functionName: string, reason: string | null): void {
    this.trafficOf(functionName).fn.provisioned.initFailure = reason;
  }

  /** Everything that is paid for or counted so far, history not included. */
  usage(functionName: string): FunctionUsage {
    return this.trafficOf(functionName).usage(this.clockMs);
  }

  /** What really happened minute by minute since the world began. */
  minutes(functionName: string): MinuteRecord {
    return this.trafficOf(functionName).ledger.read();
  }

  /** Environments at present, by what they are and do. */
  environments(functionName: string): EnvironmentSnapshot {
    return this.trafficOf(functionName).pool.snapshot(this.clockMs);
  }

  private publishMetrics(): void {
    for (const { publisher } of this.traffic.values()) publisher.publishUntil(this.clockMs);
    for (const publisher of this.historyPublishers) publisher.publishUntil(this.clockMs);
    this.accountPublisher.publishUntil(this.clockMs);
  }

  private addTraffic(spec: WorldFunction): void {
    const fn = this.functions.find(spec.functionName)!;
    const options = {
      coldStartMs: spec.coldStartMs ?? DEFAULT_COLD_START_MS,
      idleTimeoutSeconds: spec.idleTimeoutSeconds ?? DEFAULT_IDLE_TIMEOUT_SECONDS,
      seed: this.seed + this.traffic.size,
      startMs: floorTo(this.clockMs, MINUTE_MS),
    };
    const publisher = new MetricPublisher(this.store, this.behaviour, publishLevels(fn, { accountConcurrency: false }));
    this.traffic.set(spec.functionName, new FunctionTraffic(fn, options, this.behaviour, publisher));
  }

  private trafficOf(functionName: string): FunctionTraffic {
    const traffic = this.traffic.get(functionName);
    if (!traffic) throw new RangeError(`there is no function ${functionName}`);
    return traffic;
  }
}

export function createWorld(options: WorldOptions): World {
  return new World(options);
}

/** Alias, function, account. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html */
function publishLevels(
  { spec }: TwinFunction,
  { accountConcurrency }: { accountConcurrency: boolean },
): PublishLevel[] {
  const { functionName, alias } = spec;
  return [
    { dimensions: { FunctionName: functionName, Resource: `${functionName}:${alias}` }, ownConcurrency: true },
    { dimensions: { FunctionName: functionName }, ownConcurrency: true },
    { dimensions: {}, ownConcurrency: accountConcurrency },
  ];
}
