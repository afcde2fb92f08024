import { describe, expect, it } from 'vitest';
import { settingsSchema } from '../../src/config.ts';
import { limitsOf, objectiveOf } from '../../src/controller/objective.ts';

const SETTINGS = { ...settingsSchema.parse({}), maxCapacity: 100 };

describe('limitsOf', () => {
  it.each([
    ['a budget of 110 USD holds five environments of 2 GB', { monthlyBudgetUsd: 110 }, 5, 'monthlyBudgetUsd'],
    ['twice as many of 1 GB', { monthlyBudgetUsd: 110, memoryMb: 1024 }, 10, 'monthlyBudgetUsd'],
    ['a large budget leaves the maximum', { monthlyBudgetUsd: 1e6 }, 100, 'maxCapacity'],
    ['a budget too small for one leaves the minimum', { monthlyBudgetUsd: 1, minCapacity: 1 }, 1, 'monthlyBudgetUsd'],
    ['no budget leaves the maximum', {}, 100, 'maxCapacity'],
  ])('%s', (_, settings, maxCapacity, cappedBy) => {
    expect(limitsOf({ ...SETTINGS, ...settings })).toMatchObject({ maxCapacity, cappedBy });
  });

  it('tells of a minimum that the budget does not pay for', () => {
    expect(limitsOf({ ...SETTINGS, minCapacity: 3, monthlyBudgetUsd: 10 }).minimumExceedsBudget).toBe(true);
  });
});

describe('objectiveOf', () => {
  it('takes prices from the settings before those of the Region', () => {
    expect(objectiveOf({ ...SETTINGS, prices: { requestUsd: 1e-6 } }).prices.requestUsd).toBe(1e-6);
  });
});
