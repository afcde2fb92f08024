/** What follows the same forecast, in the public JSON: the `related` part of `prewarm/preview/1`. */
import * as z from 'zod';
import type { EventSourceReport } from '../related/event-source.ts';
import type { RelatedReport } from '../related/follow.ts';
import { isoUtc } from '../time.ts';
import { actionJson, actionSchema, changesJson, changesSchema } from './schedule-json.ts';

export const relatedSchema = z.strictObject({
  namespace: z.string(),
  resourceId: z.string(),
  scalableDimension: z.string(),
  outcome: z.enum(['planned', 'held', 'skipped', 'unregistered', 'failed']),
  reason: z.string(),
  plan: z.array(z.strictObject({ at: z.iso.datetime(), capacity: z.number().int().min(0) })),
  actions: z.array(actionSchema),
  /** Null where nothing was compared with what is set up. */
  changes: changesSchema.nullable(),
  notes: z.array(z.string()),
});

export function relatedJson(report: RelatedReport): z.output<typeof relatedSchema> {
  const { resource, outcome, reason, plan, actions, changes, notes } = report;
  return {
    ...resource,
    outcome,
    reason,
    plan: Array.from(plan?.capacity ?? [], (capacity, slot) => ({
      at: isoUtc((plan?.startMs ?? 0) + slot * (plan?.stepSeconds ?? 0) * 1000),
      capacity,
    })),
    actions: actions.map(actionJson),
    changes: changes && changesJson(changes),
    notes,
  };
}

const concurrency = z.number().int().min(0).nullable();

export const eventSourceSchema = z.strictObject({
  uuid: z.string(),
  outcome: z.enum(['changed', 'would change', 'kept', 'skipped', 'failed']),
  reason: z.string(),
  /** The maximum concurrency before; null where none is set or known. */
  from: concurrency,
  /** The maximum concurrency after; null where nothing is done. */
  to: concurrency,
});

export function eventSourceJson(report: EventSourceReport): z.output<typeof eventSourceSchema> {
  const { uuid, outcome, reason, from, to } = report;
  return { uuid, outcome, reason, from, to };
}
