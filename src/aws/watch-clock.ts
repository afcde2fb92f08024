/** How far AWS's clock is ahead of this machine's, from the Date header of answers. */
import type { LambdaClient } from '@aws-sdk/client-lambda';

/** Watches from now on. A header's seconds are cut off, so the answer may be half a second out. */
export function watchClock(client: LambdaClient, now: () => number): { aheadMs: () => number | null } {
  let aheadMs: number | null = null;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      const date = Date.parse(headers?.date ?? '');
      if (!Number.isNaN(date)) aheadMs = date + 500 - now();
      return result;
    },
    { step: 'deserialize', name: 'prewarmClock', priority: 'low' },
  );
  return { aheadMs: () => aheadMs };
}
