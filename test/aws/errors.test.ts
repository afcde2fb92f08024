import { GetAliasCommand } from '@aws-sdk/client-lambda';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { call } from '../../src/aws/call.ts';
import { type ClientOptions, createClients } from '../../src/aws/clients.ts';
import { explain } from '../../src/aws/errors.ts';
import { InputError, RefusedError, TransientError } from '../../src/errors.ts';
import { clientsOf, type FakeAnswer, startFake } from './fake-endpoint.ts';

const target = { functionName: 'worker', alias: 'live' };
const context = { action: 'lambda:GetAlias', target, region: 'eu-central-1' };

afterEach(() => vi.unstubAllEnvs());

function serviceError(name: string, message: string, status = 400): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode: status } });
}

function callGetAlias(aws: ReturnType<typeof createClients>): Promise<unknown> {
  return call(aws.lambda, { action: 'lambda:GetAlias', target }, (client, options) =>
    client.send(new GetAliasCommand({ FunctionName: 'worker', Name: 'live' }), options),
  ).catch((error: unknown) => error);
}

describe('an answer of AWS is explained', () => {
  it.each([
    [
      'access denied names the action that AWS names',
      serviceError(
        'AccessDeniedException',
        'User: arn:aws:iam::123456789012:user/x is not authorized to perform: sts:AssumeRole on resource: y',
        403,
      ),
      'lambda:GetAlias',
      RefusedError,
      /may not do sts:AssumeRole on alias "live" of function "worker"/,
    ],
    [
      'access denied without a reason names the action that was called',
      serviceError('AccessDeniedException', 'Access denied', 403),
      'application-autoscaling:PutScheduledAction',
      RefusedError,
      /may not do application-autoscaling:PutScheduledAction/,
    ],
    [
      'a bare 403 is access denied',
      serviceError('Forbidden', '', 403),
      'cloudwatch:GetMetricData',
      RefusedError,
      /may not do cloudwatch:GetMetricData/,
    ],
    [
      'a missing function or alias says where it was looked for',
      serviceError('ResourceNotFoundException', 'Function not found', 404),
      'lambda:GetAlias',
      InputError,
      /no alias "live" of function "worker" in eu-central-1: check .*name.*alias.*Region.*account/,
    ],
    [
      'an unregistered target says how to register it',
      serviceError('ObjectNotFoundException', 'No scalable target registered'),
      'application-autoscaling:PutScheduledAction',
      RefusedError,
      /Nothing is registered .*: deploy the stack/,
    ],
    [
      'expired credentials',
      serviceError('ExpiredTokenException', 'The security token included in the request is expired', 403),
      'lambda:GetAlias',
      RefusedError,
      /expired: sign in again/,
    ],
    [
      'keys that AWS does not know',
      serviceError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403),
      'lambda:GetAlias',
      RefusedError,
      /does not accept these credentials in eu-central-1/,
    ],
    [
      'a clock that is wrong',
      serviceError('InvalidSignatureException', 'Signature expired: 20261122T000000Z is now earlier than', 403),
      'lambda:GetAlias',
      TransientError,
      /clock/,
    ],
    [
      'a validation of RegisterScalableTarget names the rights that it may be about',
      serviceError('ValidationException', 'Unable to retrieve capacity'),
      'application-autoscaling:RegisterScalableTarget',
      RefusedError,
      /Unable to retrieve capacity\..*lambda:PutProvisionedConcurrencyConfig.*cloudwatch:DeleteAlarms/,
    ],
    [
      'a full target',
      serviceError('LimitExceededException', 'too many'),
      'application-autoscaling:PutScheduledAction',
      RefusedError,
      /200 scheduled actions/,
    ],
    [
      'throttling',
      serviceError('ThrottlingException', 'Rate exceeded'),
      'lambda:GetAlias',
      TransientError,
      /AWS throttles lambda:GetAlias/,
    ],
    [
      'a concurrent update',
      serviceError('ConcurrentUpdateException', 'already an update'),
      'application-autoscaling:PutScheduledAction',
      TransientError,
      /ConcurrentUpdateException: already an update/,
    ],
    [
      'anything else that AWS refuses',
      serviceError('InvalidParameterValueException', 'line one\nline two'),
      'lambda:GetAlias',
      RefusedError,
      /refused lambda:GetAlias .*InvalidParameterValueException \(HTTP status 400\): line one line two\./,
    ],
  ])('%s', (...[, error, action, Kind, message]) => {
    const explained = explain(error, { ...context, action }) as Error;
    expect(explained).toBeInstanceOf(Kind);
    expect(explained.message).toMatch(message);
    expect(explained.message).not.toContain('\n');
    if (Kind !== InputError) expect(explained.cause).toBe(error);
  });

  it('leaves a bug, and what is explained already, as it is', () => {
    for (const error of [new TypeError('x is not a function'), new InputError('given'), null, 'text']) {
      expect(explain(error, context)).toBe(error);
    }
  });

  it('keeps a very long text short', () => {
    const explained = explain(serviceError('Odd', 'x'.repeat(10_000)), context) as Error;
    expect(explained.message.length).toBeLessThan(700);
  });
});

