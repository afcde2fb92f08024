/** `prewarm report`: the HTML page of a saved JSON output. */
import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { InputError } from '../errors.ts';
import { parseReport } from '../report/read-report.ts';
import { examples } from './examples.ts';
import { checkReportFlags, STDOUT, writeReport } from './html-file.ts';
import type { CommandIo } from './io.ts';
import { OUTPUT_GROUP, outputFor } from './output.ts';

interface ReportOptions {
  html?: string;
  quiet?: boolean;
}

export function addReport(program: Command, io: CommandIo): void {
  program
    .command('report')
    .description('make an HTML page of the JSON that preview or replay printed: one file, no network')
    .argument('<file>', 'the saved JSON; - is standard input')
    .optionsGroup(OUTPUT_GROUP)
    .option('--html <file>', 'write the page here (default: standard output)')
    .option('--quiet', 'do not tell what was written')
    .addHelpText(
      'after',
      examples(
        'prewarm replay --metrics requests.csv --average-duration-ms 2000 --json > replay.json',
        'prewarm report replay.json --html replay.html',
      ),
    )
    .action((file: string, options: ReportOptions) => report(file, options, io));
}

async function report(file: string, { html = STDOUT, quiet = false }: ReportOptions, io: CommandIo): Promise<void> {
  const output = outputFor({ quiet }, io);
  checkReportFlags({ html }, file);
  const content = file === '-' ? await text(io.stdin) : await read(file);
  await writeReport(parseReport(content, file === '-' ? 'standard input' : file), html, { io, output });
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(`${file}: cannot be read (${(error as Error).message})`);
  }
}
