/**
 * Erlang's loss formula: the share of requests that find all of `servers` environments busy at an offered load (requests
 * per second x seconds) in Erlang, whatever the distribution of durations.
 *
 *     B(0) = 1,   B(k) = a B(k - 1) / (k + a B(k - 1))
 *
 * https://en.wikipedia.org/wiki/Erlang_(unit)#Erlang_B_formula
 */

/** Loads are rounded to this share of their standard deviation (of the load itself below 1 Erlang). */
const GRAIN = 0.1;
const LEAST_LOAD = 1e-6;
/** Beyond so many standard deviations the loss is below 1e-9, or all environments are busy all the time. */
const REACH = 8;

/** Equal steps of it are steps of ln(load) below 1 Erlang, and of standard deviations / 2 above. */
function scaleOf(load: number): number {
  return load < 1 ? Math.log(Math.max(load, LEAST_LOAD)) : 2 * (Math.sqrt(load) - 1);
}

function loadOf(scale: number): number {
  return scale < 0 ? Math.exp(scale) : (1 + scale / 2) ** 2;
}

/** The loss formula for many loads, tabulated at first use, so that a look-up costs nanoseconds. */
export class LossTable {
  private readonly rowOfGrain = new Map<number, number>();
  private readonly loads: number[] = [];
  /** Number of servers of a row's first value. */
  private readonly firsts: number[] = [];
  private readonly values: Float32Array[] = [];

  /** The row of a load; 0 Erlang has one, too. */
  row(load: number): number {
    const grain = Math.round(scaleOf(load) / GRAIN);
    const known = this.rowOfGrain.get(grain);
    if (known !== undefined) return known;
    const row = this.loads.push(loadOf(grain * GRAIN)) - 1;
    this.rowOfGrain.set(grain, row);
    this.tabulate(this.loads[row]!);
    return row;
  }

  /** Loss at a row's load; between whole numbers of servers linear. */
  loss(row: number, servers: number): number {
    const whole = Math.floor(servers);
    const index = whole - this.firsts[row]!;
    if (index < 0) return saturatedLoss(this.loads[row]!, servers);
    const values = this.values[row]!;
    if (index + 1 >= values.length) return 0;
    const low = values[index]!;
    return low + (servers - whole) * (values[index + 1]! - low);
  }

  private tabulate(load: number): void {
    const reach = REACH * Math.sqrt(load);
    const first = Math.max(0, Math.floor(load - reach - 2));
    const values = new Float32Array(Math.ceil(load + reach + 12) - first);
    // The recursion forgets its start: an error shrinks at every step.
    let loss = first === 0 ? 1 : saturatedLoss(load, first);
    values[0] = loss;
    for (let i = 1; i < values.length; i++) {
      loss = (load * loss) / (first + i + load * loss);
      values[i] = loss;
    }
    this.firsts.push(first);
    this.values.push(values);
  }
}

/** Far fewer servers than the load needs: of them load-independent k / (a - k) are idle on average. */
function saturatedLoss(load: number, servers: number): number {
  return 1 - servers / load + servers / (load * (load - servers));
}
