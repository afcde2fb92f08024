/** Root 1: the scheduled Lambda. Reads the environment and the clock, wires AWS to the loop, logs one line per decision. */
import { pino } from 'pino';
import { type AwsPorts, connectAws } from './aws/connect.ts';
import type { TargetConfig } from './config.ts';
import { configFromEnv, type Environment, logLevelFromEnv } from './config-env.ts';
import { rememberHistory } from './controller/remembering-source.ts';
import { emptyMemory, type PlannerMemory } from './controller/planner-memory.ts';
import type { TickReport } from './controller/tick.ts';
import { InputError, RefusedError, TransientError } from './errors.ts';
import { queueFedSource } from './related/arrivals.ts';
import { type FollowedPorts, type FollowedReport, tickWithNeighbours } from './related/tick.ts';
import { aheadFields, capacityMetrics, emfFields } from './report/emf.ts';
import { eventSourceLogFields, relatedLogFields } from './report/related-log.ts';
import { tickLogFields, tickMetrics } from './report/tick-log.ts';

/** What the outside gives the handler; the demo and the tests give their own. */
export interface HandlerContext {
  env: Environment;
  nowMs: () => number;
  /** Receives the log lines; standard output when absent. */
  log?: { write: (line: string) => void };
}

export interface HandlerResult {
  targets: { target: string; outcome: string; writes: number }[];
}

/** Targets worked on at once: writes to one target are serial, different targets do not disturb each other. */
const TARGETS_AT_ONCE = 4;

/**
 * Makes the handler. Each invocation runs one tick per target; one target's failure does not stop the others.
 * The invocation itself fails only when a retry can help: a transient fault of AWS or the network.
 */
export function createHandler(
  context: HandlerContext,
): (event: unknown, invocation?: Invocation) => Promise<HandlerResult> {
  const timestamp = () => `,"time":"${new Date(context.nowMs()).toISOString()}"`;
  const options = { level: logLevelFromEnv(context.env), base: null, timestamp };
  const logger = (settings: typeof options) => (context.log ? pino(settings, context.log) : pino(settings));
  const run: Run = {
    nowMs: context.nowMs,
    log: logger(options),
    metricsLog: logger({ ...options, level: 'info' }),
    controller: context.env.AWS_LAMBDA_FUNCTION_NAME,
    portsFor: portsPerTarget(context.nowMs),
    memories: new Map(),
    publishedUntilMs: new Map(),
  };

  return async (_event, invocation) => {
    const configs = readConfig(context, run);
    const runs: TargetRun[] = [];
    for (let i = 0; i < configs.length; i += TARGETS_AT_ONCE) {
      if (timeIsUp(invocation)) {
        runs.push(...configs.slice(i).map((config) => defer(config, run)));
        break;
      }
      const batch = configs.slice(i, i + TARGETS_AT_ONCE);
      runs.push(...(await Promise.all(batch.map((config) => runTarget(config, run)))));
    }
    const again = runs.filter((run) => run.retry).map((run) => run.target);
    if (again.length > 0) throw new TransientError(`to be retried: ${again.join(', ')}`);
    return { targets: runs.map(({ target, outcome, writes }) => ({ target, outcome, writes })) };
  };
}

/** What Lambda tells of the invocation; absent in tests and in the demo. */
export interface Invocation {
  getRemainingTimeInMillis?: () => number;
}

/** A target's first tick in a fresh process replays two weeks of its past: seconds, where later ones take a tenth of one. */
const LEAST_REMAINING_MS = 30_000;

function timeIsUp(invocation: Invocation | undefined): boolean {
  return (invocation?.getRemainingTimeInMillis?.() ?? Infinity) < LEAST_REMAINING_MS;
}

/** Left for the next invocation, by when those before it are quick: an invocation that is cut off would begin anew each time. */
function defer(config: TargetConfig, run: Run): TargetRun {
  const target = nameOf(config);
  const metrics = emfFields(config.target, { Ticks: { value: 0, unit: 'Count' } }, run.nowMs(), run.controller);
  write(run, { level: 'info', message: 'deferred: the time of this run is nearly up', decision: { target }, metrics });
  return { target, outcome: 'deferred', writes: 0, retry: false };
}

function nameOf({ target: { functionName, alias } }: Pick<TargetConfig, 'target'>): string {
  return `${functionName}:${alias}`;
}

/** One set of connections per mode, made when first needed and kept while the environment is warm; so is the history read. */
function portsPerTarget(nowMs: () => number): (config: TargetConfig) => FollowedPorts {
  const connections = new Map<string, AwsPorts>();
  const made = new Map<string, FollowedPorts>();
  return (config) => {
    const { mode } = config;
    const aws = connections.get(mode) ?? connectAws({ mayWrite: mode === 'act', nowMs });
    connections.set(mode, aws);
    const metrics = () => rememberHistory(queueFedSource(aws.metrics, aws.arrivals, config));
    const ports = made.get(nameOf(config)) ?? { ...aws, metrics: metrics() };
    made.set(nameOf(config), ports);
    return ports;
  };
}

