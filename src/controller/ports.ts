/** What the controller needs from the world. The AWS adapters, the local AWS and the tests implement these. */
import type { ApiSettings, QueueSettings, RelatedTarget } from '../config-related.ts';
import type { CapacityBounds, MetricReading, ScalingState, ScheduledAction, Target } from '../model.ts';

export interface MetricsSource {
  /** Everything known about the target's demand in [fromMs, toMs). */
  read(target: Target, range: { fromMs: number; toMs: number }): Promise<MetricReading>;
}

export interface ScalingReader {
  read(target: Target): Promise<ScalingState>;
}

/** The only port that can change anything. It is not even constructed in observe mode. */
export interface ScalingWriter {
  /** Sets the bounds of the registered scalable target; takes effect at once. */
  setBounds(target: Target, bounds: CapacityBounds): Promise<void>;
  putAction(target: Target, action: ScheduledAction): Promise<void>;
  /** Deleting what is not there is success. */
  deleteAction(target: Target, name: string): Promise<void>;
}

/** A neighbour as Application Auto Scaling knows it. */
export type ScalableResource = Pick<RelatedTarget, 'namespace' | 'resourceId' | 'scalableDimension'>;

/** Bounds and scheduled actions of what is not the alias itself. `writerFor` is null unless the tick may write. */
export interface RelatedPorts {
  read(resource: ScalableResource): Promise<Pick<ScalingState, 'scalableTarget' | 'actions'>>;
  /** A writer for this one resource, whatever target it is called with. */
  writerFor: ((resource: ScalableResource) => ScalingWriter) | null;
}

/** Sums of arrivals on a grid, and the age of what waits; NaN = no datapoint. */
export interface ArrivalSeries {
  messagesSent: Float64Array;
  oldestAgeSeconds: Float64Array;
  apiRequests: Float64Array;
}

/** What arrives in front of a function, which need not be what it was invoked with. */
export interface ArrivalsSource {
  read(
    of: { target: Target; queue: QueueSettings | undefined; api: ApiSettings | undefined },
    grid: { startMs: number; stepSeconds: number; length: number },
  ): Promise<ArrivalSeries>;
}

export interface EventSourceState {
  sourceArn: string;
  functionArn: string;
  /** As Lambda says: `Enabled`, `Updating`, ... */
  state: string;
  /** Provisioned mode. */
  hasOwnPollers: boolean;
  maximumConcurrency: number | null;
}

/** One setting of an event source mapping. `setMaximumConcurrency` is null unless the tick may write. */
export interface EventSourcePorts {
  /** Null where there is no such mapping. */
  read(uuid: string): Promise<EventSourceState | null>;
  setMaximumConcurrency: ((uuid: string, maximumConcurrency: number) => Promise<void>) | null;
}
