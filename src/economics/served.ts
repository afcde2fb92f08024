/** Requests that provisioned environments take, span by span. */
import type { PoolModel } from './pool-model.ts';
import type { ServedMemo, Spans } from './pool-spans.ts';
import { isBelowLimit, shareWithinLimit } from './request-limit.ts';

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

/** Share of a step's requests that `level` provisioned environments take. */
function servedShare(model: PoolModel, i: number, level: number): number {
  return Math.min(freeShare(model, i, level), shareWithinLimit(model.load.requestsPerSecond[i]!, level));
}

/** Share of a step's requests that find one of `level` environments free. */
export function freeShare(model: PoolModel, i: number, level: number): number {
  return level >= model.enough[i]! ? 1 : 1 - model.losses.loss(model.spillRow[i]!, level / model.spillScale[i]!);
}
