/** How a command speaks: its result on stdout, talk, progress and the trail of a decision on stderr. */
import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import { type Progress, REDRAW_MS, SILENT, startProgress } from '../report/progress.ts';
import { present, type Terminal, terminalFor } from '../report/terminal.ts';
import { didYouMean } from '../suggest.ts';
import { isTimeZone, isUtc } from '../time-zone.ts';
import type { CommandIo } from './io.ts';
import { hasTimes, neutralise } from '../report/text.ts';

export interface OutputOptions {
  timezone?: string;
  quiet?: boolean;
  verbose?: boolean;
}

export interface Output {
  /** Of stdout: what the result is laid out for. */
  terminal: Terminal;
  /** Of stderr. */
  talk: Terminal;
  quiet: boolean;
  verbose: boolean;
  /** The result for people. */
  print: (text: string) => void;
  /** The result for machines, times in UTC. */
  json: (value: unknown) => void;
  /** Talk on stderr; nothing with --quiet. */
  say: (text: string) => void;
  /** What must be seen to go on, on stderr, --quiet or not. */
  ask: (text: string) => void;
  /** What --verbose adds, on stderr; made only then. */
  detail: (lines: (talk: Terminal) => readonly string[]) => void;
  /** A line on stderr while `work` goes on, cleaned up also after an interrupt; none with --quiet. */
  progress: <T>(label: string, work: (progress: Progress) => Promise<T>) => Promise<T>;
}

export const OUTPUT_GROUP = 'Output:';

/** The flags of every command that shows times or takes a while. */
export function addOutputFlags(command: Command): Command {
  return command
    .optionsGroup(OUTPUT_GROUP)
    .option('--timezone <name>', "show times in this zone, e.g. Europe/Berlin (default: the system's; JSON is in UTC)")
    .option('--quiet', 'only the result: no progress, no remarks')
    .option('--verbose', 'also what was read and why it was decided so, on standard error');
}

/** Throws InputError for a zone that there is none of, and for --quiet with --verbose. */
export function outputFor({ timezone, quiet = false, verbose = false }: OutputOptions, io: CommandIo): Output {
  if (quiet && verbose) throw new InputError('--quiet and --verbose exclude each other');
  const zone = timezone === undefined ? systemZone(io) : zoneNamed(timezone.trim());
  const terminal = terminalFor(io.stdout, io.env, zone);
  const talk = terminalFor(io.stderr, io.env, zone);
  const say = (text: string) => {
    io.stderr.write(`${present(text, talk)}\n`);
  };
  let remark = timezone === undefined && !quiet ? unknownZone(io) : null;
  const sayZone = (text: string) => {
    if (remark === null || !hasTimes(text)) return;
    say(remark);
    remark = null;
  };
  return {
    terminal,
    talk,
    quiet,
    verbose,
    print: (text) => {
      sayZone(text);
      io.stdout.write(`${present(text, terminal)}\n`);
    },
    json: (value) => io.stdout.write(`${neutralise(JSON.stringify(value))}\n`),
    ask: say,
    say: (text) => {
      if (!quiet) say(text);
    },
    detail: (lines) => {
      if (verbose) for (const line of lines(talk)) say(line);
    },
    progress: (label, work) => (quiet ? work(SILENT) : withProgress(label, work, talk, io)),
  };
}

async function withProgress<T>(
  label: string,
  work: (progress: Progress) => Promise<T>,
  terminal: Terminal,
  io: CommandIo,
): Promise<T> {
  const options = {
    terminal,
    nowMs: io.nowMs,
    present: (text: string) => present(text, { zone: 'UTC', foldAt: Infinity }),
  };
  const progress = startProgress(io.stderr, label, options);
  // Waiting for the network is no reason for the clock to stand still.
  const timer = setInterval(progress.redraw, REDRAW_MS);
  const takeBack = io.onInterrupt?.(progress.done);
  try {
    return await work(progress);
  } finally {
    clearInterval(timer);
    takeBack?.();
    progress.done();
  }
}

function systemZone({ timeZone = 'UTC' }: CommandIo): string {
  return isTimeZone(timeZone) ? timeZone : 'UTC';
}

/** What to say where TZ names no zone: the runtime takes UTC then, silently. */
function unknownZone(io: CommandIo): string | null {
  const name = io.env.TZ?.trim().replace(/^:/, '') ?? '';
  if (name === '' || isUtc(name) || !isUtc(systemZone(io))) return null;
  return `note: TZ = ${JSON.stringify(name)} is no IANA time zone${nearestZone(name)}: times are in UTC`;
}

function nearestZone(name: string): string {
  return didYouMean(name, Intl.supportedValuesOf('timeZone'));
}

/** The name as the zone database writes it. */
function zoneNamed(name: string): string {
  if (isTimeZone(name)) return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  throw new InputError(
    `--timezone = ${JSON.stringify(name)}: is no IANA time zone such as Europe/Berlin${nearestZone(name)}`,
  );
}
