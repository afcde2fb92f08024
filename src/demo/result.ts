/** What a policy cost and spared: the same figures for the terminal, the page and machines. */
import { billUsd, listPrices } from '../economics/prices.ts';
import type { FunctionUsage } from '../twin/function-traffic.ts';
import type { Scenario, Simulated, Worlds } from './simulate.ts';
import { ASSUMED } from './workload.ts';

export interface PolicyResult {
  name: string;
  coldStarts: number;
  coldStartRate: number;
  costUsd: number;
  /** costUsd + the price of its cold starts. */
  effectiveCostUsd: number;
  provisionedHours: number;
  /** Share of the provisioned time in which requests ran; null without any. */
  utilization: number | null;
}

const NAMES: Record<keyof Worlds, string> = { withPrewarm: 'with Prewarm', onDemand: 'on demand' };

/** Bill and cold starts of what was used until now. */
export function costOf(
  usage: FunctionUsage,
  { memoryMb, architecture }: Scenario,
): Pick<PolicyResult, 'coldStarts' | 'costUsd' | 'effectiveCostUsd'> {
  const costUsd = billUsd(usage, memoryMb, listPrices(architecture));
  const { coldStarts } = usage;
  return { coldStarts, costUsd, effectiveCostUsd: costUsd + coldStarts * ASSUMED.coldStartPriceUsd };
}

/** With Prewarm first. */
export function policyResults(scenario: Scenario, run: Record<keyof Worlds, Simulated>): PolicyResult[] {
  return (['withPrewarm', 'onDemand'] as const).map((world) => {
    const { usage } = run[world];
    return {
      name: NAMES[world],
      ...costOf(usage, scenario),
      coldStartRate: usage.coldStarts / Math.max(1, usage.invocations),
      provisionedHours: usage.provisionedMs / 3_600_000,
      utilization: usage.provisionedMs > 0 ? usage.provisionedRunMs / usage.provisionedMs : null,
    };
  });
}
