/** The part of `prewarm init` that looks at an account: what there is, what is worth a closer look, and what stands in its way. */
import { createAccountSurvey } from '../aws/account-survey.ts';
import { createClients } from '../aws/clients.ts';
import type { TargetConfig } from '../config.ts';
import { DEFAULT_COLD_START_MS } from '../controller/measured-settings.ts';
import { objectiveOf } from '../controller/objective.ts';
import { InputError } from '../errors.ts';
import {
  type AccountSurvey,
  type FunctionFound,
  type HourlyUse,
  METRICS_PER_FUNCTION_LISTED,
  MOST_METRICS_PER_FUNCTION_READ,
  USD_PER_METRIC_READ,
} from '../first-steps/account.ts';
import { aliasOf, candidatesAmong, excludedBy, type Obstacle, provisionedNotes } from '../first-steps/candidates.ts';
import type { RankSource } from '../first-steps/rank-all.ts';
import { silenceAsIdle } from '../first-steps/silence.ts';
import { ask, mayAsk } from './ask.ts';
import { type CommandIo, NotDoneError } from './io.ts';
import type { Output } from './output.ts';
import { USUAL_ALIAS } from './metric-files.ts';
import { awsFromFlags, configFromFlags } from './settings-flags.ts';

export interface AccountOptions extends Record<string, unknown> {
  region?: string;
  profile?: string;
  functions?: string;
  mostFunctions?: string;
  top?: string;
  yes?: boolean;
}

export interface Surveyed {
  region: string;
  sources: RankSource[];
  /** What excludes a function, or is missing before it can be switched on. */
  obstacles: Obstacle[];
  /** In one line each: what was left out, and why. */
  notes: string[];
}

const MOST_FUNCTIONS = 1000;
const TOP = 20;

/** A function to look at, and the alias that the user named with it. */
interface Wanted {
  fn: FunctionFound;
  alias?: string;
}

export async function surveyAccount(
  options: AccountOptions,
  { io, output }: { io: CommandIo; output: Output },
): Promise<Surveyed> {
  const aws = createClients({ ...awsFromFlags(options), access: 'read' });
  const survey = createAccountSurvey(aws, io.nowMs);
  const region = await survey.region();
  const notes: string[] = [];
  const found = await functionsOf(survey, options, notes);
  const excluded = found.map(({ fn }) => excludedBy(fn));
  const open = found.filter((_, i) => excluded[i] === null);
  const top = wholeFrom('--top', options.top, TOP);
  output.ask(costLine({ functions: open.length, top, region }));
  if (mayAsk(options, io) && !/^y(es)?$/i.test(await ask('Read them?', 'y', io)))
    throw new NotDoneError('nothing was read or written');
  return output.progress('reading metrics', async (progress) => {
    const use = await survey.use(open.map(({ fn }) => fn.name));
    const chosen = chooseCandidates(open, use, { options, region, top }, notes);
    const looked: Looked[] = [];
    for (const [i, wanted] of chosen.entries()) {
      progress.update(i / chosen.length, `looking at ${wanted.fn.name}`);
      const hours = use.get(wanted.fn.name);
      if (hours) looked.push(await lookOrFail(survey, wanted, hours, { ...options, region }));
    }
    const obstacles = [...looked.map(({ obstacle }) => obstacle), ...excluded].filter((one) => one !== null);
    return { region, sources: looked.map(({ source }) => source), obstacles, notes };
  });
}

/** All functions up to the limit, or those that were named. */
async function functionsOf(survey: AccountSurvey, options: AccountOptions, notes: string[]): Promise<Wanted[]> {
  if (options.functions !== undefined) {
    const wanted: Wanted[] = [];
    for (const { name, alias } of namedFunctions(options.functions)) {
      wanted.push({ fn: await survey.find(name), ...(alias === undefined ? {} : { alias }) });
    }
    return wanted;
  }
  const most = wholeFrom('--most-functions', options.mostFunctions, MOST_FUNCTIONS);
  const { functions, more } = await survey.list(most);
  if (more) notes.push(`the first ${most} functions were looked at; --most-functions N looks at more`);
  return functions.map((fn) => ({ fn }));
}

export function namedFunctions(text: string): { name: string; alias?: string }[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw new InputError('--functions = "": name one function, or several with commas between');
  return parts.map((part) => {
    const [name = '', alias, ...rest] = part.split(':');
    if (rest.length > 0) throw new InputError(`--functions = "${part}": give a name or name:alias, no ARN`);
    return { name, ...(alias === undefined ? {} : { alias }) };
  });
}

