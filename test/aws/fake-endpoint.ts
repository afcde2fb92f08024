/** An HTTP endpoint that answers AWS operations as a test says, to see what the SDK sends and what it makes of answers. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AwsClients, type ClientOptions, createClients } from '../../src/aws/clients.ts';

export interface FakeRequest {
  /** For example `PutScheduledAction`. */
  operation: string;
  input: Record<string, unknown>;
}

export type FakeAnswer =
  | { body: unknown }
  | { error: string; message?: string; status?: number }
  | { text: string; status?: number }
  | 'hang'
  | 'reset'
  | 'drip';

export interface FakeEndpoint {
  endpoint: string;
  requests: FakeRequest[];
  /** The operations asked for so far. */
  operations: () => string[];
  close: () => Promise<void>;
}

/** Answers each request by `answer(request, index)`; several identical answers may be one object. */
export async function startFake(answer: (request: FakeRequest, index: number) => FakeAnswer): Promise<FakeEndpoint> {
  const requests: FakeRequest[] = [];
  const server = http.createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = parse(incoming, Buffer.concat(chunks).toString());
      requests.push(request);
      send(answer(request, requests.length - 1), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    operations: () => requests.map(({ operation }) => operation),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Clients of an endpoint, that never wait between attempts. */
export function clientsOf(endpoint: string, options: ClientOptions = {}): AwsClients {
  process.env.AWS_ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
  const retry = { sleep: () => Promise.resolve(), random: () => 0.5, ...options.retry };
  return createClients({ endpoint, region: 'eu-central-1', ...options, retry });
}

const LAMBDA_OPERATIONS: [RegExp, string][] = [
  [/\/aliases\/[^/]+$/, 'GetAlias'],
  [/\/configuration$/, 'GetFunctionConfiguration'],
  [/\/provisioned-concurrency$/, 'GetProvisionedConcurrencyConfig'],
  [/\/account-settings$/, 'GetAccountSettings'],
];

function parse(incoming: http.IncomingMessage, body: string): FakeRequest {
  const rpc = incoming.headers['x-amz-target'];
  if (typeof rpc === 'string') {
    return { operation: rpc.split('.').at(-1)!, input: JSON.parse(body) as Record<string, unknown> };
  }
  const url = new URL(incoming.url!, 'http://localhost');
  const operation =
    LAMBDA_OPERATIONS.find(([path]) => path.test(url.pathname))?.[1] ?? `${incoming.method} ${url.pathname}`;
  return { operation, input: { path: url.pathname, ...Object.fromEntries(url.searchParams) } };
}

function send(answer: FakeAnswer, response: http.ServerResponse): void {
  const json = { 'content-type': 'application/x-amz-json-1.1' };
  if (answer === 'hang') return;
  if (answer === 'reset') {
    response.socket?.destroy();
  } else if (answer === 'drip') {
    response.writeHead(200, json);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  } else if ('body' in answer) {
    response.writeHead(200, json).end(JSON.stringify(answer.body));
  } else if ('text' in answer) {
    response.writeHead(answer.status ?? 200, { 'content-type': 'text/html' }).end(answer.text);
  } else {
    const { error, message = 'no', status = 400 } = answer;
    response.writeHead(status, { ...json, 'x-amzn-errortype': error });
    response.end(JSON.stringify({ __type: error, message }));
  }
}
