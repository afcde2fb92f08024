/** What is handed to the controller and to `sam deploy` for the functions that were chosen. */
import { settingsSchema, type Settings, type TargetConfig } from '../config.ts';
import { InputError } from '../errors.ts';

/** infra/attach.yaml for functions that exist; infra/template.yaml brings a worker of its own. */
export type TemplateName = 'attach' | 'template';

export interface ChosenFunction {
  /** As it was ranked: what differs from the defaults is written. */
  settings: TargetConfig;
  /** The most that its plan held in the replay; null where there was none. */
  highestCapacity: number | null;
}

export interface Deployment {
  template: TemplateName;
  /** The value of PREWARM_TARGETS, for a controller that is deployed in another way; null where the stack makes the function. */
  targets: Record<string, unknown>[] | null;
  /** The template's parameters, in their order there. */
  parameters: Record<string, string>;
}

/** Settings that are a parameter of both templates, by the same name with a capital. */
const PARAMETERS = [
  'minCapacity',
  'maxCapacity',
  'coldStartPriceUsd',
  'maxColdStartRate',
  'monthlyBudgetUsd',
  'horizonHours',
  'historyDays',
  'leadTimeSeconds',
  'coldStartMs',
  'idleTimeoutSeconds',
  'maxActions',
  'scalingMode',
  'namePrefix',
  'timeZone',
  'calendar',
  'holidays',
  'prices',
] as const satisfies readonly (keyof Settings)[];

/** Settings that infra/attach.yaml takes for single functions only. */
const OF_ONE_FUNCTION = ['related', 'queue', 'api', 'eventSource'] as const satisfies readonly (keyof Settings)[];

/** The pattern of the parameter TargetsJson; all of a function's environment variables share 4 KB. */
const LONGEST_TARGETS_JSON = 3900;

/** Above what the plan held in two weeks: demand grows, and this is the cap on what can be spent. */
const HEADROOM = 1.5;
const LEAST_HEADROOM = 2;
/** Where nothing was replayed: the templates' own default. */
const MAX_CAPACITY_UNKNOWN = 10;

const DEFAULTS = settingsSchema.parse({});

/** For functions that exist. Throws an InputError for what one stack cannot hold. */
export function attachDeployment(chosen: readonly ChosenFunction[]): Deployment {
  const entries = chosen.map(({ settings, highestCapacity }) => ({
    target: settings.target,
    given: { ...givenOf(settings, [...PARAMETERS, ...OF_ONE_FUNCTION]), maxCapacity: capOf(settings, highestCapacity) },
  }));
  refuseCollisions(entries.map(({ target }) => `${target.functionName}:${target.alias}`));
  const shared = sharedBy(entries.map(({ given }) => given));
  const caps = entries.map(({ given }) => given.maxCapacity);
  // The registration of every alias has this maximum.
  shared.maxCapacity = Math.max(...caps);
  const targets = entries.map(({ target, given }) => {
    const own = Object.entries(given).filter(([name, value]) => !same(shared[name], value));
    return { functionName: target.functionName, alias: target.alias, ...Object.fromEntries(own) };
  });
  const json = JSON.stringify(targets);
  const hasOverrides = targets.some((target) => Object.keys(target).length > 2);
  if (hasOverrides && json.length > LONGEST_TARGETS_JSON) {
    throw new InputError(
      `the settings of ${chosen.length} functions take ${json.length} characters, and a stack holds ${LONGEST_TARGETS_JSON}: write fewer with --functions, to an --output-dir of their own, and deploy them as a second stack`,
    );
  }
  return {
    template: 'attach',
    targets: entries.map(({ target, given }) => ({ ...target, ...given })),
    parameters: {
      Targets: entries.map(({ target: { functionName, alias } }) => `${functionName}:${alias}`).join(','),
      ...(hasOverrides ? { TargetsJson: json } : {}),
      ...parametersOf(shared),
    },
  };
}

/** For a function that is not on Lambda yet: the stack's own worker. */
export function wholeDeployment({ settings, highestCapacity }: ChosenFunction): Deployment {
  const { memoryMb, architecture } = settings;
  const given = { ...givenOf(settings, PARAMETERS), maxCapacity: capOf(settings, highestCapacity) };
  return {
    template: 'template',
    targets: null,
    parameters: {
      ...(architecture === undefined ? {} : { WorkerArchitecture: architecture }),
      ...(memoryMb === undefined ? {} : { WorkerMemoryMb: String(Math.max(LEAST_WORKER_MB, memoryMb)) }),
      ...parametersOf(given),
    },
  };
}

/** The worker is a container image with scikit-learn. */
const LEAST_WORKER_MB = 512;

function capOf({ maxCapacity }: TargetConfig, highestCapacity: number | null): number {
  if (maxCapacity !== DEFAULTS.maxCapacity) return maxCapacity;
  if (highestCapacity === null) return MAX_CAPACITY_UNKNOWN;
  return Math.min(maxCapacity, Math.max(highestCapacity + LEAST_HEADROOM, Math.ceil(HEADROOM * highestCapacity)));
}

/** The settings among `names` that are not what they would be anyway. */
function givenOf(settings: Settings, names: readonly (keyof Settings)[]): Record<string, unknown> {
  const given = names.filter((name) => settings[name] !== undefined && !same(settings[name], DEFAULTS[name]));
  return Object.fromEntries(given.map((name) => [name, settings[name]]));
}

/** What is the same for all, and a parameter; the rest stays with its function. */
function sharedBy(all: readonly Record<string, unknown>[]): Record<string, unknown> {
  const alike = PARAMETERS.filter((name) => all.every((given) => name in given && same(given[name], all[0]?.[name])));
  return Object.fromEntries(alike.map((name) => [name, all[0]?.[name]]));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Always to observe first: acting is a second deployment. */
function parametersOf(given: Readonly<Record<string, unknown>>): Record<string, string> {
  const named = PARAMETERS.filter((name) => given[name] !== undefined).map((name) => {
    return [parameterName(name), textOf(given[name])];
  });
  return { Mode: 'observe', ...(Object.fromEntries(named) as Record<string, string>) };
}

/** Numbers as the templates' patterns have them: without an exponent. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && !Number.isInteger(value)
    ? value.toFixed(12).replace(/\.?0+$/, '')
    : JSON.stringify(value);
}

/** `coldStartMs` -> `ColdStartMs`. */
function parameterName(setting: string): string {
  return setting.charAt(0).toUpperCase() + setting.slice(1);
}

/** A stack names its resources by the letters and digits of a target alone. */
function refuseCollisions(targets: readonly string[]): void {
  const byLabel = new Map<string, string>();
  for (const target of targets) {
    const label = target.replaceAll(/[^A-Za-z0-9]/g, '');
    const other = byLabel.get(label);
    if (other !== undefined) {
      throw new InputError(
        `${other} and ${target} cannot be in one stack, whose names leave - and _ out: write one of them with --functions, to an --output-dir of its own`,
      );
    }
    byLabel.set(label, target);
  }
}

/** YAML, one parameter a line; a JSON text is a quoted YAML one. For `sam deploy --parameter-overrides file://…`. */
export function parametersText({ template, parameters }: Deployment, path: string): string {
  const lines = Object.entries(parameters).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `# Parameters of infra/${template}.yaml: sam deploy --parameter-overrides file://${path}\n${lines.join('\n')}\n`;
}
