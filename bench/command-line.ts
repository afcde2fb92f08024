/** A benchmark's own command line: its options, its usage for --help, and one message for what is wrong. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

export function benchArguments<T extends ParseArgsConfig>(usage: string, config: T): ReturnType<typeof parseArgs<T>> {
  const given = process.argv.slice(2);
  if (given.includes('--help') || given.includes('-h')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    refuse((error as Error).message, usage);
  }
}

/** Ends with exit code 2, as the command line of prewarm does where the input is wrong. */
export function refuse(message: string, usage: string): never {
  console.error(`error: ${message}\n\n${usage}`);
  process.exit(2);
}

/** A whole number of at least `least`. */
export function wholeNumber({ option, text }: { option: string; text: string }, least: number, usage: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least) return number;
  refuse(`${option} = "${text}": must be a whole number from ${least} on`, usage);
}

/** Tells which parts of a benchmark `--only` asks for: all without it. */
export function partsAsked<Part extends string>(
  only: string | undefined,
  parts: readonly Part[],
  usage: string,
): (part: Part) => boolean {
  if (only !== undefined && !parts.some((part) => part === only))
    refuse(`--only = "${only}": must be one of ${parts.join(', ')}`, usage);
  return (part) => only === undefined || part === only;
}
