/** Scheduled actions and their changes in the public JSON. */
import * as z from 'zod';
import type { Changes, ScheduledAction } from '../model.ts';

const count = z.number().int().min(0);

export const actionSchema = z.strictObject({
  name: z.string(),
  schedule: z.string(),
  minCapacity: count.optional(),
  maxCapacity: count.optional(),
});

const changeSchema = actionSchema.extend({ reason: z.string() });

export const changesSchema = z.strictObject({
  registerNow: z.strictObject({ minCapacity: count, maxCapacity: count, reason: z.string() }).nullable(),
  create: z.array(changeSchema),
  update: z.array(changeSchema.extend({ from: actionSchema })),
  delete: z.array(changeSchema),
  keep: z.array(actionSchema),
  foreign: z.array(actionSchema),
});

export function actionJson({
  name,
  schedule,
  minCapacity,
  maxCapacity,
}: ScheduledAction): z.output<typeof actionSchema> {
  return {
    name,
    schedule,
    ...(minCapacity === undefined ? {} : { minCapacity }),
    ...(maxCapacity === undefined ? {} : { maxCapacity }),
  };
}

export function changesJson(changes: Changes): z.output<typeof changesSchema> {
  return {
    registerNow: changes.registerNow,
    create: changes.create.map(({ action, reason }) => ({ ...actionJson(action), reason })),
    update: changes.update.map(({ action, reason, from }) => ({
      ...actionJson(action),
      reason,
      from: actionJson(from),
    })),
    delete: changes.delete.map(({ action, reason }) => ({ ...actionJson(action), reason })),
    keep: changes.keep.map(actionJson),
    foreign: changes.foreign.map(actionJson),
  };
}
