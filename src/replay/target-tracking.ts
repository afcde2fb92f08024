/**
 * Application Auto Scaling's target tracking on LambdaProvisionedConcurrencyUtilization, by its documented alarms:
 * high, 3 points of one minute above the target; low, 15 points below 90 % of it; no point in a minute without requests.
 * https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
 */

export interface TargetTrackingOptions {
  /** 0.1 to 0.9; AWS's example is 0.7. */
  target: number;
  minCapacity: number;
  maxCapacity: number;
}

const HIGH_POINTS = 3;
const LOW_POINTS = 15;
const LOW_SHARE = 0.9;
/** "Scale-in goes in small steps": AWS gives no size. */
const SCALE_IN_SHARE = 0.1;

/**
 * Alarms are judged at the end of each minute without the delay of metrics, and act each minute as long as they last, which
 * favours this policy. Scale-out is in proportion to the excess; scale-in is one step at a time and never so far that
 * the last point would pass the target. A minute without a point breaks off both alarms (INSUFFICIENT_DATA).
 */
export class TargetTracking {
  capacity: number;
  private readonly options: TargetTrackingOptions;
  private high = 0;
  private low = 0;

  constructor(options: TargetTrackingOptions) {
    this.options = options;
    this.capacity = options.minCapacity;
  }

  /** `meanInUse`: provisioned environments in use, of `provisioned`, as the requests of the minute that ends found them on average. */
  endMinute(seen: { meanInUse: number; provisioned: number; invoked: boolean }): number {
    const { target, minCapacity, maxCapacity } = this.options;
    if (!seen.invoked || seen.provisioned === 0) {
      this.high = this.low = 0;
      return this.capacity;
    }
    const utilization = seen.meanInUse / seen.provisioned;
    this.high = utilization > target ? this.high + 1 : 0;
    this.low = utilization < LOW_SHARE * target ? this.low + 1 : 0;
    const enough = Math.ceil(seen.meanInUse / target);
    let wanted = this.capacity;
    if (this.high >= HIGH_POINTS) wanted = Math.max(this.capacity, enough);
    else if (this.low >= LOW_POINTS) {
      wanted = Math.max(enough, this.capacity - Math.max(1, Math.floor(this.capacity * SCALE_IN_SHARE)));
      wanted = Math.min(wanted, this.capacity);
    }
    this.capacity = Math.min(maxCapacity, Math.max(minCapacity, wanted));
    return this.capacity;
  }
}
