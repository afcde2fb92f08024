/** What the settings want: the objective with its prices, and the bounds of any plan. */
import type { Settings } from '../config.ts';
import { listPrices } from '../economics/prices.ts';
import type { Objective } from './choose.ts';
import type { LevelLimits } from './past-levels.ts';

export type ObjectiveSettings = Pick<
  Settings,
  'coldStartPriceUsd' | 'maxColdStartRate' | 'memoryMb' | 'architecture' | 'region' | 'prices'
>;

const DEFAULT_MEMORY_MB = 2048;

/** The objective in the settings, with what is assumed where nothing is known of the function. */
export function objectiveOf(settings: ObjectiveSettings): Objective {
  const { region, prices } = settings;
  return {
    coldStartPriceUsd: settings.coldStartPriceUsd,
    maxColdStartRate: settings.maxColdStartRate,
    memoryMb: settings.memoryMb ?? DEFAULT_MEMORY_MB,
    prices: listPrices(settings.architecture ?? 'x86_64', {
      ...(region === undefined ? {} : { region }),
      ...(prices === undefined ? {} : { prices }),
    }),
  };
}

const HOURS_PER_MONTH = 730;

export interface PlanLimits extends LevelLimits {
  /** The setting that `maxCapacity` comes from. */
  cappedBy: 'maxCapacity' | 'monthlyBudgetUsd';
  /** True where the monthly budget does not even pay for the minimum, which is held all the same. */
  minimumExceedsBudget: boolean;
}

/** The bounds of any plan: the configured ones, and what the monthly budget holds around the clock. */
export function limitsOf(
  settings: ObjectiveSettings & Pick<Settings, 'minCapacity' | 'maxCapacity' | 'monthlyBudgetUsd'>,
): PlanLimits {
  const { minCapacity, maxCapacity, monthlyBudgetUsd } = settings;
  const configured = { minCapacity, maxCapacity, cappedBy: 'maxCapacity', minimumExceedsBudget: false } as const;
  if (monthlyBudgetUsd === undefined) return configured;
  const { memoryMb, prices } = objectiveOf(settings);
  const monthlyUsd = (memoryMb / 1024) * prices.provisionedGbSecondUsd * HOURS_PER_MONTH * 3600;
  const affordable = Math.floor(monthlyBudgetUsd / monthlyUsd);
  if (affordable >= maxCapacity) return configured;
  return {
    minCapacity,
    maxCapacity: Math.max(minCapacity, affordable),
    cappedBy: 'monthlyBudgetUsd',
    minimumExceedsBudget: affordable < minCapacity,
  };
}
