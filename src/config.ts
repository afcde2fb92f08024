/**
 * Everything that can be set, in one strict schema. The roots read files, flags and environment variables and hand them
 * here; every fault is reported at once; what comes out is complete and frozen.
 */
import * as z from 'zod';
import { calendarSchema, holidaysSchema, timeZoneSchema } from './config-calendar.ts';
import { apiSchema, eventSourceSchema, queueSchema, relatedSchema, sharedNeighbours } from './config-related.ts';
import { InputError } from './errors.ts';
import type { Target } from './model.ts';

/**
 * Provisioned concurrency per function may not exceed the account's unreserved concurrency less 100; the default account
 * has 1,000. https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */
const DEFAULT_ACCOUNT_CEILING = 900;

/** Not adjustable. https://docs.aws.amazon.com/general/latest/gr/as-app.html */
export const SCHEDULED_ACTIONS_PER_TARGET = 200;

const whole = (min: number, max: number) => z.number().int().min(min).max(max);
const usd = z.number().min(0).max(1);

/** One entry per setting: bounds, default and meaning. docs/configuration.md is generated from this. */
export const settingsSchema = z.strictObject({
  mode: z
    .enum(['observe', 'act'])
    .default('observe')
    .describe('`observe` forecasts and reports, and can write nothing; `act` writes the schedule.'),
  minCapacity: whole(0, 100_000)
    .default(0)
    .describe(
      'Environments held at any time, and the level that the schedule returns to when the controller stops. 0 = on demand.',
    ),
  maxCapacity: whole(1, 100_000)
    .default(DEFAULT_ACCOUNT_CEILING)
    .describe(
      'Never more environments than this: the hard cap on what can be spent. Must be given in `act` mode; the default is what a new account allows (1,000 less the 100 that stay unreserved).',
    ),
  horizonHours: whole(1, 48).default(24).describe('How far ahead the forecast reaches and the schedule is written.'),
  historyDays: whole(1, 56).default(56).describe('How many days of CloudWatch history are read.'),
  leadTimeSeconds: whole(60, 1800)
    .default(240)
    .describe(
      'How long before it is needed capacity is asked for: the action may be late by a minute or two and allocation takes one or two more.',
    ),
  maxActions: whole(8, SCHEDULED_ACTIONS_PER_TARGET)
    .default(96)
    .describe('Most scheduled actions to hold per target. AWS allows 200, those of others included.'),
  scalingMode: z
    .enum(['pin', 'floor'])
    .default('pin')
    .describe(
      '`pin` sets minimum = maximum = plan. `floor` sets the minimum and leaves the maximum open for a target tracking policy, and releases the surplus itself.',
    ),
  namePrefix: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, - or _, beginning with a letter')
    .default('prewarm')
    .describe(
      'Marks the scheduled actions that Prewarm owns. Anything else on the target is reported and never touched.',
    ),
  coldStartPriceUsd: z
    .number()
    .min(0)
    .max(1000)
    .default(0.03)
    .describe('What avoiding one cold start is worth, in USD: the plan is the cheapest by bill + price x cold starts.'),
  maxColdStartRate: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('In place of a price: the cheapest plan whose cold starts stay below this share of the requests.'),
  monthlyBudgetUsd: z
    .number()
    .positive()
    .optional()
    .describe(
      'Most that provisioned concurrency may cost in 730 hours, used or not: no plan ever holds more environments than it pays for around the clock.',
    ),
  coldStartMs: whole(0, 900_000)
    .optional()
    .describe('How long an environment takes to start on demand. Learned from the metrics where they tell, else 5000.'),
  idleTimeoutSeconds: whole(0, 86_400)
    .default(600)
    .describe('How long an on-demand environment stays warm after its last request. AWS does not document it.'),
  memoryMb: whole(128, 10_240)
    .optional()
    .describe('Memory of the function, for its price. Read from the function where there is one, else 2048.'),
  architecture: z
    .enum(['x86_64', 'arm64'])
    .optional()
    .describe('Architecture of the function, for its price. Read from the function where there is one, else x86_64.'),
  averageDurationMs: z
    .number()
    .positive()
    .max(900_000)
    .optional()
    .describe('Average duration of an invocation, used only where the metrics hold none.'),
  region: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of an AWS Region, e.g. eu-west-1')
    .optional()
    .describe(
      'Region whose prices apply: `AWS_REGION` where that is set. Those of us-east-1 where none is named or its prices are not known.',
    ),
  prices: z
    .strictObject({
      onDemandGbSecondUsd: usd.optional(),
      provisionedGbSecondUsd: usd.optional(),
      provisionedDurationGbSecondUsd: usd.optional(),
      requestUsd: usd.optional(),
    })
    .optional()
    .describe('Prices that differ from the list, in USD per GB-second and per request: an agreement, a Savings Plan.'),
  timeZone: timeZoneSchema
    .default('UTC')
    .describe('Time zone of days and weeks: seasons follow its clocks, and calendar entries are written in it.'),
  calendar: calendarSchema
    .default([])
    .describe(
      'Events with a plan of their own, left out of what is learned, and past outages. See [calendar](calendar.md).',
    ),
  holidays: holidaysSchema
    .optional()
    .describe(
      'Public holidays of a country or region as events, by default like a Sunday. See [calendar](calendar.md).',
    ),
  related: relatedSchema
    .default([])
    .describe(
      'Neighbours that are made ready for the same demand: tables, services, replicas, model variants. See [related](related.md).',
    ),
  queue: queueSchema
    .optional()
    .describe('The SQS queue that feeds the function: messages sent count as demand. See [related](related.md).'),
  api: apiSchema
    .optional()
    .describe(
      "The API Gateway API in front of function or queue: requests beyond the queue's messages count as invocations. See [related](related.md).",
    ),
  eventSource: eventSourceSchema
    .optional()
    .describe('The SQS event source whose maximum concurrency follows the forecast. See [related](related.md).'),
});

