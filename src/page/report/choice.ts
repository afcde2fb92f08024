/** Which candidate is best for an aim: the page's own recomputation of the choice, without its margin to change. */
import type { Aim, Point } from './model.ts';

/** Bill and the price of cold starts, a day; with a ceiling on their rate, which prices none, the bill. */
export function effectiveUsd(
  { usdPerDay, coldStartsPerDay }: Point,
  { coldStartPriceUsd, maxColdStartRate }: Aim,
): number {
  return usdPerDay + (maxColdStartRate === null ? (coldStartPriceUsd ?? 0) : 0) * coldStartsPerDay;
}

/** The cheapest all in; under a ceiling the cheapest that keeps it, or the one with the fewest cold starts where none does. */
export function bestFor(points: readonly Point[], aim: Aim): Point | null {
  const open = points.filter(({ fixed }) => !fixed);
  const { maxColdStartRate } = aim;
  const eligible = maxColdStartRate === null ? open : open.filter((point) => point.coldStartRate <= maxColdStartRate);
  if (eligible.length === 0) return leastBy(open, ({ coldStartsPerDay }) => coldStartsPerDay);
  return leastBy(eligible, (point) => effectiveUsd(point, aim));
}

function leastBy(points: readonly Point[], cost: (point: Point) => number): Point | null {
  return points.reduce<Point | null>((best, point) => (best && cost(best) <= cost(point) ? best : point), null);
}

/** Those that no other is at least as cheap and as good as, from cheap to dear. */
export function frontierOf(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.usdPerDay - b.usdPerDay || a.coldStartsPerDay - b.coldStartsPerDay);
  const front: Point[] = [];
  for (const point of sorted) {
    if (point.coldStartsPerDay < (front.at(-1)?.coldStartsPerDay ?? Infinity)) front.push(point);
  }
  return front;
}
