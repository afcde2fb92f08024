/**
 * What Lambda charges, by Region and architecture. us-east-1 as published in November 2026, https://aws.amazon.com/lambda/pricing/;
 * the other Regions from the AWS Pricing Calculator's data,
 * https://calculator.aws/pricing/2.0/meteredUnitMaps/lambda/USD/current/lambda.json, as of its copy of 2025 in remotion-dev/remotion,
 * packages/lambda-client/src/price-per-1s.ts. That copy has no provisioned prices for Arm: like those of us-east-1 and us-east-2
 * they are taken to be four fifths of x86. Any price can be given instead.
 */

export type Architecture = 'x86_64' | 'arm64';

/** USD per GB-second, but for requests. */
export interface Prices {
  /** Duration, and initialisation, on demand (first tier). */
  onDemandGbSecondUsd: number;
  /** Provisioned concurrency held, used or not. */
  provisionedGbSecondUsd: number;
  /** Duration on provisioned concurrency. */
  provisionedDurationGbSecondUsd: number;
  requestUsd: number;
}

/** The day on which the table below was last compared with its source. */
export const PRICES_AS_OF = '2026-11-01';

export const DEFAULT_REGION = 'us-east-1';

/** In USD per million: on demand x86, on demand Arm, provisioned x86, provisioned duration x86 (GB-seconds each), requests. */
type RegionRow = readonly [number, number, number, number, number];

const UNITED_STATES: RegionRow = [16.6667, 13.3334, 4.1667, 9.7222, 0.2];

const REGIONS: Readonly<Record<string, RegionRow>> = {
  'us-east-1': UNITED_STATES,
  'us-east-2': UNITED_STATES,
  'us-west-1': [16.6667, 13.3334, 4.9041, 11.443, 0.2],
  'us-west-2': UNITED_STATES,
  'af-south-1': [22.1, 17.68, 5.53, 12.9, 0.27],
  'ap-east-1': [22.92, 18.3, 5.7153, 13.3358, 0.28],
  'ap-northeast-1': [16.6667, 13.3334, 5.3835, 12.5615, 0.2],
  'ap-northeast-2': [16.6667, 13.3334, 5.1254, 11.9592, 0.2],
  'ap-northeast-3': [16.6667, 13.3334, 5.3835, 12.5615, 0.2],
  'ap-south-1': [16.6667, 13.3334, 4.4985, 10.4966, 0.2],
  'ap-southeast-1': [16.6667, 13.3334, 5.1991, 12.1313, 0.2],
  'ap-southeast-2': [16.6667, 13.3334, 5.236, 12.2173, 0.2],
  'ap-southeast-4': [16.6667, 13.3334, 5.236, 12.2173, 0.2],
  'ap-southeast-5': [15, 12, 4.6791, 10.9181, 0.18],
  'ca-central-1': [16.6667, 13.3334, 4.646, 10.8407, 0.2],
  'eu-central-1': [16.6667, 13.3334, 5.0147, 11.7011, 0.2],
  'eu-central-2': [18.3334, 14.6667, 5.5162, 12.8712, 0.22],
  'eu-north-1': [16.6667, 13.3334, 4.4248, 10.3245, 0.2],
  'eu-south-1': [19.5172, 15.6138, 4.8783, 11.3827, 0.23],
  'eu-west-1': [16.6667, 13.3334, 4.646, 10.8407, 0.2],
  'eu-west-2': [16.6667, 13.3334, 4.8304, 11.2709, 0.2],
  'eu-west-3': [16.6667, 13.3334, 4.8673, 11.3569, 0.2],
  'me-south-1': [20.6667, 16.5334, 5.1108, 11.9251, 0.25],
  'sa-east-1': [16.6667, 13.3334, 6.6372, 15.4867, 0.2],
};

export interface PriceContext {
  /** DEFAULT_REGION when absent or not in the table: see priceNotes. */
  region?: string | undefined;
  /** Prices that are given in place of the list's. */
  prices?: Readonly<{ [K in keyof Prices]?: Prices[K] | undefined }> | undefined;
}

/** The list prices of a Region, with those replaced that are given. */
export function listPrices(
  architecture: Architecture,
  { region = DEFAULT_REGION, prices = {} }: PriceContext = {},
): Prices {
  const [onDemand, onDemandArm, provisioned, duration, requests] = REGIONS[region] ?? UNITED_STATES;
  const isArm = architecture === 'arm64';
  return {
    onDemandGbSecondUsd: prices.onDemandGbSecondUsd ?? perMillion(isArm ? onDemandArm : onDemand),
    provisionedGbSecondUsd: prices.provisionedGbSecondUsd ?? perMillion(isArm ? fourFifths(provisioned) : provisioned),
    provisionedDurationGbSecondUsd:
      prices.provisionedDurationGbSecondUsd ?? perMillion(isArm ? fourFifths(duration) : duration),
    requestUsd: prices.requestUsd ?? perMillion(requests),
  };
}

/** What a reader of a cost should know of its prices; nothing where they are the Region's own. */
export function priceNotes({ region = DEFAULT_REGION, prices }: PriceContext): string[] {
  if (region in REGIONS || (prices && Object.values(prices).filter((price) => price !== undefined).length === 4))
    return [];
  return [
    `the prices of ${region} are not known: those of ${DEFAULT_REGION} are used (give the Region's own with the setting prices)`,
  ];
}

function perMillion(usd: number): number {
  return Number(`${usd}e-6`);
}

/** Rounded up in the fourth place, as AWS does: 4.1667 -> 3.3334. */
function fourFifths(usd: number): number {
  return Math.ceil(Number((usd * 8000).toFixed(4))) / 10_000;
}

/** Time in which something was paid for. */
export interface BilledUsage {
  invocations: number;
  /** Environments held, in whole 5-minute steps: "rounded up to the nearest five minutes". */
  billedProvisionedMs: number;
  /** Requests on provisioned environments. */
  provisionedRunMs: number;
  /** Requests on demand. */
  onDemandRunMs: number;
  /** Initialisation of on-demand environments, which is billed for container images. */
  initMs: number;
}

/**
 * The bill in USD: memoryGb x (provisioned s x p + s run on provisioned x d + (s run on demand + initialisation s) x o)
 * + requests x r. The initialisation of provisioned environments, a few seconds at each allocation, is not in it.
 */
export function billUsd(usage: BilledUsage, memoryMb: number, prices: Prices): number {
  const gbSeconds = (milliseconds: number) => (milliseconds / 1000) * (memoryMb / 1024);
  return (
    gbSeconds(usage.billedProvisionedMs) * prices.provisionedGbSecondUsd +
    gbSeconds(usage.provisionedRunMs) * prices.provisionedDurationGbSecondUsd +
    gbSeconds(usage.onDemandRunMs + usage.initMs) * prices.onDemandGbSecondUsd +
    usage.invocations * prices.requestUsd
  );
}

/**
 * The share of its time above which an environment is cheaper provisioned than on demand, cold starts aside:
 * p / (o - d), 0.600 at the list prices of us-east-1. Above 1 or below 0 where provisioned is never cheaper (sa-east-1).
 */
export function breakEvenUtilization(prices: Prices): number {
  return prices.provisionedGbSecondUsd / (prices.onDemandGbSecondUsd - prices.provisionedDurationGbSecondUsd);
}
