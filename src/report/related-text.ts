/** What follows the same forecast, for people. */
import { resourceKey } from '../config-related.ts';
import type { EventSourceReport } from '../related/event-source.ts';
import type { RelatedReport } from '../related/follow.ts';
import type { FollowedReport } from '../related/tick.ts';

/** A few lines for each neighbour and the event source; none without them. */
export function relatedText({ related = [], eventSource }: Partial<FollowedReport>): string[] {
  return [...neighbourText(related), ...(eventSource ? eventSourceText(eventSource) : [])];
}

function eventSourceText({ uuid, outcome, reason, from, to }: EventSourceReport): string[] {
  const change = `${from ?? 'none'} -> ${to ?? 'none'}`;
  return ['', `related   maximum concurrency of event source ${uuid}: ${outcome}, ${change}`, `          ${reason}`];
}

function neighbourText(reports: readonly RelatedReport[]): string[] {
  return reports.flatMap((report) => [
    '',
    `related   ${resourceKey(report.resource)}: ${report.outcome}${levelsOf(report)}`,
    `          ${report.reason}`,
    ...report.notes.map((note) => `          ${note}`),
    ...changesOf(report),
  ]);
}

function levelsOf({ plan }: RelatedReport): string {
  return plan === null ? '' : `, ${Math.min(...plan.capacity)} to ${Math.max(...plan.capacity)} units`;
}

function changesOf({ changes, applied, outcome, failure }: RelatedReport): string[] {
  if (changes === null) return [];
  const { create, update, delete: remove, keep, foreign, registerNow } = changes;
  const carriedOut = outcome === 'planned' || outcome === 'held';
  const verb = applied ? `wrote ${applied.writes} of ${applied.of}` : carriedOut ? 'would write' : 'not written';
  return [
    `          ${verb}: ${registerNow ? `${registerNow.minCapacity} to ${registerNow.maxCapacity} now, ` : ''}${create.length} to create, ${update.length} to update, ${remove.length} to delete, ${keep.length} kept, ${foreign.length} of others untouched`,
    ...(failure ? [`          stopped: ${failure.message}`] : []),
  ];
}
