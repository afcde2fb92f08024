/** Wires the AWS adapters to the loop's ports. */
import type {
  ArrivalsSource,
  EventSourcePorts,
  MetricsSource,
  RelatedPorts,
  ScalingReader,
  ScalingWriter,
} from '../controller/ports.ts';
import { type ClientOptions, createClients } from './clients.ts';
import { createMetricsSource } from './metrics-source.ts';
import { createEventSourcePorts } from './related-event-source.ts';
import { createArrivalsSource } from './related-metrics.ts';
import { createRelatedPorts } from './related-scaling.ts';
import { createScalingReader, createScalingWriter } from './scaling.ts';

export interface ConnectOptions extends Pick<ClientOptions, 'region' | 'profile' | 'endpoint' | 'timeouts'> {
  /** Without it no client is made that could write. */
  mayWrite: boolean;
  nowMs: () => number;
}

export interface AwsPorts {
  metrics: MetricsSource;
  scaling: ScalingReader;
  writer: ScalingWriter | null;
  related: RelatedPorts;
  arrivals: ArrivalsSource;
  eventSource: EventSourcePorts;
}

/** Ports on AWS. Reading goes through clients that refuse every operation but Get, Describe and List. */
export function connectAws({ mayWrite, nowMs, ...options }: ConnectOptions): AwsPorts {
  const reading = createClients({ ...options, access: 'read' });
  const writing = mayWrite ? createClients({ ...options, access: 'write' }) : null;
  return {
    metrics: createMetricsSource(reading, { now: nowMs }),
    scaling: createScalingReader(reading),
    writer: writing && createScalingWriter(writing),
    related: createRelatedPorts(reading, writing),
    arrivals: createArrivalsSource(reading),
    eventSource: createEventSourcePorts(reading, writing),
  };
}
