/** Root 1: the scheduled Lambda. Reads the environment and the clock, wires AWS to the loop, logs one line per decision. */
import { pino } from 'pino';
import { connectAws } from './aws/connect.ts';
import type { TargetConfig } from './config.ts';
import { configFromEnv, type Environment, logLevelFromEnv } from './config-env.ts';
import { rememberHistory } from './controller/remembering-source.ts';
import { emptyMemory, type PlannerMemory } from './controller/planner.ts';
import { tick, type TickPorts } from './controller/tick.ts';
import { InputError, RefusedError, TransientError } from './errors.ts';
import { emfFields } from './report/emf.ts';
import { tickLogFields } from './report/tick-log.ts';

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
export function createHandler(context: HandlerContext): (event: unknown) => Promise<HandlerResult> {
  const timestamp = () => `,"time":"${new Date(context.nowMs()).toISOString()}"`;
  const options = { level: logLevelFromEnv(context.env), base: null, timestamp };
  const log = context.log ? pino(options, context.log) : pino(options);

  const run: Run = { nowMs: context.nowMs, log, portsFor: portsPerMode(context.nowMs), memories: new Map() };

  return async () => {
    const configs = readConfig(context, log);
    const runs: TargetRun[] = [];
    for (let i = 0; i < configs.length; i += TARGETS_AT_ONCE) {
      const batch = configs.slice(i, i + TARGETS_AT_ONCE);
      runs.push(...(await Promise.all(batch.map((config) => runTarget(config, run)))));
    }
    const again = runs.filter((run) => run.retry).map((run) => run.target);
    if (again.length > 0) throw new TransientError(`to be retried: ${again.join(', ')}`);
    return { targets: runs.map(({ target, outcome, writes }) => ({ target, outcome, writes })) };
  };
}

/** One set of connections per mode, made when first needed and kept while the environment is warm; so is the history read. */
function portsPerMode(nowMs: () => number): (config: TargetConfig) => TickPorts {
  const made = new Map<string, TickPorts>();
  return ({ mode }) => {
    let ports = made.get(mode);
    if (!ports) {
      const aws = connectAws({ mayWrite: mode === 'act', nowMs });
      ports = { ...aws, metrics: rememberHistory(aws.metrics) };
      made.set(mode, ports);
    }
    return ports;
  };
}

/** A wrong configuration is the operator's to mend: it is logged and counted, and retrying would not help. */
function readConfig(context: HandlerContext, log: pino.Logger): readonly TargetConfig[] {
  try {
    return configFromEnv(context.env);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    log.fatal({ faults: error.faults, ...emfFields(null, FAILED, context.nowMs()) }, 'misconfigured');
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
  portsFor: (config: TargetConfig) => TickPorts;
  /** Per target, kept while the environment is warm. */
  memories: Map<string, PlannerMemory>;
}

async function runTarget(config: TargetConfig, { nowMs, log, portsFor, memories }: Run): Promise<TargetRun> {
  const target = `${config.target.functionName}:${config.target.alias}`;
  const memory = memories.get(target) ?? emptyMemory();
  memories.set(target, memory);
  try {
    const report = await tick(portsFor(config), config, nowMs(), memory);
    const failure = report.applied?.failure ?? null;
    const writes = report.applied?.writes ?? 0;
    if (failure === null) {
      log.info(tickLogFields(report), 'tick');
      return { target, outcome: report.outcome, writes, retry: false };
    }
    log.error({ ...tickLogFields(report), ...errorFields(failure) }, 'tick interrupted; the next one completes it');
    return { target, outcome: 'interrupted', writes, retry: failure instanceof TransientError };
  } catch (error) {
    log.error(
      { target, ...errorFields(error), ...emfFields(config.target, FAILED, nowMs()) },
      'tick failed; the schedule stays as it is',
    );
    return { target, outcome: 'failed', writes: 0, retry: error instanceof TransientError };
  }
}

/** An error of ours speaks for itself; of a bug we want the stack. */
function errorFields(error: unknown): Record<string, unknown> {
  const known = error instanceof TransientError || error instanceof RefusedError || error instanceof InputError;
  return known ? { error: error.name, message: error.message } : { err: error };
}

/** The entry point that AWS Lambda calls. */
export const handler = createHandler({ env: process.env, nowMs: Date.now });
