import { expect, it } from 'vitest';
import { createForecaster } from '../../src/forecast/index.ts';
import { endOf, historyOf, uniforms } from './histories.ts';

it('ends at three times the largest peak so far, the mean at one and a half, however a noisy demand has jumped', () => {
  const random = uniforms(3);
  const slots = 2.5 * 288;
  const history = historyOf(2.5, (t) => (t >= slots - 12 ? 500 : 10) * Math.exp(random() + random() - 1));
  const largest = Math.max(...history.peakConcurrency);
  const result = createForecaster(history).forecastAt(endOf(history), { horizonSlots: 288, levels: [0.9999] });
  if (result.kind !== 'forecast') throw new Error('no forecast');
  expect(Math.max(...result.forecast.peak[0]!.values) / largest).toBeCloseTo(3, 9);
  expect(Math.max(...result.forecast.mean) / largest).toBeCloseTo(1.5, 9);
});
