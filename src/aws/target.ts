/** How AWS names the alias, and which names are refused before anything is asked. */
import { InputError } from '../errors.ts';
import type { Target } from '../model.ts';

const NAME = /^[a-zA-Z0-9-_]{1,128}$/;

/** `function:<name>:<alias>`, Application Auto Scaling's ResourceId. Refuses as `assertTarget` does. */
export function resourceId(target: Target): string {
  assertTarget(target);
  return `function:${target.functionName}:${target.alias}`;
}

/**
 * Throws an InputError unless the target is a plain function name with an alias. `$LATEST` and version numbers are
 * refused: the former cannot hold provisioned concurrency, the latter would keep it on a version that deployments leave.
 * https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */
export function assertTarget({ functionName, alias }: Target): void {
  if (!NAME.test(functionName)) {
    throw new InputError(
      `Function "${functionName}" is not a function's plain name: give the name alone, without ARN, account or qualifier, for example "my-function".`,
    );
  }
  if (alias === '$LATEST') {
    throw new InputError(
      'Alias "$LATEST" cannot hold provisioned concurrency: publish a version, point an alias at it and name that alias, for example "live".',
    );
  }
  if (!NAME.test(alias)) {
    throw new InputError(`Alias "${alias}" is not an alias's name: letters, digits, "-" and "_", for example "live".`);
  }
  if (/^\d+$/.test(alias)) {
    throw new InputError(
      `Alias "${alias}" is a version number: point an alias at the version and name that alias, so that deployments can move it.`,
    );
  }
}
