/** What doctor and status read of a target, with clients that cannot write. */
import { createAccountReader } from '../aws/account-facts.ts';
import { type ClientOptions, createClients } from '../aws/clients.ts';
import { createMetricsSource } from '../aws/metrics-source.ts';
import { createArrivalsSource } from '../aws/related-metrics.ts';
import type { TargetConfig } from '../config.ts';
import { InputError, RefusedError } from '../errors.ts';
import { assessDemand, type DemandFacts } from '../ops/demand.ts';
import type { AccountFacts } from '../ops/facts.ts';
import { queueFedSource } from '../related/arrivals.ts';
import type { Progress } from '../report/progress.ts';
import { readingTrail } from '../report/trail-text.ts';
import { DAY_MS } from '../time.ts';
import type { Output } from './output.ts';

export interface ObservedTarget {
  facts: AccountFacts;
  /** Null where the metrics could not be read; `demandMissing` says why. */
  demand: DemandFacts | null;
  demandMissing: string;
}

export interface ObserveOptions extends Pick<ClientOptions, 'region' | 'profile'> {
  now: () => number;
  output: Pick<Output, 'detail'>;
  progress: Progress;
}

/** About fifteen calls for the facts, a few for the metrics; what is computed of them is quick. */
const FACTS_SHARE = 0.5;
const READ_SHARE = 0.9;

export async function observeTarget(
  config: TargetConfig,
  { now, output, progress, ...connection }: ObserveOptions,
): Promise<ObservedTarget> {
  const aws = createClients({ ...connection, access: 'read' });
  const nowMs = now();
  progress.update(undefined, 'reading what is set up');
  const facts = await createAccountReader(aws, now).read(config.target);
  if (facts.fn.known && facts.fn.value === null) {
    return { facts, demand: null, demandMissing: 'there is no such function or alias' };
  }
  try {
    const range = { fromMs: nowMs - config.historyDays * DAY_MS, toMs: nowMs };
    progress.update(FACTS_SHARE, 'reading metrics');
    const metrics = queueFedSource(createMetricsSource(aws, { now: () => nowMs }), createArrivalsSource(aws), config);
    const reading = await metrics.read(config.target, range);
    output.detail(() => readingTrail(reading));
    progress.update(READ_SHARE, 'comparing the forecast with what came');
    return { facts, demand: assessDemand(reading, config, nowMs), demandMissing: '' };
  } catch (error) {
    if (error instanceof InputError || error instanceof RefusedError) {
      return { facts, demand: null, demandMissing: `the metrics could not be read: ${error.message}` };
    }
    throw error;
  }
}
