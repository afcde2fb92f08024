/** What really happened, minute by minute: complete, without the delays and gaps of metrics. For charts and reports. */
import type { Outcome } from './environments.ts';

const SERIES = [
  'invocations',
  'coldStarts',
  'throttles',
  'maxConcurrency',
  'usableProvisioned',
  'requestedProvisioned',
] as const;
type SeriesName = (typeof SERIES)[number];

/** All arrays have one entry per minute from `startMs` on. */
export type MinuteRecord = { startMs: number } & Readonly<Record<SeriesName, Float64Array>>;

export class MinuteLedger {
  private readonly startMs: number;
  private readonly series: Record<SeriesName, Float64Array>;
  private minutes = 0;
  private invocations = 0;
  private coldStarts = 0;
  private throttles = 0;

  constructor(startMs: number) {
    this.startMs = startMs;
    this.series = Object.fromEntries(SERIES.map((name) => [name, new Float64Array(1440)])) as typeof this.series;
  }

  count(outcome: Outcome): void {
    this.invocations++;
    if (outcome === 'cold') this.coldStarts++;
  }

  countThrottle(): void {
    this.throttles++;
  }

  /** Ends the minute; the provisioned levels are those at its end. */
  close(maxConcurrency: number, usableProvisioned: number, requestedProvisioned: number): void {
    const { invocations, coldStarts, throttles } = this;
    const entry = { invocations, coldStarts, throttles, maxConcurrency, usableProvisioned, requestedProvisioned };
    for (const name of SERIES) {
      if (this.minutes === this.series[name].length) {
        const larger = new Float64Array(this.minutes * 2);
        larger.set(this.series[name]);
        this.series[name] = larger;
      }
      this.series[name][this.minutes] = entry[name];
    }
    this.minutes++;
    this.invocations = this.coldStarts = this.throttles = 0;
  }

  /** The minutes that are over. */
  read(): MinuteRecord {
    const copies = SERIES.map((name) => [name, this.series[name].slice(0, this.minutes)]);
    return { startMs: this.startMs, ...(Object.fromEntries(copies) as Record<SeriesName, Float64Array>) };
  }
}
