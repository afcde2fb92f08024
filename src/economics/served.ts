/** Requests that provisioned environments take, span by span. */
import type { PoolModel } from './pool-model.ts';
import { REQUESTS_PER_SECOND_PER_PROVISIONED, type ServedMemo, type Spans } from './pool-spans.ts';

/** A power of two; levels that differ by a multiple of it displace each other. */
const WAYS = 16;

function emptyServed(spans: number): ServedMemo {
  const entries = () => new Float64Array(spans * WAYS);
  return { level: entries().fill(-1), invocations: entries(), runSeconds: entries() };
}

/** Per span the requests on provisioned environments, and how long all of them run, in milliseconds. */
export interface ServedUsage {
  provisionedInvocations: Float64Array;
  provisionedRunMs: Float64Array;
  onDemandRunMs: Float64Array;
}

export function addServed(model: PoolModel, levels: ArrayLike<number>, spans: Spans, usage: ServedUsage): void {
  const { enough, highestRate, invocations } = spans;
  const served = (spans.served ??= emptyServed(levels.length));
  for (let span = 0; span < levels.length; span++) {
    const level = levels[span]!;
    const runSeconds = spans.runSeconds[span]!;
    let provisioned = 0;
    let provisionedRunSeconds = 0;
    if (level >= enough[span]! && isBelowLimit(highestRate[span]!, level)) {
      provisioned = invocations[span]!;
      provisionedRunSeconds = runSeconds;
    } else if (level > 0) {
      const entry = span * WAYS + (level & (WAYS - 1));
      if (served.level[entry] !== level) serve(model, level, { span, steps: spans.steps, entry }, served);
      provisioned = served.invocations[entry]!;
      provisionedRunSeconds = served.runSeconds[entry]!;
    }
    usage.provisionedInvocations[span] = provisioned;
    usage.provisionedRunMs[span] = provisionedRunSeconds * 1000;
    usage.onDemandRunMs[span] = (runSeconds - provisionedRunSeconds) * 1000;
  }
}

function serve(
  model: PoolModel,
  level: number,
  { span, steps, entry }: { span: number; steps: number; entry: number },
  served: ServedMemo,
): void {
  const { requestsPerSecond, durationSeconds } = model.load;
  let invocations = 0;
  let runSeconds = 0;
  for (let i = span * steps; i < (span + 1) * steps; i++) {
    const requests = requestsPerSecond[i]! * model.stepSeconds;
    if (requests === 0) continue;
    const provisioned = requests * servedShare(model, i, level);
    invocations += provisioned;
    runSeconds += provisioned * durationSeconds[i]!;
  }
  served.level[entry] = level;
  served.invocations[entry] = invocations;
  served.runSeconds[entry] = runSeconds;
}

/** Four deviations below the limit of requests a second, without the root: 4 sqrt(rate) <= rate + 4. */
function isBelowLimit(rate: number, level: number): boolean {
  return 2 * rate + 4 < level * REQUESTS_PER_SECOND_PER_PROVISIONED;
}

/** Share of a step's requests that `level` provisioned environments take. */
function servedShare(model: PoolModel, i: number, level: number): number {
  const share = level >= model.enough[i]! ? 1 : 1 - model.losses.loss(model.spillRow[i]!, level / model.spillScale[i]!);
  const rate = model.load.requestsPerSecond[i]!;
  if (isBelowLimit(rate, level)) return share;
  const limit = level * REQUESTS_PER_SECOND_PER_PROVISIONED;
  return Math.min(share, (rate - excess(rate, limit)) / rate);
}

/** E[(N - limit)+] for N normal with mean and variance `rate`: what a second has beyond its limit. */
function excess(rate: number, limit: number): number {
  const deviation = Math.sqrt(rate);
  const z = (limit - rate) / deviation;
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  return Math.max(0, rate - limit, deviation * (density - z * normalAbove(z, density)));
}

/** 1 - Phi(z) by Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
function normalAbove(z: number, density: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? tail : 1 - tail;
}
