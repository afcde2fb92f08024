/** Many metrics files, a function each, with settings for all and for single ones. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError } from '../errors.ts';
import type { RankSource } from '../first-steps/rank-all.ts';
import type { RankSubject } from '../first-steps/rank.ts';
import { parseSettingsRows, type SettingsRow } from '../first-steps/settings-rows.ts';
import { NoMetricsError } from '../input/json-documents.ts';
import { readMetricsFile } from '../input/metrics-file.ts';
import { configFromFlags } from './settings-flags.ts';
import type { CommandIo } from './io.ts';
import type { Output } from './output.ts';

/** Where neither the file nor the settings say; it is told. */
const ASSUMED_DURATION_MS = 1000;

/** The alias that is proposed where none is given. */
export const USUAL_ALIAS = 'live';

const METRICS_FILE = /\.(csv|json)(\.gz)?$/i;

export interface FileSource extends RankSource {
  path: string;
}

/**
 * The files, and those in the folders, as functions to be ranked; nothing is read yet but the settings. A row of the settings that
 * no file is called by is told, not refused: the files may be a part of them.
 */
export function fileSources(
  paths: readonly string[],
  options: Record<string, unknown> & { settings?: string },
  { io, output }: { io: CommandIo; output: Output },
): FileSource[] {
  const given = paths.map((path) => ({ path, inside: filesIn(path) }));
  const files = given.flatMap(({ inside }) => inside);
  const found = new Set(given.flatMap(({ path, inside }) => inside.filter((file) => file !== path)));
  if (files.length === 0) throw new InputError('no metrics files: give CSV or JSON files, or a folder of them');
  const rows = options.settings === undefined ? [] : readRows(options.settings);
  const rowOf = (path: string) => rows.find(({ name }) => name === path || name === bareName(path));
  const unused = rows.filter((row) => !files.some((path) => rowOf(path) === row)).map(({ name }) => name);
  if (unused.length > 0) output.say(`note: ${options.settings} names what no file is called: ${unused.join(', ')}`);
  return named(files).map(({ name, path }) => ({
    name,
    path,
    load: () => {
      const subject = loadFile({ name, path }, options, rowOf(path), io);
      return found.has(path) ? metricsOrNull(subject) : subject;
    },
  }));
}

function filesIn(path: string): string[] {
  if (path === '-') return [path];
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return [path];
  const found = readdirSync(path)
    .filter((name) => METRICS_FILE.test(name))
    .sort();
  if (found.length === 0)
    throw new InputError(`${path} has no metrics files in it: *.csv, *.json, *.csv.gz, *.json.gz`);
  return found.map((name) => join(path, name));
}

function readRows(path: string): SettingsRow[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`--settings = ${JSON.stringify(path)}: cannot be read (${(error as Error).message})`);
  }
  return parseSettingsRows(text, path);
}

function bareName(path: string): string {
  return path === '-' ? 'stdin' : basename(path).replace(METRICS_FILE, '');
}

/** By the bare name where it is one of its own, else by the path. */
function named(paths: readonly string[]): { name: string; path: string }[] {
  const count = new Map<string, number>();
  for (const path of paths) count.set(bareName(path), (count.get(bareName(path)) ?? 0) + 1);
  return paths.map((path) => ({ name: count.get(bareName(path)) === 1 ? bareName(path) : path, path }));
}

/** A folder may also hold what describes its files. */
async function metricsOrNull(load: Promise<RankSubject>): Promise<RankSubject | null> {
  try {
    return await load;
  } catch (error) {
    if (error instanceof NoMetricsError) return null;
    throw error;
  }
}

async function loadFile(
  { name, path }: { name: string; path: string },
  options: Record<string, unknown>,
  row: SettingsRow | undefined,
  io: CommandIo,
): Promise<RankSubject> {
  const settings = configOf(path, options, row);
  const reading = await readMetricsFile(path, { stdin: io.stdin });
  const hasDurations = reading.grids.some((grid) => grid.averageDurationMs.some((duration) => duration >= 0));
  if (hasDurations || settings.averageDurationMs !== undefined) return { name, reading, settings };
  const note = `no durations in the file: ${ASSUMED_DURATION_MS / 1000} s a request assumed; give --average-duration-ms`;
  return {
    name,
    reading: { ...reading, notes: [...reading.notes, note] },
    settings: { ...settings, averageDurationMs: ASSUMED_DURATION_MS },
  };
}

/** The flags, and on top of them the file's own row. */
function configOf(path: string, options: Record<string, unknown>, row: SettingsRow | undefined) {
  const target = {
    functionName:
      row?.functionName ??
      (bareName(path)
        .replaceAll(/[^A-Za-z0-9_-]/g, '-')
        .slice(0, 64) ||
        'file'),
    alias: row?.alias ?? USUAL_ALIAS,
  };
  if (!row) return configFromFlags(target, 'observe', options);
  try {
    return configFromFlags(target, 'observe', { ...withoutOtherAim(options, row.settings), ...row.settings });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.faults.map((fault) => `${row.name} in the settings file: ${fault}`));
  }
}

/** A price and a ceiling exclude each other: the row's own stands in for the flags'. */
function withoutOtherAim(
  options: Record<string, unknown>,
  { coldStartPriceUsd, maxColdStartRate }: SettingsRow['settings'],
) {
  const given = { ...options };
  if (maxColdStartRate !== undefined) delete given.coldStartPriceUsd;
  if (coldStartPriceUsd !== undefined) delete given.maxColdStartRate;
  return given;
}
