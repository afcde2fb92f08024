/** Writes down what happens in a run, in the order in which it happens. */
import type { Feed } from './feed.ts';
import type { DecisionFrame, ForecastFrame } from './frames.ts';
import { lastMinute, recentActions, scheduleAhead, sideOf } from './observe.ts';
import { policyResults } from './result.ts';
import type { Scenario, Simulated, Worlds } from './simulate.ts';
import { ASSUMED, ASSUMED_SENTENCE, PRICES_SENTENCE, WORKLOAD_SOURCE } from './workload.ts';

export interface Recorder {
  /** A line of the controller's log. */
  hear: (line: string) => void;
  /** Both worlds stand at the end of a minute. */
  look: (worlds: Worlds) => void;
  end: (run: Record<keyof Worlds, Simulated>) => void;
}

export function createRecorder(scenario: Scenario, feed: Feed): Recorder {
  const told = new Map<string, string>();
  let decided = false;
  feed.append({
    kind: 'run',
    target: `${scenario.functionName}:${scenario.alias}`,
    startMs: scenario.startMs,
    endMs: scenario.endMs,
    workload: WORKLOAD_SOURCE,
    assumed: ASSUMED_SENTENCE,
    prices: PRICES_SENTENCE,
    coldStartPriceUsd: ASSUMED.coldStartPriceUsd,
  });
  return {
    hear(line) {
      const frame = frameOf(JSON.parse(line) as LogLine);
      if (!frame) return;
      feed.append(frame);
      decided ||= frame.kind === 'decision';
    },
    look({ withPrewarm, onDemand }) {
      feed.append({
        kind: 'minute',
        atMs: withPrewarm.nowMs,
        ...lastMinute(withPrewarm, scenario),
        withPrewarm: sideOf(withPrewarm, scenario),
        onDemand: sideOf(onDemand, scenario),
      });
      for (const action of recentActions(withPrewarm, scenario)) {
        if (told.get(action.id) !== action.status) feed.append(action);
        told.set(action.id, action.status);
      }
      if (decided) feed.replace({ kind: 'schedule', steps: scheduleAhead(withPrewarm, scenario) });
      decided = false;
    },
    end: (run) => feed.append({ kind: 'end', policies: policyResults(scenario, run) }),
  };
}

/** What the controller logs, as far as it is shown: decisions, and what it expects of slots ahead. */
interface LogLine {
  time: string;
  _aws?: { Timestamp: number };
  ForecastMeanAhead?: number;
  ForecastPeakAhead?: number;
  outcome?: string;
  model?: string | null;
  policy?: string | null;
  reason?: string;
  applied?: { writes: number } | null;
}

function frameOf(line: LogLine): DecisionFrame | ForecastFrame | null {
  const { ForecastMeanAhead: mean, ForecastPeakAhead: high, outcome, reason = '' } = line;
  if (line._aws && mean !== undefined && high !== undefined) {
    return { kind: 'forecast', slotMs: line._aws.Timestamp, mean, high };
  }
  if (outcome === undefined) return null;
  const { model = null, policy = null, applied } = line;
  const atMs = Date.parse(line.time);
  return { kind: 'decision', atMs, outcome, model, policy, reason, writes: applied?.writes ?? 0 };
}
