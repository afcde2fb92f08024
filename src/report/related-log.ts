/** A neighbour's part of a tick as one structured log line. */
import { resourceKey } from '../config-related.ts';
import type { EventSourceReport } from '../related/event-source.ts';
import type { RelatedReport } from '../related/follow.ts';

export function relatedLogFields(report: RelatedReport): Record<string, unknown> {
  const { resource, outcome, reason, notes, changes, applied } = report;
  const named = (list: readonly { action: { name: string }; reason: string }[]) =>
    list.map(({ action, reason: why }) => `${action.name}: ${why}`);
  return {
    related: resourceKey(resource),
    outcome,
    reason,
    notes,
    changes: changes && {
      registerNow: changes.registerNow,
      create: named(changes.create),
      update: named(changes.update),
      delete: named(changes.delete),
      keep: changes.keep.length,
      foreign: changes.foreign.map(({ name }) => name),
    },
    applied: applied && { writes: applied.writes, of: applied.of },
  };
}

export function eventSourceLogFields({ uuid, outcome, reason, from, to }: EventSourceReport): Record<string, unknown> {
  return { related: `maximum concurrency of event source ${uuid}`, outcome, reason, from, to };
}
