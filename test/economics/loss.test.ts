import { describe, expect, it } from 'vitest';
import { LossTable } from '../../src/economics/loss.ts';

/** Erlang B by its definition, in logarithms: (a^k / k!) / sum of a^j / j!. */
function erlangB(load: number, servers: number): number {
  const log = (k: number) => {
    let sum = 0;
    for (let j = 1; j <= k; j++) sum += Math.log(load / j);
    return sum;
  };
  let total = 0;
  for (let j = 0; j <= servers; j++) total += Math.exp(log(j) - log(servers));
  return 1 / total;
}

/** A load that the table does not round. */
function grainLoad(grain: number): number {
  return grain < 0 ? Math.exp(grain * 0.1) : (1 + (grain * 0.1) / 2) ** 2;
}

describe('LossTable', () => {
  it.each([-60, -23, -7, 0, 5, 30, 90, 200])('gives the loss formula at load grain %i', (grain) => {
    const table = new LossTable();
    const load = grainLoad(grain);
    const row = table.row(load);
    for (const servers of [0, 1, 2, Math.floor(load / 2), Math.round(load), Math.ceil(load + 3 * Math.sqrt(load))]) {
      expect(Math.abs(table.loss(row, servers) - erlangB(load, servers))).toBeLessThan(1e-4);
    }
  });

  it('gives the textbook value: 10 Erlang on 10 servers lose 21.5 %', () => {
    const table = new LossTable();
    expect(table.loss(table.row(10), 10)).toBeCloseTo(0.2146, 1.7);
    expect(erlangB(10, 10)).toBeCloseTo(0.2146, 4);
  });

  it('falls with servers, also between whole numbers, and rises with load', () => {
    const table = new LossTable();
    let before = 1;
    for (let servers = 0; servers < 300; servers += 0.5) {
      const loss = table.loss(table.row(100), servers);
      expect(loss).toBeLessThanOrEqual(before + 1e-7);
      expect(loss).toBeLessThanOrEqual(table.loss(table.row(120), servers) + 1e-7);
      before = loss;
    }
    expect(before).toBe(0);
  });

  it.each([0, 1e-9, 1e6])('has a row for a load of %d', (load) => {
    const table = new LossTable();
    const row = table.row(load);
    expect(table.loss(row, 0)).toBeCloseTo(1, 5);
    expect(table.loss(row, 2e6)).toBe(0);
    expect(table.loss(row, load)).toBeGreaterThanOrEqual(0);
  });
});
