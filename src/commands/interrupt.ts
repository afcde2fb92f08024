/** Ctrl-C and SIGTERM: what was begun is put away before the process ends. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs `work` with a signal that Ctrl-C or SIGTERM aborts. When it then ends with that signal's reason, the process dies of the
 * signal, as shells expect of it. A second Ctrl-C does not wait for anything.
 */
export async function interruptible<T>(work: (interrupted: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const received: NodeJS.Signals[] = [];
  const onSignal = (name: NodeJS.Signals) => {
    if (received.push(name) > 1) process.exit(name === 'SIGINT' ? 130 : 143);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (error !== controller.signal.reason) throw error;
    for (const name of SIGNALS) process.off(name, onSignal);
    process.kill(process.pid, received[0]);
    return await new Promise<never>(() => undefined);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
