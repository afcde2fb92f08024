/** What a demand asks for in each span of steps over which a level stays the same: all that plans have in common. */
import { UNKNOWN_PEAK } from './cold-starts.ts';
import { SHORTEST_SECONDS } from '../forecast/request-limit.ts';
import type { SubstepLoad } from './load.ts';

/** One entry per span of `steps` steps. */
export interface Spans {
  steps: number;
  invocations: Float64Array;
  runSeconds: Float64Array;
  /** A level that is enough for the requests of each step even if all came at once. */
  enough: Float64Array;
  /** Most requests per second. */
  highestRate: Float64Array;
  /** Highest concurrency of any path; Infinity where something is unknown. */
  highestPeak: Float64Array;
  /** 1 where all durations are within a step and long enough to occupy environments: then a level shelters as many requests. */
  isPlain: Uint8Array;
  /** Of how many steps the demand is known. */
  knownSteps: Int32Array;
  /** Made when a plan is tried. */
  served: ServedMemo | null;
}

/** What some levels serve in each span, some entries for each: plans that are compared share most of theirs. */
export interface ServedMemo {
  /** -1 where there is none yet. */
  level: Float64Array;
  invocations: Float64Array;
  runSeconds: Float64Array;
}

export interface SpannedModel {
  length: number;
  load: SubstepLoad;
  enough: Float64Array;
  /** Highest concurrency of any path per step; Infinity where it is unknown. */
  highestPeak: Float64Array;
}

export function spansOf(model: SpannedModel, steps: number): Spans {
  const count = model.length / steps;
  const { known, requestsPerSecond, durationSeconds, stepSeconds } = model.load;
  const spans: Spans = {
    steps,
    invocations: new Float64Array(count),
    runSeconds: new Float64Array(count),
    enough: new Float64Array(count),
    highestRate: new Float64Array(count),
    highestPeak: new Float64Array(count),
    isPlain: new Uint8Array(count),
    knownSteps: new Int32Array(count),
    served: null,
  };
  for (let span = 0; span < count; span++) {
    let invocations = 0;
    let runSeconds = 0;
    let isPlain = 1;
    let knownSteps = 0;
    for (let i = span * steps; i < (span + 1) * steps; i++) {
      const rate = requestsPerSecond[i]!;
      const seconds = durationSeconds[i]!;
      knownSteps += known[i]!;
      if (model.highestPeak[i]! > spans.highestPeak[span]!) spans.highestPeak[span] = model.highestPeak[i]!;
      if (seconds > stepSeconds || (rate > 0 && seconds < SHORTEST_SECONDS)) isPlain = 0;
      if (rate === 0) continue;
      const requests = rate * stepSeconds;
      invocations += requests;
      runSeconds += requests * seconds;
      if (model.enough[i]! > spans.enough[span]!) spans.enough[span] = model.enough[i]!;
      if (rate > spans.highestRate[span]!) spans.highestRate[span] = rate;
    }
    spans.invocations[span] = invocations;
    spans.runSeconds[span] = runSeconds;
    spans.isPlain[span] = isPlain;
    spans.knownSteps[span] = knownSteps;
  }
  return spans;
}

/** Per step from `from` on the highest of all paths. */
export function highestOfPaths(paths: readonly Int32Array[], from: number): Float64Array {
  const highest = new Float64Array(paths[0]!.length);
  for (let i = from; i < highest.length; i++) {
    let most = 0;
    for (let path = 0; path < paths.length; path++) {
      const peak = paths[path]![i]!;
      if (peak > most) most = peak;
      else if (peak === UNKNOWN_PEAK) most = Infinity;
    }
    highest[i] = most;
  }
  return highest;
}
