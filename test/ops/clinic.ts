/** A small account on the local AWS, in good order: one function with five days behind it, and the command line on it. */
import type { Check } from '../../src/ops/check.ts';
import { doctorSchema } from '../../src/ops/doctor-report.ts';
import { DAY_MS, formatAt, HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import type { FunctionSpec } from '../../src/twin/lambda-functions.ts';
import { type LocalAws, startLocalAws } from '../../src/twin/local-aws.ts';
import { runCommand, words } from '../command-line.ts';
import { useEndpoint } from '../local-aws.ts';
import { createWorld, type World, type WorldOptions } from '../../src/twin/world.ts';

/** A Monday at noon. */
export const NOW_MS = Date.parse('2026-11-02T12:00:00Z');
export const RESOURCE = {
  ServiceNamespace: 'lambda',
  ScalableDimension: 'lambda:function:ProvisionedConcurrency',
  ResourceId: 'function:orders:live',
} as const;

const ORDERS: FunctionSpec = {
  functionName: 'orders',
  alias: 'live',
  memoryMb: 2048,
  timeoutSeconds: 60,
  architecture: 'arm64',
};

/** Enough to compare policies on, and little enough to be quick. */
const DAYS = 5;
export const FLAGS = `--history-days ${DAYS}`;

export interface Clinic {
  world: World;
  server: LocalAws;
  /** Runs one command line at the world's time. */
  prewarm: (line: string, at?: { skewMs: number }) => Promise<{ code: number; out: string; err: string }>;
  /** The doctor's checks by id, and its exit code. */
  doctor: (flags?: string) => Promise<{ code: number; checks: Map<string, Check> }>;
}

export interface ClinicOptions extends Partial<WorldOptions> {
  spec?: Partial<FunctionSpec>;
  /** Requests in five minutes; a few around the clock by default. */
  demand?: (step: number) => number;
  /** What the alias is registered with; null leaves it unregistered. */
  bounds?: [min: number, max: number] | null;
}

export async function openClinic(options: ClinicOptions = {}): Promise<Clinic> {
  const { spec = {}, demand = () => 30, bounds = [1, 50], ...more } = options;
  const startMs = NOW_MS - 2 * HOUR_MS;
  const world = createWorld({ seed: 3, startMs, functions: [{ ...ORDERS, ...spec }], ...more });
  const steps = (DAYS * DAY_MS) / (5 * MINUTE_MS);
  const invocations = Float64Array.from({ length: steps + 288 }, (_, step) => demand(step));
  const trace = { startMs: startMs - DAYS * DAY_MS, stepSeconds: 300, invocations, averageDurationMs: 4000 };
  world.fillHistory('orders', trace);
  world.feed('orders', trace);
  if (bounds) world.registerTarget('orders', { minCapacity: bounds[0], maxCapacity: bounds[1] });
  world.advanceTo(NOW_MS);
  const server = await startLocalAws(world);
  useEndpoint(server.endpoint);
  const prewarm = (line: string, { skewMs } = { skewMs: 0 }) =>
    runCommand(words(line), { nowMs: () => world.nowMs + skewMs });
  const doctor = async (flags = '') => {
    const { code, out } = await prewarm(`doctor --function orders --alias live ${FLAGS} --json ${flags}`);
    const { checks } = doctorSchema.parse(JSON.parse(out));
    return { code, checks: new Map(checks.map((check) => [check.id, check])) };
  };
  return { world, server, prewarm, doctor };
}

export function putAction(world: World, name: string, minutesAhead: number, [min, max]: [number, number]): void {
  world.autoScaling.putScheduledAction({
    ...RESOURCE,
    ScheduledActionName: name,
    Schedule: formatAt(world.nowMs + minutesAhead * MINUTE_MS),
    ScalableTargetAction: { MinCapacity: min, MaxCapacity: max },
  });
}

export function putPolicy(world: World, name: string): void {
  world.autoScaling.putScalingPolicy({
    ...RESOURCE,
    PolicyName: name,
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 0.7,
      PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
    },
  });
}

/** As the controller's log would say it, hours before now. */
export function logRuns(world: World, values: { Ticks: number; Failures: number; Writes: number }, hoursAgo = 0): void {
  const metrics = Object.keys(values).map((Name) => ({ Name }));
  const CloudWatchMetrics = [{ Namespace: 'Prewarm', Dimensions: [['FunctionName', 'Alias']], Metrics: metrics }];
  const _aws = { Timestamp: world.nowMs - hoursAgo * HOUR_MS - MINUTE_MS, CloudWatchMetrics };
  world.log(JSON.stringify({ _aws, FunctionName: 'orders', Alias: 'live', ...values }));
}
