/** The file that is deployed: that it loads, stays small, is what `sam build` makes, and answers Lambda. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildHandler, HANDLER_SIZE_LIMIT_BYTES } from '../../scripts/build.mjs';
import { type FakeAnswer, startFake } from '../aws/fake-endpoint.ts';
import { describeWithTools, ROOT, run, TOOLS } from '../infra/tools.ts';
import { startRuntime } from './runtime-api.ts';

let directory: string;
let outfile: string;
let bytes: number;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'prewarm-build-'));
  ({ outfile, bytes } = await buildHandler({ outfile: join(directory, 'handler.mjs') }));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Imports the file in a new process and prints what it exports. */
const IMPORT =
  'const m = await import(process.argv[1]); console.log(Object.keys(m).sort().join(), typeof m.handler, process.version);';
const importIn = (node: string, file: string) =>
  run(node, ['--input-type=module', '-e', IMPORT, pathToFileURL(file).href], {
    AWS_LAMBDA_FUNCTION_NAME: 'controller',
  });

describe('the bundled handler', () => {
  it('is one file below the size limit', () => {
    expect(bytes).toBe(statSync(outfile).size);
    expect(bytes).toBeLessThan(HANDLER_SIZE_LIMIT_BYTES);
  });

  it('imports in a fresh process of this Node.js', async () => {
    const { code, stdout, stderr } = await importIn(process.execPath, outfile);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('createHandler,handler function');
  });
});

describeWithTools('the artefact of sam build', ['sam', 'node24'], () => {
  let artefact: string;
  beforeAll(async () => {
    const build = join(directory, 'sam');
    const template = join(ROOT, 'infra', 'template.yaml');
    const { code, stderr } = await run(TOOLS.sam, [
      'build',
      'ControllerFunction',
      '-t',
      template,
      '--build-dir',
      build,
    ]);
    if (code !== 0) throw new Error(stderr);
    artefact = join(build, 'ControllerFunction', 'handler.mjs');
  }, 60_000);

  it('is the same file, byte for byte, that scripts/build.mjs makes', () => {
    expect(readFileSync(artefact).equals(readFileSync(outfile))).toBe(true);
  });

  it('imports on the Node.js release that Lambda runs it on', async () => {
    const { code, stdout, stderr } = await importIn(TOOLS.node24, artefact);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/createHandler,handler function v24\./);
  });
});

const SCHEDULED_EVENT = {
  version: '0',
  id: '6f1b0f0e-0000-4000-8000-000000000000',
  'detail-type': 'Scheduled Event',
  source: 'aws.scheduler',
  time: '2026-11-22T12:00:00Z',
  resources: [],
  detail: {},
};

const ENVIRONMENT = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  PREWARM_TARGETS: 'worker:live',
  PREWARM_MODE: 'observe',
};

/** An account in which the function has never been called. */
const ANSWERS: Record<string, FakeAnswer> = {
  GetAlias: { body: { Name: 'live', FunctionVersion: '1' } },
  GetFunctionConfiguration: { body: { FunctionName: 'worker', Version: '1', MemorySize: 2048, Timeout: 60 } },
  GetProvisionedConcurrencyConfig: { error: 'ProvisionedConcurrencyConfigNotFoundException', status: 404 },
  GetMetricData: { body: { MetricDataResults: [] } },
  DescribeScalableTargets: { body: { ScalableTargets: [] } },
  DescribeScheduledActions: { body: { ScheduledActions: [] } },
};

describeWithTools("under Lambda's runtime interface client, the handler", ['node24', 'runtimeClient'], () => {
  const start = async (env: Record<string, string>) => {
    const runtime = await startRuntime(outfile, env);
    onTestFinished(() => runtime.stop());
    return runtime;
  };

  it('answers a scheduled event by a tick through the SDK, and keeps answering', async () => {
    const aws = await startFake(({ operation }) => ANSWERS[operation] ?? { error: 'UnknownOperationException' });
    onTestFinished(() => aws.close());
    const runtime = await start({ ...ENVIRONMENT, AWS_ENDPOINT_URL: aws.endpoint });
    for (let i = 0; i < 2; i++) {
      const { kind, body } = await runtime.invoke(SCHEDULED_EVENT);
      expect({ kind, body }).toMatchObject({
        kind: 'response',
        body: { targets: [{ target: 'worker:live', outcome: 'insufficient-history', writes: 0 }] },
      });
    }
    expect(aws.operations()).toContain('GetMetricData');
  });

  it('reports a failed invocation when AWS cannot be reached, so that Lambda tries again', async () => {
    const closed = await startFake(() => 'reset');
    await closed.close();
    const runtime = await start({ ...ENVIRONMENT, AWS_ENDPOINT_URL: closed.endpoint });
    const { kind, body } = await runtime.invoke(SCHEDULED_EVENT);
    expect({ kind, body }).toMatchObject({ kind: 'error', body: { errorType: 'TransientError' } });
  });

  it('lists every fault of its configuration in the log', async () => {
    const runtime = await start({ ...ENVIRONMENT, PREWARM_MODE: 'go', PREWARM_TARGETS: 'worker:$LATEST' });
    const { kind } = await runtime.invoke(SCHEDULED_EVENT);
    expect(kind).toBe('response');
    expect(runtime.output()).toContain('PREWARM_MODE');
    expect(runtime.output()).toContain('$LATEST');
  });
});
