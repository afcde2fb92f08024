/** The one loop with the neighbours behind it: first the alias, then whatever follows the same forecast. */
import type { TargetConfig } from '../config.ts';
import type { EventSourcePorts, RelatedPorts } from '../controller/ports.ts';
import type { PlannerMemory } from '../controller/planner-memory.ts';
import { tick, type TickPorts, type TickReport } from '../controller/tick.ts';
import { type EventSourceReport, followEventSource } from './event-source.ts';
import { followNeighbour, type RelatedReport } from './follow.ts';

/** `related` and `eventSource` are null where nothing is known of what is set up, as with metrics from a file. */
export interface FollowedPorts extends TickPorts {
  related: RelatedPorts | null;
  eventSource: EventSourcePorts | null;
}

export interface FollowedReport extends TickReport {
  /** One entry per neighbour in the settings. */
  related: RelatedReport[];
  /** Null without one in the settings. */
  eventSource: EventSourceReport | null;
}

/**
 * `tick`, and then the neighbours one after the other. Nothing that goes wrong with one of them stops the others or changes
 * what was done for the alias; without neighbours nothing is asked and nothing costs anything.
 */
export async function tickWithNeighbours(
  ports: FollowedPorts,
  config: TargetConfig,
  nowMs: number,
  memory?: PlannerMemory,
): Promise<FollowedReport> {
  const report = await tick(ports, config, nowMs, memory);
  const related: RelatedReport[] = [];
  for (const entry of config.related) related.push(await followNeighbour(entry, report, config, ports.related));
  const eventSource = config.eventSource
    ? await followEventSource(config.eventSource, report, config, ports.eventSource)
    : null;
  return { ...report, related, eventSource };
}
