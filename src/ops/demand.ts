/** What the metrics say: the demand so far, and what the planner makes of it. The same functions as the controller's. */
import type { TargetConfig } from '../config.ts';
import { demandHistory } from '../controller/demand.ts';
import { measuredSettings } from '../controller/measured-settings.ts';
import { createPlanner, type Planned, type Planner } from '../controller/planner.ts';
import type { DemandHistory, MetricReading } from '../model.ts';

export interface DemandFacts {
  reading: MetricReading;
  history: DemandHistory;
  planner: Planner;
  planned: Planned;
}

export function assessDemand(reading: MetricReading, config: TargetConfig, nowMs: number): DemandFacts {
  const { averageDurationMs } = config;
  const history = demandHistory(reading, {
    untilMs: nowMs,
    ...(averageDurationMs === undefined ? {} : { averageDurationMs }),
  });
  const planner = createPlanner(history, measuredSettings(config, reading).settings);
  return { reading, history, planner, planned: planner.planAt(nowMs) };
}
