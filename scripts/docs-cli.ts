/** The page of the command line, from the program itself: its help, each command's own flags and examples. */
import { PassThrough } from 'node:stream';
import type { Command, Option } from 'commander';
import { createProgram } from '../src/cli.ts';
import type { CommandIo } from '../src/commands/io.ts';
import { SETTINGS_GROUP } from '../src/commands/settings-flags.ts';

/** A world for looking at the program, not for running it. */
function worldOf(write: (text: string) => void): CommandIo {
  const stdout = new PassThrough();
  stdout.on('data', (chunk: Buffer) => write(chunk.toString()));
  return { stdout, stderr: new PassThrough(), stdin: process.stdin, env: {}, nowMs: () => 0 };
}

function helpOf(pick: (program: Command) => Command): string {
  let text = '';
  pick(createProgram(worldOf((part) => (text += part)))).outputHelp();
  return text.trim();
}

/** docs/cli.md. */
export function cliPage(): string {
  const program = createProgram(worldOf(() => undefined));
  return `<!-- Generated from src/cli.ts by \`npm run docs\`. -->

# Command line

\`\`\`text
${helpOf((itself) => itself)}
\`\`\`

A command line that is not understood, a flag, a word or a name that does not exist is refused with the nearest one that does.

Times are shown in the system's zone, or in that of \`--timezone\`, and the output says which; JSON is in UTC. That is only
how times are written: which clock days and weeks follow is the setting [\`--time-zone\`](configuration.md). Times that are
given (\`--at\`, \`--evaluate-from\`) are UTC unless they have an offset, so that they mean the same on each machine.

The result goes to standard output, everything else to standard error: progress with the time that is left, where that is a
terminal; what \`--verbose\` adds, the trail of the decision; remarks, unless \`--quiet\`. Text fits the terminal from 40 columns
on; in a pipe it is not folded unless \`COLUMNS\` says how wide it should be. Control characters in names and messages
from outside are shown as \`\\u001b\` and do nothing. Files are written under a temporary name and then renamed; Ctrl-C takes the
temporary ones away, and ends with exit code 130.

Commands that plan also take every [setting](configuration.md) as a flag.
${program.commands.map(sectionOf).join('')}
## Completion

The scripts are complete in themselves: no key press starts a process.

| shell | line | file |
| --- | --- | --- |
| bash | \`source <(prewarm completion bash)\` | \`~/.bashrc\` |
| zsh | \`source <(prewarm completion zsh)\` | \`~/.zshrc\`, after \`compinit\` |
| fish | \`prewarm completion fish \\| source\` | \`~/.config/fish/config.fish\` |
| PowerShell | \`prewarm completion powershell \\| Out-String \\| Invoke-Expression\` | \`$PROFILE\` |
`;
}

function sectionOf(command: Command): string {
  const help = command.createHelp();
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  const own = options.filter(({ helpGroupHeading }) => helpGroupHeading !== SETTINGS_GROUP);
  const rest = options.length > own.length ? '\nAlso every setting but `mode`, and what `--help` says.\n' : '';
  const examples = helpOf((program) => program.commands.find((one) => one.name() === command.name()) ?? program)
    .split('\nExamples:\n')[1]
    ?.replaceAll(/^ {2}/gm, '');
  return `
## prewarm ${command.name()}

${sentence(command.description())}

\`\`\`text
${help.commandUsage(command)}
\`\`\`
${own.length === 0 ? '' : `\n| flag | meaning |\n| --- | --- |\n${own.map(row).join('\n')}\n`}${rest}${examples === undefined ? '' : `\n\`\`\`text\n${examples}\n\`\`\`\n`}`;
}

function row({ flags, description, mandatory }: Option): string {
  const text = `${description}${mandatory ? ' (required)' : ''}`.replaceAll('|', '\\|');
  return `| \`${flags.replaceAll('|', '\\|')}\` | ${text} |`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
