/** What doctor and status read of a target, with clients that cannot write. */
import { createAccountReader } from '../aws/account-facts.ts';
import { type ClientOptions, createClients } from '../aws/clients.ts';
import { createMetricsSource } from '../aws/metrics-source.ts';
import type { TargetConfig } from '../config.ts';
import { InputError, RefusedError } from '../errors.ts';
import { assessDemand, type DemandFacts } from '../ops/demand.ts';
import type { AccountFacts } from '../ops/facts.ts';
import { DAY_MS } from '../time.ts';

export interface ObservedTarget {
  facts: AccountFacts;
  /** Null where the metrics could not be read; `demandMissing` says why. */
  demand: DemandFacts | null;
  demandMissing: string;
}

export async function observeTarget(
  config: TargetConfig,
  connection: Pick<ClientOptions, 'region' | 'profile'>,
  now: () => number,
): Promise<ObservedTarget> {
  const aws = createClients({ ...connection, access: 'read' });
  const nowMs = now();
  const facts = await createAccountReader(aws, now).read(config.target);
  if (facts.fn.known && facts.fn.value === null) {
    return { facts, demand: null, demandMissing: 'there is no such function or alias' };
  }
  try {
    const range = { fromMs: nowMs - config.historyDays * DAY_MS, toMs: nowMs };
    const reading = await createMetricsSource(aws, { now: () => nowMs }).read(config.target, range);
    return { facts, demand: assessDemand(reading, config, nowMs), demandMissing: '' };
  } catch (error) {
    if (error instanceof InputError || error instanceof RefusedError) {
      return { facts, demand: null, demandMissing: `the metrics could not be read: ${error.message}` };
    }
    throw error;
  }
}
