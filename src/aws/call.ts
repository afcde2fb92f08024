/** One call to AWS: bounded in time, retried with backoff and full jitter, its failure explained. */
import { TransientError } from '../errors.ts';
import type { Connection } from './clients.ts';
import { explain, type CallContext } from './errors.ts';

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 5_000;

interface Configured {
  config: { region: () => Promise<string> };
}

/** What is called, for its messages. */
type CallSite = Pick<CallContext, 'action' | 'target'>;

/** One attempt. The signal, passed on to `client.send`, ends the request when the time for the whole call is over. */
type Send<Client, Result> = (client: Client, options: { abortSignal: AbortSignal }) => Promise<Result>;

/**
 * Does `send` until it succeeds, fails for good, or `retry.tries` or `timeouts.totalMs` are used up.
 *
 * What is worth another try is what `explain` calls a TransientError: throttling, ConcurrentUpdateException,
 * InternalServiceException, 5xx, timeouts, resets; `send` may throw one itself. Every operation that Prewarm sends may
 * be repeated: puts are upserts by name, and a second delete finds nothing, which is success.
 * Before try n + 1 it waits random() x min(5 s, 0.5 s x 2^(n - 1)): "full jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function call<Client extends Configured, Result>(
  connection: Connection<Client>,
  site: CallSite,
  send: Send<Client, Result>,
): Promise<Result> {
  const deadline = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const seconds = connection.timeouts.totalMs / 1000;
      reject(Object.assign(new Error(`Gave up after ${seconds} s.`), { name: 'TimeoutError' }));
      deadline.abort();
    }, connection.timeouts.totalMs);
  });
  try {
    // A race, because loading credentials does not heed the signal.
    return await Promise.race([withRetries(connection, site, deadline.signal, send), expired]);
  } catch (error) {
    throw explain(error, await contextOf(connection, site));
  } finally {
    clearTimeout(timer);
  }
}

async function withRetries<Client extends Configured, Result>(
  connection: Connection<Client>,
  site: CallSite,
  abortSignal: AbortSignal,
  send: Send<Client, Result>,
): Promise<Result> {
  const { tries, sleep, random } = connection.retry;
  for (let n = 1; ; n++) {
    try {
      return await send(connection.client, { abortSignal });
    } catch (error) {
      const explained = explain(error, await contextOf(connection, site));
      if (n >= tries || abortSignal.aborted || !(explained instanceof TransientError)) throw explained;
      await sleep(random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (n - 1)));
    }
  }
}

async function contextOf<Client extends Configured>(
  { client, profile, traffic }: Connection<Client>,
  site: CallSite,
): Promise<CallContext> {
  // Without a Region the provider throws, and the error at hand already says so.
  const region = await client.config.region().catch(() => undefined);
  return { ...site, region, profile, endpoint: traffic.endpoint };
}
