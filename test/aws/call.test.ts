import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { call } from '../../src/aws/call.ts';
import type { ClientOptions } from '../../src/aws/clients.ts';
import { RefusedError, TransientError } from '../../src/errors.ts';
import { clientsOf, type FakeAnswer, type FakeEndpoint, startFake } from './fake-endpoint.ts';

let fake: FakeEndpoint | undefined;
afterEach(() => fake?.close());

const GOOD: FakeAnswer = { body: { AccountLimit: { ConcurrentExecutions: 1000 } } };
const THROTTLED: FakeAnswer = { error: 'ThrottlingException' };

/** One call against an endpoint that gives these answers in turn, the last one for ever. */
async function callAgainst(answers: FakeAnswer[], options: ClientOptions = {}) {
  fake = await startFake((_, index) => answers[Math.min(index, answers.length - 1)]!);
  const waits: number[] = [];
  const sleep = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  const { lambda } = clientsOf(fake.endpoint, { ...options, retry: { sleep, random: () => 0.5, ...options.retry } });
  const result = await call(lambda, { action: 'lambda:GetAccountSettings' }, (client, send) =>
    client.send(new GetAccountSettingsCommand({}), send),
  ).then(
    ({ AccountLimit }) => AccountLimit?.ConcurrentExecutions,
    (error: unknown) => error,
  );
  return { result, waits, requests: fake.requests.length };
}

describe('a call', () => {
  it.each<[string, FakeAnswer]>([
    ['ThrottlingException', THROTTLED],
    ['TooManyRequestsException', { error: 'TooManyRequestsException', status: 429 }],
    ['ConcurrentUpdateException', { error: 'ConcurrentUpdateException' }],
    ['InternalServiceException', { error: 'InternalServiceException' }],
    ['a bare HTTP status 503', { text: '<html>busy</html>', status: 503 }],
    ['a reset connection', 'reset'],
  ])('is made again after %s', async (_, failure) => {
    expect(await callAgainst([failure, failure, GOOD])).toMatchObject({ result: 1000, requests: 3 });
  });

  it('is made again after a request that hung', async () => {
    const timeouts = { requestMs: 100 };
    expect(await callAgainst(['hang', GOOD], { timeouts })).toMatchObject({ result: 1000, requests: 2 });
  });

  it('waits a random share of a bound that doubles up to five seconds', async () => {
    const { waits } = await callAgainst([THROTTLED], { retry: { tries: 7 } });
    expect(waits).toEqual([250, 500, 1000, 2000, 2500, 2500]);
  });

  it('gives up after a bounded number of attempts', async () => {
    const { result, requests } = await callAgainst([THROTTLED]);
    expect(result).toBeInstanceOf(TransientError);
    expect(requests).toBe(5);
  });

  it('is made once when AWS refuses', async () => {
    const { result, requests } = await callAgainst([{ error: 'AccessDeniedException', status: 403 }, GOOD]);
    expect(result).toBeInstanceOf(RefusedError);
    expect(requests).toBe(1);
  });

  it.each<[string, FakeAnswer]>([
    ['never answers', 'hang'],
    ['sends its answer byte by byte without end', 'drip'],
  ])('to an endpoint that %s ends in an error that names the endpoint', async (_, answer) => {
    const timeouts = { requestMs: 60_000, totalMs: 300 };
    const { result, requests } = await callAgainst([answer], { timeouts });
    expect(result).toBeInstanceOf(TransientError);
    expect((result as Error).message).toContain(`${fake!.endpoint} did not answer lambda:GetAccountSettings in time`);
    expect(requests).toBe(1);
  });
});