/** What the reading costs, before anything is read that does. */
function costLine({ functions, top, region }: { functions: number; top: number; region: string }): string {
  const looked = Math.min(top, functions);
  const metrics = METRICS_PER_FUNCTION_LISTED * functions + MOST_METRICS_PER_FUNCTION_READ * looked;
  const usd = (metrics * USD_PER_METRIC_READ).toFixed(4);
  return `${region}: ${functions} functions. Their metrics of two weeks, and the whole past of the ${looked} most promising, are at most ${metrics} metrics of CloudWatch, $${usd} ($0.01 per 1,000). Nothing is written on AWS.`;
}

/** Those that a plan could pay for, the most promising; named functions all, whatever they promise. */
function chooseCandidates(
  open: readonly Wanted[],
  use: ReadonlyMap<string, HourlyUse>,
  { options, region, top }: { options: AccountOptions; region: string; top: number },
  notes: string[],
): readonly Wanted[] {
  if (options.functions !== undefined) return open;
  const configOf = (fn: FunctionFound) => configFor(fn, USUAL_ALIAS, { ...options, region });
  const { coldStartMs = DEFAULT_COLD_START_MS } = configFromFlags(PROBE, 'observe', options);
  const candidates = candidatesAmong(
    open.map(({ fn }) => fn),
    use,
    { objectiveOf: (fn) => objectiveOf(configOf(fn)), coldStartMs },
  );
  const quiet = open.length - candidates.length;
  if (quiet > 0) notes.push(`${quiet} of ${open.length} are called so little that no plan could pay for itself`);
  if (candidates.length > top)
    notes.push(`the ${top} most promising of ${candidates.length} were looked at; --top N looks at more`);
  return candidates.slice(0, top).map(({ fn }) => ({ fn }));
}

const PROBE = { functionName: 'any', alias: 'any' };

interface Looked {
  source: RankSource;
  obstacle: Obstacle | null;
}

/** One that cannot be looked at, deleted meanwhile or not to be read, fails in the ranking, beside the others. */
async function lookOrFail(...args: Parameters<typeof closerLook>): Promise<Looked> {
  try {
    return await closerLook(...args);
  } catch (error) {
    const [, { fn }] = args;
    const fail = (): never => {
      throw error;
    };
    return { source: { name: fn.name, load: () => Promise.resolve().then(fail) }, obstacle: null };
  }
}

async function closerLook(
  survey: AccountSurvey,
  { fn, alias: wanted }: Wanted,
  use: HourlyUse,
  options: AccountOptions,
): Promise<Looked> {
  const { name } = fn;
  const aliases = await survey.aliases(name);
  const { alias, obstacle } = aliasOf(fn, aliases, use, { wanted, usual: USUAL_ALIAS });
  const exists = aliases.some((one) => one.name === alias);
  // The version behind the alias may differ from $LATEST, which is what a list tells of.
  const version = exists ? await survey.find(name, alias) : fn;
  const provisioned = await survey.provisioned(name);
  const coldStartMs = await survey.coldStartMs(name);
  const target = { functionName: name, alias };
  const config = configFor(version, alias, options, coldStartMs);
  const source: RankSource = {
    name: `${name}:${alias}`,
    load: async () => {
      const reading = silenceAsIdle(await survey.read(target, version.timeoutSeconds, config.historyDays));
      const notes = [...reading.notes, ...provisionedNotes(alias, provisioned)];
      return { name: `${name}:${alias}`, reading: { ...reading, notes }, settings: config };
    },
  };
  return { source, obstacle: excludedBy(version) ?? obstacle };
}

/** The flags, and what AWS knows of the function where they say nothing. */
function configFor(
  { name, memoryMb, architecture }: FunctionFound,
  alias: string,
  options: AccountOptions,
  coldStartMs: number | null = null,
): TargetConfig {
  const known = {
    memoryMb: String(memoryMb),
    architecture,
    ...(coldStartMs === null ? {} : { coldStartMs: String(coldStartMs) }),
  };
  return configFromFlags({ functionName: name, alias }, 'observe', { ...known, ...options });
}

function wholeFrom(flag: string, text: string | undefined, byDefault: number): number {
  if (text === undefined) return byDefault;
  if (/^[1-9]\d{0,5}$/.test(text.trim())) return Number(text);
  throw new InputError(`${flag} = "${text}": must be a whole number above 0`);
}
