/** Names of Prewarm's own scheduled actions: a bounded ring, so that nothing can pile up whatever AWS keeps. */
import type { ScheduledAction } from '../model.ts';
import { DAY_MS, MINUTE_MS, parseAt } from '../time.ts';

/** Days after which a name comes round again; longer than any horizon (48 h) and the hour it is rounded up to. */
const RING_DAYS = 4;

/**
 * `<prefix>-<day in the ring>-<hhmm in UTC>`, e.g. `prewarm-2-1435`: one name per minute, so an action of the same
 * moment has the same name in every run, and there are at most 5,760 names.
 * Valid for the API: no `:`, `/` or `|`, at most 256 characters.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScheduledAction.html
 */
export function ringName(prefix: string, atMs: number): string {
  const day = Math.floor(atMs / DAY_MS) % RING_DAYS;
  const minuteOfDay = Math.floor((atMs % DAY_MS) / MINUTE_MS);
  const hhmm = String(Math.floor(minuteOfDay / 60) * 100 + (minuteOfDay % 60)).padStart(4, '0');
  return `${prefix}-${day}-${hhmm}`;
}

/** True for a name that this ring makes: the whole form, not just the prefix. */
export function isOwnName(prefix: string, name: string): boolean {
  return name.startsWith(`${prefix}-`) && /^[0-3]-([01]\d|2[0-3])[0-5]\d$/.test(name.slice(prefix.length + 1));
}

/** Splits what is there into our own, in the order in which they fire, and that of others. */
export function splitByOwner(
  actions: readonly ScheduledAction[],
  prefix: string,
): { own: ScheduledAction[]; foreign: ScheduledAction[] } {
  const own: { action: ScheduledAction; atMs: number }[] = [];
  const foreign: ScheduledAction[] = [];
  for (const action of actions) {
    if (isOwnName(prefix, action.name)) own.push({ action, atMs: parseAt(action.schedule) ?? -Infinity });
    else foreign.push(action);
  }
  return { own: own.sort((a, b) => a.atMs - b.atMs || 0).map(({ action }) => action), foreign: foreign.sort(byName) };
}

export function byName(a: ScheduledAction, b: ScheduledAction): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
