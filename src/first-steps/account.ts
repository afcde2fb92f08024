/** What an account says of its functions, as far as choosing among them takes it: a port. All of it is read, none is written. */
import type { MetricReading, Target } from '../model.ts';

export interface FunctionFound {
  name: string;
  memoryMb: number;
  architecture: 'x86_64' | 'arm64';
  timeoutSeconds: number;
  /** On published versions; excludes provisioned concurrency. */
  snapStart: boolean;
  /** Managed Instances or tenant isolation, which know no provisioned concurrency; null for an ordinary function. */
  unsupported: string | null;
}

/** Hourly, the same span for all. NaN = no datapoint: nothing was invoked. */
export interface HourlyUse {
  invocations: Float64Array;
  maxConcurrency: Float64Array;
  averageDurationMs: Float64Array;
}

export interface AliasUse {
  name: string;
  /** The version it points to. */
  version: string;
  /** In the two weeks, by way of this alias. */
  invocations: number;
}

export interface AccountSurvey {
  region: () => Promise<string>;
  /** Up to so many functions, in the order of their names; `more` tells that there are others. */
  list: (most: number) => Promise<{ functions: FunctionFound[]; more: boolean }>;
  /** One function, or one of its aliases or versions. */
  find: (name: string, qualifier?: string) => Promise<FunctionFound>;
  /** The last two weeks of each; three metrics a function are charged. */
  use: (names: readonly string[]) => Promise<Map<string, HourlyUse>>;
  /** One metric an alias is charged. */
  aliases: (name: string) => Promise<AliasUse[]>;
  /** Aliases and versions with provisioned concurrency, and how much was asked for. */
  provisioned: (name: string) => Promise<{ qualifier: string; requested: number }[]>;
  /** The average initialisation where Lambda Insights reports it, else null; one metric is charged. */
  coldStartMs: (name: string) => Promise<number | null>;
  /** The alias's past; where it has none, or there is no such alias, the whole function's stands in. */
  read: (target: Target, timeoutSeconds: number, historyDays: number) => Promise<MetricReading>;
}

/** Metrics charged for: https://aws.amazon.com/cloudwatch/pricing/ */
export const USD_PER_METRIC_READ = 0.01 / 1000;
export const METRICS_PER_FUNCTION_LISTED = 3;
/** Three spans of eight metrics, three more of the function's where the alias has none, an alias and the initialisation. */
export const MOST_METRICS_PER_FUNCTION_READ = 3 * (8 + 3) + 2;
