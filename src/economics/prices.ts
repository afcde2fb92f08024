/**
 * What Lambda charges, by architecture. Published prices of us-east-1 as of November 2026; most Regions charge the same,
 * and any price can be given instead. https://aws.amazon.com/lambda/pricing/
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

const REQUEST_USD = 0.2 / 1_000_000;

const LIST_PRICES: Record<Architecture, Prices> = {
  x86_64: {
    onDemandGbSecondUsd: 0.0000166667,
    provisionedGbSecondUsd: 0.0000041667,
    provisionedDurationGbSecondUsd: 0.0000097222,
    requestUsd: REQUEST_USD,
  },
  arm64: {
    onDemandGbSecondUsd: 0.0000133334,
    provisionedGbSecondUsd: 0.0000033334,
    provisionedDurationGbSecondUsd: 0.0000077778,
    requestUsd: REQUEST_USD,
  },
};

export function listPrices(architecture: Architecture): Prices {
  return LIST_PRICES[architecture];
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
 * p / (o - d), 0.600 at list prices.
 */
export function breakEvenUtilization(prices: Prices): number {
  return prices.provisionedGbSecondUsd / (prices.onDemandGbSecondUsd - prices.provisionedDurationGbSecondUsd);
}
