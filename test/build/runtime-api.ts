/** Lambda's Runtime API for one runtime and one invocation at a time, and a runtime that is started on it. */
import { spawn } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { TOOLS } from '../infra/tools.ts';

export interface Outcome {
  kind: 'response' | 'error' | 'initError';
  body: unknown;
}

export interface LambdaRuntime {
  /** Hands the runtime an event and waits for what it answers. */
  invoke: (event: unknown) => Promise<Outcome>;
  /** What the function wrote to standard output and standard error so far. */
  output: () => string;
  stop: () => Promise<void>;
}

/** What Lambda sets for every function. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
const RESERVED_VARIABLES = {
  AWS_LAMBDA_FUNCTION_NAME: 'controller',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
  AWS_LAMBDA_LOG_GROUP_NAME: '/prewarm/test/controller',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/22/[$LATEST]0',
};

const OUTCOME_OF_PATH: Record<string, Outcome['kind']> = { response: 'response', error: 'error' };

async function readBody(request: http.IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? null : (JSON.parse(text) as unknown);
}

/**
 * Runs `<file>.handler` under AWS's runtime interface client on the Node.js release that Lambda has, with `env` as its
 * whole environment. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntime(file: string, env: Record<string, string>): Promise<LambdaRuntime> {
  const queue: unknown[] = [];
  let waiting: http.ServerResponse | null = null;
  let report: (outcome: Outcome) => void = () => undefined;
  let sent = 0;

  const deliver = () => {
    if (waiting === null || queue.length === 0) return;
    sent += 1;
    waiting.writeHead(200, {
      'content-type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': `request-${sent}`,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + 120_000),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:111122223333:function:controller',
    });
    waiting.end(JSON.stringify(queue.shift()));
    waiting = null;
  };

  const server = http.createServer((request, response) => {
    const path = request.url ?? '';
    if (path.endsWith('/invocation/next')) {
      waiting = response;
      deliver();
      return;
    }
    const kind = path.endsWith('/init/error') ? 'initError' : OUTCOME_OF_PATH[path.split('/').at(-1) ?? ''];
    void readBody(request).then((body) => {
      response.writeHead(202).end();
      if (kind) report({ kind, body });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const child = spawn(TOOLS.node24, ['--import', join(import.meta.dirname, 'native-client.mjs'), TOOLS.runtimeClient], {
    env: {
      ...RESERVED_VARIABLES,
      ...env,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      // Its next() over HTTP is JavaScript; the default is the compiled one.
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
      LAMBDA_TASK_ROOT: dirname(file),
      _HANDLER: 'handler.handler',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));

  return {
    invoke: (event) => {
      const outcome = new Promise<Outcome>((resolve, reject) => {
        report = resolve;
        void exited.then(() => reject(new Error(`the runtime ended before it answered:\n${output}`)));
      });
      queue.push(event);
      deliver();
      return outcome;
    },
    output: () => output,
    stop: async () => {
      child.kill();
      await exited;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
