/** What is wrong with an environment that is otherwise in order; empty where nothing is. */
import { configFromEnv } from '../src/config-env.ts';
import { InputError } from '../src/errors.ts';

export function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    configFromEnv({ PREWARM_TARGETS: 'a:live', ...env });
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
  return [];
}
