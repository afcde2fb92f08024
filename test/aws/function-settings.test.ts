import { afterEach, describe, expect, it } from 'vitest';
import { readAccountConcurrency, readFunctionSettings } from '../../src/aws/function-settings.ts';
import { InputError, RefusedError } from '../../src/errors.ts';
import { clientsOf, type FakeAnswer, type FakeEndpoint, startFake } from './fake-endpoint.ts';

let fake: FakeEndpoint;
afterEach(() => fake.close());

async function awsThatAnswers(answer: FakeAnswer) {
  fake = await startFake(() => answer);
  return clientsOf(fake.endpoint);
}

const target = { functionName: 'worker', alias: 'live' };

describe('the settings of a function', () => {
  it('are those of the version behind the alias', async () => {
    const aws = await awsThatAnswers({
      body: {
        Version: '12',
        MemorySize: 2048,
        Timeout: 60,
        Architectures: ['arm64'],
        PackageType: 'Image',
        SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      },
    });
    expect(await readFunctionSettings(aws, target)).toEqual({
      version: '12',
      memoryMb: 2048,
      timeoutSeconds: 60,
      architecture: 'arm64',
      packageType: 'Image',
      snapStart: false,
    });
    expect(fake.requests[0]!.input).toMatchObject({
      Qualifier: 'live',
      path: expect.stringContaining('/worker/') as string,
    });
  });

  it('have defaults where the answer is silent', async () => {
    const aws = await awsThatAnswers({ body: {} });
    expect(await readFunctionSettings(aws, target)).toMatchObject({
      memoryMb: 128,
      timeoutSeconds: 3,
      architecture: 'x86_64',
      packageType: 'Zip',
    });
  });

  it('of a function that is not there are an input error', async () => {
    const aws = await awsThatAnswers({ error: 'ResourceNotFoundException', status: 404 });
    await expect(readFunctionSettings(aws, target)).rejects.toThrow(InputError);
  });

  it('are not asked for with $LATEST', async () => {
    const aws = await awsThatAnswers({ body: {} });
    await expect(readFunctionSettings(aws, { ...target, alias: '$LATEST' })).rejects.toThrow(InputError);
    expect(fake.requests).toEqual([]);
  });
});

describe('the concurrency of an account', () => {
  it.each([
    [1000, 1000, 900],
    [1000, 400, 300],
    [10, 10, 0],
  ])('of %d with %d unreserved leaves %d to provision', async (limit, unreserved, provisionable) => {
    const AccountLimit = { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved };
    const aws = await awsThatAnswers({ body: { AccountLimit } });
    expect(await readAccountConcurrency(aws)).toEqual({ limit, unreserved, provisionable });
  });

  it('that may not be read names the missing action', async () => {
    const aws = await awsThatAnswers({ error: 'AccessDeniedException', status: 403 });
    const reading = readAccountConcurrency(aws);
    await expect(reading).rejects.toThrow(RefusedError);
    await expect(reading).rejects.toThrow(/lambda:GetAccountSettings/);
  });
});