/** A wrong configuration is the operator's to mend: it is logged and counted, and retrying would not help. */
function readConfig(context: HandlerContext, run: Run): readonly TargetConfig[] {
  try {
    return configFromEnv(context.env);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const metrics = emfFields(null, FAILED, run.nowMs(), run.controller);
    write(run, { level: 'fatal', message: 'misconfigured', decision: { faults: error.faults }, metrics });
    return [];
  }
}

const FAILED = { Ticks: { value: 1, unit: 'Count' }, Failures: { value: 1, unit: 'Count' } } as const;

interface TargetRun {
  target: string;
  outcome: string;
  writes: number;
  /** True when the next try can succeed without anybody doing anything. */
  retry: boolean;
}

interface Run {
  nowMs: () => number;
  log: pino.Logger;
  /** Writes whatever PREWARM_LOG_LEVEL hides. */
  metricsLog: pino.Logger;
  /** The name under which metrics of all targets together are kept; absent outside of Lambda. */
  controller: string | undefined;
  portsFor: (config: TargetConfig) => FollowedPorts;
  /** Per target, kept while the environment is warm. */
  memories: Map<string, PlannerMemory>;
  /** Per target, up to where the forecast has been published as metrics. */
  publishedUntilMs: Map<string, number>;
}

interface Line {
  level: 'info' | 'error' | 'fatal';
  message: string;
  decision: Record<string, unknown>;
  metrics: Record<string, unknown>;
}

/** One line for people and CloudWatch. Alarms rest on the metrics, so these are written even where the level hides the rest. */
function write(run: Run, { level, message, decision, metrics }: Line): void {
  if (run.log.isLevelEnabled(level)) run.log[level]({ ...decision, ...metrics }, message);
  else run.metricsLog.info(metrics, 'metrics');
}

async function runTarget(config: TargetConfig, run: Run): Promise<TargetRun> {
  const target = nameOf(config);
  const memory = run.memories.get(target) ?? emptyMemory();
  run.memories.set(target, memory);
  try {
    const report = await tickWithNeighbours(run.portsFor(config), config, run.nowMs(), memory);
    const values = { ...tickMetrics(report), ...(report.state && capacityMetrics(report.state)) };
    const metrics = emfFields(config.target, values, report.nowMs, run.controller);
    const failure = report.applied?.failure ?? null;
    const retry = logFollowers(report, config, run) || failure instanceof TransientError;
    const writes = report.applied?.writes ?? 0;
    if (failure === null) {
      write(run, { level: 'info', message: 'tick', decision: tickLogFields(report), metrics });
      publishAhead(report, run);
      return { target, outcome: report.outcome, writes, retry };
    }
    const decision = { ...tickLogFields(report), ...errorFields(failure) };
    write(run, { level: 'error', message: 'tick interrupted; the next one completes it', decision, metrics });
    return { target, outcome: 'interrupted', writes, retry };
  } catch (error) {
    const decision = { target, ...errorFields(error) };
    const metrics = emfFields(config.target, FAILED, run.nowMs(), run.controller);
    write(run, { level: 'error', message: 'tick failed; the schedule stays as it is', decision, metrics });
    return { target, outcome: 'failed', writes: 0, retry: error instanceof TransientError };
  }
}

/**
 * One line for each neighbour and the event source; true where another try can succeed. One that failed counts as a failure of
 * its target, and not as a tick.
 */
function logFollowers({ related, eventSource }: FollowedReport, config: TargetConfig, run: Run): boolean {
  const lines = related.map((one) => ({ failure: one.failure, fields: relatedLogFields(one) }));
  if (eventSource) lines.push({ failure: eventSource.failure, fields: eventSourceLogFields(eventSource) });
  for (const { failure, fields } of lines) {
    const decision = { target: nameOf(config), ...fields };
    if (failure === null) run.log.info(decision, 'related');
    else {
      const metrics = emfFields(config.target, { Failures: FAILED.Failures }, run.nowMs(), run.controller);
      const failed = { ...decision, ...errorFields(failure) };
      write(run, { level: 'error', message: 'related failed', decision: failed, metrics });
    }
  }
  return lines.some(({ failure }) => failure instanceof TransientError);
}

/** A fresh process publishes the next two hours, a warm one the slot that has come into reach since. */
function publishAhead(report: TickReport, run: Run): void {
  const target = nameOf(report);
  const options = { nowMs: report.nowMs, publishedUntilMs: run.publishedUntilMs.get(target) ?? 0 };
  for (const { slotMs, fields } of aheadFields(report, options)) {
    run.metricsLog.info({ target, ...fields }, 'forecast ahead');
    run.publishedUntilMs.set(target, slotMs);
  }
}

/** An error of ours speaks for itself; of a bug we want the stack. */
function errorFields(error: unknown): Record<string, unknown> {
  const known = error instanceof TransientError || error instanceof RefusedError || error instanceof InputError;
  return known ? { error: error.name, message: error.message } : { err: error };
}

/** The entry point that AWS Lambda calls. */
export const handler = createHandler({ env: process.env, nowMs: Date.now });
