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
