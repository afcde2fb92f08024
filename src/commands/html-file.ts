/** The HTML report, bundled and written. */
import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { bundlePage } from '../../scripts/build.mjs';
import { InputError } from '../errors.ts';
import { reportHtml } from '../report/html.ts';
import type { PreviewJson } from '../report/preview-json.ts';
import type { ReplayJson } from '../report/replay-json.ts';
import type { CommandIo } from './io.ts';
import type { Output } from './output.ts';
import { writeOutput } from './write-file.ts';

/** Standard output, in place of a file. */
export const STDOUT = '-';

export function addReportFlag(command: Command): Command {
  return command.option('--html <file>', 'also write a report: one HTML file; - prints it in place of text');
}

/** Before any work is done: two things cannot be printed at once, and what is read is not written over. */
export function checkReportFlags({ html, json }: { html?: string; json?: boolean }, source: string | undefined): void {
  if (html === '') throw new InputError('--html = "": give a file name, or - for standard output');
  if (html === STDOUT && json) throw new InputError('--html - and --json exclude each other: give --html a file');
  if (html !== undefined && html !== STDOUT && source !== undefined && isSameFile(html, source))
    throw new InputError(`--html = "${html}": is the file that is read; give another name`);
}

function isSameFile(...paths: [string, string]): boolean {
  const [a, b] = paths.map((path) => (existsSync(path) ? statSync(path) : undefined));
  return a !== undefined && b !== undefined && a.isFile() && a.ino === b.ino && a.dev === b.dev;
}

/** To the file, which is told; or to standard output. */
export async function writeReport(
  json: PreviewJson | ReplayJson,
  path: string,
  { io, output }: { io: CommandIo; output: Output },
): Promise<void> {
  const html = reportHtml(json, await bundlePage('report'));
  if (path === STDOUT) {
    io.stdout.write(html);
    return;
  }
  await writeOutput({ flag: '--html', path, content: html }, io);
  output.say(`wrote ${path} (${Math.ceil(Buffer.byteLength(html) / 1024)} KiB): open it in a browser`);
}
