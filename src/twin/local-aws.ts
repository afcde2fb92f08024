/**
 * A world behind a loopback HTTP endpoint that the AWS SDKs talk to: set AWS_ENDPOINT_URL to `endpoint`, and any credentials.
 * Requests must be signed but signatures are not verified. Time stands still between calls of `world.advanceTo`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from './aws-error.ts';
import { FaultPlan, faultError, resultFaultOf, type Fault, type Service } from './faults.ts';
import { errorReply, readCall, type Call, type WireReply } from './wire.ts';
import { createWorld, type World } from './world.ts';

export interface LocalAwsOptions {
  /** A free one by default. */
  port?: number;
  host?: '127.0.0.1';
  /** Failures from the start; more can be injected later. */
  faults?: readonly Fault[];
  /** Requests signed for another Region than the world's find an empty account, as on AWS. Off by default. */
  checkRegion?: boolean;
}

export interface RecordedCall {
  service: Service;
  operation: string;
  /** GetMetricData only: the metrics asked for, each of which AWS charges. */
  metrics?: number;
}

export interface LocalAws {
  readonly endpoint: string;
  /** Every operation that was asked for, in order, refused ones included. */
  readonly calls: readonly RecordedCall[];
  inject(fault: Fault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

export async function startLocalAws(world: World, options: LocalAwsOptions = {}): Promise<LocalAws> {
  const calls: RecordedCall[] = [];
  const faults = new FaultPlan();
  for (const fault of options.faults ?? []) faults.add(fault);
  const endpoint = new Endpoint(world, { calls, faults, checkRegion: options.checkRegion ?? false });
  const server = createServer((request, response) => void endpoint.serve(request, response));
  // A simulated day may take longer than idle connections are kept: the client must not find its own closed.
  server.keepAliveTimeout = 0;
  const address = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  return {
    endpoint: `http://${address.address}:${address.port}`,
    calls,
    inject: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    close: () => close(server),
  };
}

interface EndpointState {
  calls: RecordedCall[];
  faults: FaultPlan;
  checkRegion: boolean;
}

class Endpoint {
  private readonly world: World;
  private readonly state: EndpointState;

  constructor(world: World, state: EndpointState) {
    this.world = world;
    this.state = state;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === null) return;
    const call = readCall({
      method: request.method ?? '',
      url: request.url ?? '/',
      target: String(request.headers['x-amz-target'] ?? ''),
      body,
    });
    const { service, operation, metrics } = call;
    this.state.calls.push({ service, operation, ...(metrics === undefined ? {} : { metrics }) });
    const kind = this.state.faults.next(call.operation);
    if (kind === 'hang') return;
    if (kind === 'reset-before') {
      request.socket.resetAndDestroy();
      return;
    }
    const error = kind && faultError(kind, call.service, call.operation);
    const answer = error
      ? errorReply(call.service, error)
      : this.answer(call, request.headers.authorization, () => call.run(this.worldFor(request), resultFaultOf(kind)));
    if (kind === 'reset-after') {
      request.socket.resetAndDestroy();
      return;
    }
    const content = Buffer.from(answer.body);
    const length = answer.statusCode === 204 ? {} : { 'content-length': content.length };
    response.writeHead(answer.statusCode, {
      ...answer.headers,
      ...length,
      date: new Date(this.world.nowMs).toUTCString(),
      'x-amzn-requestid': this.requestId(),
    });
    response.end(content);
  }

  private answer(call: Call, authorization: string | undefined, run: () => WireReply): WireReply {
    try {
      if (authorization === undefined) {
        throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
      }
      return run();
    } catch (error) {
      if (error instanceof AwsError) return errorReply(call.service, error);
      // A fault of this program must not look like one of the caller's: it is told as it is.
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return errorReply(call.service, new AwsError('InternalFailure', `local AWS failed: ${text}`, 500));
    }
  }

  private worldFor(request: IncomingMessage): World {
    if (!this.state.checkRegion) return this.world;
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
    if (region === undefined || region === this.world.region) return this.world;
    return createWorld({ seed: 0, startMs: this.world.nowMs, functions: [], region });
  }

  private requestId(): string {
    return `00000000-0000-4000-8000-${this.state.calls.length.toString(16).padStart(12, '0')}`;
  }
}

/** Null where the client gave up before its request was complete. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
