/** What the controller needs from the world. The AWS adapters, the local AWS and the tests implement these. */
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
