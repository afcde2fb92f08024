/** What Application Auto Scaling remembers of its own doing. */
import { DAY_MS } from '../time.ts';

/** https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalingActivity.html */
export type ActivityStatus = 'Pending' | 'InProgress' | 'Successful' | 'Overridden' | 'Unfulfilled' | 'Failed';

export interface ScalingActivity {
  sequence: number;
  resourceId: string;
  description: string;
  cause: string;
  startMs: number;
  endMs: number | null;
  status: ActivityStatus;
  statusMessage: string;
}

/**
 * "The previous six weeks".
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingActivities.html
 */
const KEPT_MS = 42 * DAY_MS;

export class ScalingActivities {
  private entries: ScalingActivity[] = [];
  private started = 0;

  start(resourceId: string, description: string, cause: string, atMs: number): ScalingActivity {
    const activity: ScalingActivity = {
      sequence: ++this.started,
      resourceId,
      description,
      cause,
      startMs: atMs,
      endMs: null,
      status: 'InProgress',
      statusMessage: '',
    };
    this.entries.push(activity);
    return activity;
  }

  end(activity: ScalingActivity, status: ActivityStatus, statusMessage: string, atMs: number): void {
    activity.status = status;
    activity.statusMessage = statusMessage;
    activity.endMs = atMs;
  }

  /** Those of one resource, or of all, that are young enough at `nowMs`. */
  list(resourceId: string | undefined, nowMs: number): ScalingActivity[] {
    this.entries = this.entries.filter((activity) => activity.startMs >= nowMs - KEPT_MS);
    return this.entries.filter((activity) => resourceId === undefined || activity.resourceId === resourceId);
  }
}
