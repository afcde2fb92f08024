/** The slot grid and Application Auto Scaling's notation of time. Nothing here reads a clock. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Forecast and plan are made in slots of five minutes: provisioned concurrency is billed in such steps. */
export const SLOT_SECONDS = 300;
export const SLOT_MS = SLOT_SECONDS * 1000;

/**
 * Ticks come so long after a slot begins: three minutes, which the metrics of the slot before take to be complete, and the seconds
 * that EventBridge is late. The schedules in infra/ say `cron(3/5 * * * ? *)`.
 */
export const TICK_OFFSET_MS = 200_000;

export function floorTo(timeMs: number, stepMs: number): number {
  return Math.floor(timeMs / stepMs) * stepMs;
}

export function ceilTo(timeMs: number, stepMs: number): number {
  return Math.ceil(timeMs / stepMs) * stepMs;
}

/** ISO-8601 in UTC without fractions of a second: `2026-11-22T14:05:00Z`. */
export function isoUtc(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/**
 * `at(yyyy-mm-ddThh:mm:ss)` in UTC, floored to the minute, which is the finest grain that is guaranteed.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
 */
export function formatAt(timeMs: number): string {
  return `at(${isoUtc(floorTo(timeMs, MINUTE_MS)).slice(0, -1)})`;
}

const AT_PATTERN = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;

/** The moment of an `at(...)` expression in UTC, or null for anything else (cron, rate, malformed). */
export function parseAt(schedule: string): number | null {
  const match = AT_PATTERN.exec(schedule);
  if (!match) return null;
  const timeMs = Date.parse(`${match[1]}Z`);
  return Number.isNaN(timeMs) ? null : timeMs;
}

/** The moment of an `at(...)` expression as ISO-8601; any other schedule as it is. */
export function momentOf(schedule: string): string {
  const atMs = parseAt(schedule);
  return atMs === null ? schedule : isoUtc(atMs);
}