/** The settings of one target. */
export type Settings = Readonly<z.output<typeof settingsSchema>>;
export type TargetConfig = Settings & { readonly target: Target };

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html: an alias is not all digits and not $LATEST. */
const targetFields = {
  functionName: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be a plain function name: 1 to 64 letters, digits, - or _ (no ARN)'),
  alias: z
    .string()
    .regex(
      /^(?![0-9]+$)[A-Za-z0-9_-]{1,128}$/,
      'must be the name of an alias: provisioned concurrency does not exist for $LATEST, and a version number changes with each deploy',
    ),
};
export const targetSchema = z.strictObject(targetFields);

/** A target may override any setting for itself. */
const targetWithOverrides = z.strictObject({
  ...targetFields,
  ...z.strictObject(
    Object.fromEntries(Object.entries(settingsSchema.shape).map(([key, field]) => [key, overridable(field)])),
  ).shape,
});

/** The same rule without its default, so that an absent override stays absent. */
function overridable(field: z.ZodType): z.ZodType {
  const bare = field instanceof z.ZodDefault ? (field.def.innerType as z.ZodType) : field;
  return bare.optional();
}

/** A field as it is called outside (an environment variable, a flag) and what was given for it. */
export type FieldName = (path: readonly PropertyKey[]) => { name: string; value: unknown };

/** One line per fault: name, value, and what it has to be. */
export function describeFaults(error: z.ZodError, nameOf: FieldName): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => `${nameOf([...issue.path, key]).name} is not a setting that Prewarm knows`);
    }
    const { name, value } = nameOf(issue.path);
    return [`${name} = ${show(value)}: ${messageOf(issue, value)}`];
  });
}

function messageOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code !== 'invalid_type') return issue.message;
  const expected = issue.expected === 'int' ? 'whole number' : issue.expected;
  const kind = `${/^[ao]/.test(expected) ? 'an' : 'a'} ${expected}`;
  return value === undefined ? `must be given, ${kind}` : `must be ${kind}`;
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Rules that span several settings; returns one line per fault. Settings that are wrong by themselves are left out. */
function crossFaults(
  settings: Partial<Settings>,
  nameOf: FieldName,
  given: Readonly<Record<string, unknown>>,
): string[] {
  const faults: string[] = [];
  const { minCapacity, maxCapacity, maxColdStartRate, mode } = settings;
  const [min, max] = ['minCapacity', 'maxCapacity'].map((field) => nameOf([field]).name);
  if (minCapacity !== undefined && maxCapacity !== undefined && minCapacity > maxCapacity) {
    faults.push(`${min} = ${minCapacity}: must not exceed ${max} = ${maxCapacity}`);
  }
  if (maxColdStartRate !== undefined && given.coldStartPriceUsd !== undefined) {
    faults.push(
      `${nameOf(['maxColdStartRate']).name} and ${nameOf(['coldStartPriceUsd']).name}: give one of them, not both`,
    );
  }
  if (mode === 'act' && given.maxCapacity === undefined) {
    faults.push(`${max} = nothing: must be given in act mode, since it caps what Prewarm can spend`);
  }
  return faults;
}

/** What is wrong with settings, each by itself and together; one line per fault. */
export function settingsFaults(given: Record<string, unknown>, nameOf: FieldName): string[] {
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return crossFaults(parsed.data, nameOf, given);
  const sound = Object.entries(settingsSchema.shape).flatMap(([name, field]) => {
    const { success, data } = field.safeParse(given[name]);
    return success ? [[name, data]] : [];
  });
  const together = crossFaults(Object.fromEntries(sound) as Partial<Settings>, nameOf, given);
  return [...describeFaults(parsed.error, nameOf), ...together];
}

/** Checks one target's settings, e.g. from command line flags. Throws InputError naming each fault. */
export function parseTargetConfig(target: unknown, given: Record<string, unknown>, nameOf: FieldName): TargetConfig {
  const faults: string[] = [];
  const parsedTarget = targetSchema.safeParse(target);
  if (!parsedTarget.success) faults.push(...describeFaults(parsedTarget.error, nameOf));
  const parsed = settingsSchema.safeParse(given);
  faults.push(...settingsFaults(given, nameOf));
  if (faults.length > 0 || !parsed.success || !parsedTarget.success) throw new InputError(faults);
  return Object.freeze({ ...parsed.data, target: Object.freeze(parsedTarget.data) });
}

/** The controller's whole configuration: one entry per target, overrides applied. Throws InputError naming each fault. */
export function parseControllerConfig(
  targets: unknown,
  given: Record<string, unknown>,
  nameOf: FieldName,
): readonly TargetConfig[] {
  const shared = settingsSchema.safeParse(given);
  const list = z.array(targetWithOverrides).min(1, 'must name at least one target').safeParse(targets);
  if (!shared.success || !list.success) {
    const ofTargets = list.success ? [] : describeFaults(list.error, (path) => nameOf(['targets', ...path]));
    throw new InputError([...settingsFaults(given, nameOf), ...ofTargets]);
  }
  const faults: string[] = [];

  const seen = new Set<string>();
  const configs = list.data.map((entry) => {
    const { functionName, alias, ...overrides } = entry as Target & Record<string, unknown>;
    const label = `${functionName}:${alias}`;
    if (seen.has(label)) faults.push(`${nameOf(['targets']).name} = "${label}": is named twice`);
    seen.add(label);
    const settings = Object.freeze({ ...shared.data, ...overrides, target: Object.freeze({ functionName, alias }) });
    faults.push(...crossFaults(settings, nameOf, { ...given, ...overrides }).map((fault) => `${label}: ${fault}`));
    return settings;
  });
  faults.push(...sharedNeighbours(configs));
  if (faults.length > 0) throw new InputError(faults);
  return Object.freeze(configs);
}