describe('an endpoint is named when', () => {
  it.each<[string, FakeAnswer, typeof RefusedError | typeof TransientError, RegExp]>([
    [
      'it answers in HTML',
      { text: '<html>sign in</html>' },
      RefusedError,
      /does not speak lambda:GetAlias .*status 200/,
    ],
    ['it knows no such path', { text: 'Not Found', status: 404 }, RefusedError, /does not speak/],
    ['it fails in HTML', { text: '<html>bad gateway</html>', status: 502 }, TransientError, /could not complete/],
    ['it drops the connection', 'reset', TransientError, /could not be reached/],
  ])('%s', async (_, answer, Kind, message) => {
    const fake = await startFake(() => answer);
    const error = (await callGetAlias(clientsOf(fake.endpoint, { retry: { tries: 1 } }))) as Error;
    await fake.close();
    expect(error).toBeInstanceOf(Kind);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(fake.endpoint);
  });

  it('nothing listens there', async () => {
    const fake = await startFake(() => 'hang');
    await fake.close();
    const error = (await callGetAlias(clientsOf(fake.endpoint))) as Error;
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toContain(`${fake.endpoint} could not be reached`);
  });

  it('it is https but speaks http', async () => {
    const fake = await startFake(() => ({ body: {} }));
    const error = (await callGetAlias(clientsOf(fake.endpoint.replace('http:', 'https:')))) as Error;
    await fake.close();
    expect(error).toBeInstanceOf(RefusedError);
    expect(error.message).toMatch(/No secure connection to https:.*http or https\?/);
  });
});

describe('what is not set up is explained before anything is sent:', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'prewarm-aws-'));
  fs.writeFileSync(
    path.join(folder, 'config'),
    [
      '[profile signed-out]',
      'sso_session = work',
      'sso_account_id = 123456789012',
      'sso_role_name = reader',
      'region = eu-central-1',
      '[sso-session work]',
      'sso_start_url = https://example.awsapps.com/start',
      'sso_region = eu-central-1',
      '[profile no-region]',
      'aws_access_key_id = AKIAIOSFODNN7EXAMPLE',
      'aws_secret_access_key = secret',
    ].join('\n'),
  );

  it.each<[string, ClientOptions, Record<string, string>, unknown, RegExp]>([
    ['no Region', {}, {}, InputError, /give --region/],
    ['a profile without Region', { profile: 'no-region' }, {}, InputError, /"no-region" sets no AWS Region/],
    [
      'a Region that is no name',
      { region: 'eu central' },
      {},
      InputError,
      /not the name of an AWS Region.*"eu central"/,
    ],
    ['no credentials', { region: 'eu-central-1' }, {}, RefusedError, /No AWS credentials were found/],
    ['a missing profile', { region: 'eu-central-1', profile: 'absent' }, {}, InputError, /profile "absent"/],
    ['a profile that is signed out', { profile: 'signed-out' }, {}, RefusedError, /aws sso login --profile signed-out/],
    [
      'an endpoint without scheme',
      { region: 'eu-central-1' },
      { ...keys(), AWS_ENDPOINT_URL: 'localhost:4566' },
      InputError,
      /does not begin with http/,
    ],
    [
      'an endpoint that is no URL',
      { region: 'eu-central-1' },
      { ...keys(), AWS_ENDPOINT_URL: 'not a url' },
      InputError,
      /not a URL/,
    ],
  ])('%s', async (...[, options, environment, Kind, message]) => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', path.join(folder, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', path.join(folder, 'credentials'));
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    const error = (await callGetAlias(createClients(options))) as Error;
    expect(error).toBeInstanceOf(Kind);
    expect(error.message).toMatch(message);
  });
});

it('says to check the Region when its host does not exist', () => {
  const error = Object.assign(new Error('getaddrinfo ENOTFOUND lambda.eu-centrl-1.amazonaws.com'), {
    code: 'ENOTFOUND',
  });
  const endpoint = 'https://lambda.eu-centrl-1.amazonaws.com';
  const explained = explain(error, { ...context, region: 'eu-centrl-1', endpoint }) as Error;
  expect(explained).toBeInstanceOf(RefusedError);
  expect(explained.message).toBe(
    `${endpoint} does not exist for this machine: check the Region "eu-centrl-1", AWS_ENDPOINT_URL and the network's DNS.`,
  );
});

function keys(): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
}
