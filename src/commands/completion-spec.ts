/** What a shell can complete, read from the program itself. */
import type { Argument, Command, Option } from 'commander';

export interface ValueSpec {
  /** The words that are possible, where these are few. */
  words: readonly string[];
  isFile: boolean;
}

export interface OptionSpec {
  long: string;
  description: string;
  /** Null for a switch. */
  value: ValueSpec | null;
}

export interface CommandSpec {
  name: string;
  description: string;
  options: OptionSpec[];
  /** Of the argument, or of each of several; null where there is none. */
  argument: ValueSpec | null;
}

export interface ProgramSpec {
  name: string;
  commands: CommandSpec[];
  options: OptionSpec[];
}

export function completionSpec(program: Command): ProgramSpec {
  const help = program.createHelp();
  return {
    name: program.name(),
    options: optionSpecs(program),
    commands: help.visibleCommands(program).map((command) => {
      const argument = command.name() === 'help' ? commandNames(program) : valueOf(command.registeredArguments[0]);
      const options = command.name() === 'help' ? [] : optionSpecs(command);
      return { name: command.name(), description: oneSentence(command.description()), options, argument };
    }),
  };
}

function commandNames(program: Command): ValueSpec {
  return { words: program.commands.map((command) => command.name()), isFile: false };
}

function optionSpecs(command: Command): OptionSpec[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap((option) => {
      const { long, description } = option;
      const value = option.required || option.optional ? valueOf(option) : null;
      return long === undefined ? [] : [{ long, description: oneSentence(description), value }];
    });
}

/** `<keep|delete>` lists its words, `<file>` and `<files...>` are files. */
function valueOf(value: Option | Argument | undefined): ValueSpec | null {
  if (!value) return null;
  const placeholder = 'flags' in value ? (/[<[]([^>\]]+)[>\]]/.exec(value.flags)?.[1] ?? '') : value.name();
  const listed = placeholder.includes('|') ? placeholder.split('|') : [];
  return {
    words: value.argChoices ?? listed,
    isFile: /^(file|folder|path)s?(\.\.\.)?$/.test(placeholder),
  };
}

/** The first sentence or half-sentence, on one line: lists of completions are narrow. */
function oneSentence(description: string): string {
  return description.replace(/\s+/g, ' ').replace(/(?<=\w)[.;:] .*$|\.$/, '');
}
