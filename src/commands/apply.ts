/** `prewarm apply`: one tick in act mode, shown first and confirmed by a person. */
import { createInterface } from 'node:readline/promises';
import { connectAws } from '../aws/connect.ts';
import { hasChanges } from '../controller/diff.ts';
import { tick, type TickReport } from '../controller/tick.ts';
import { InputError } from '../errors.ts';
import { previewJson } from '../report/preview-json.ts';
import { previewText } from '../report/preview-text.ts';
import { terminalFor } from '../report/terminal.ts';
import { type CommandIo, NotDoneError, printLine } from './io.ts';
import { awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';

export interface ApplyOptions extends Record<string, unknown> {
  function?: string;
  alias?: string;
  yes?: boolean;
  json?: boolean;
  region?: string;
  profile?: string;
}

export async function apply(options: ApplyOptions, io: CommandIo): Promise<void> {
  const config = configFromFlags(targetFromFlags(options), 'act', options);
  const connection = {
    nowMs: io.nowMs,
    ...awsFromFlags(options),
  };
  const terminal = terminalFor(io.stderr, io.env);
  if (!options.yes) {
    const planned = await tick(connectAws({ ...connection, mayWrite: false }), config, io.nowMs());
    printLine(io.stderr, previewText(planned, terminal));
    refuseUnlessPlanned(planned);
    if (hasChanges(planned.changes)) await confirm(io);
  }
  const report = await tick(connectAws({ ...connection, mayWrite: true }), config, io.nowMs());
  if (options.json) printLine(io.stdout, JSON.stringify(previewJson(report, null)));
  refuseUnlessPlanned(report);
  const applied = report.applied ?? { writes: 0, of: 0, failure: null };
  if (applied.failure) {
    printLine(
      io.stderr,
      `stopped after ${applied.writes} of ${applied.of} writes; what is there is safe, and running this again completes it`,
    );
    throw applied.failure;
  }
  if (!options.json)
    printLine(
      io.stdout,
      applied.of === 0
        ? 'nothing to write: the schedule already says what it should'
        : `${applied.writes} of ${applied.of} writes done`,
    );
}

function refuseUnlessPlanned(report: TickReport): void {
  if (report.outcome !== 'planned' && report.outcome !== 'held')
    throw new NotDoneError(`nothing was written: ${report.reason}`);
}

async function confirm(io: CommandIo): Promise<void> {
  if (!io.stdin.isTTY)
    throw new InputError('nothing was written: there is no terminal to ask on; give --yes to write without asking');
  const prompt = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const answer = await prompt.question('Write this schedule? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw new NotDoneError('nothing was written');
  } finally {
    prompt.close();
  }
}
