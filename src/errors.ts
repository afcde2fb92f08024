/**
 * The three ways in which things go wrong. A bug is any other exception; too little history is not an error at all.
 */

/** Something the user wrote or set is wrong. The message names it, its value and the fix. Exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** Every fault that was found, one line each. */
  readonly faults: readonly string[];

  constructor(faults: string | readonly string[]) {
    const list = typeof faults === 'string' ? [faults] : faults;
    super(
      list.length === 1
        ? list[0]
        : `${list.length} things are wrong:\n${list.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.faults = list;
  }
}

/** AWS or the network failed in a way that may pass. The schedule stays as it is; the next run tries again. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** AWS refused in a way that only a person can change: access, an unregistered target, a wrong Region. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}
