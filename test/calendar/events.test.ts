import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorAt, levelAt, sourceOf, withEvents } from '../../src/calendar/events.ts';
import { adjustLevels, type Occurrence } from '../../src/calendar/index.ts';
import { DAY_MS, HOUR_MS, isoUtc, SLOT_MS } from '../../src/time.ts';
import { forecastIn, forecastOf } from './support.ts';

// A Wednesday.
const DAY = Date.UTC(2026, 10, 25);

function during(fromMs: number, toMs: number, effect: Occurrence['effect'], timeZone = 'UTC'): Occurrence {
  return { name: 'event', fromMs, toMs, effect, timeZone };
}
const allDay = (effect: Occurrence['effect']) => during(DAY, DAY + DAY_MS, effect);
const LIKE_SUNDAY = { kind: 'like', weekday: 'sunday' } as const;

describe('sourceOf', () => {
  it.each([
    ['before the event', DAY - SLOT_MS, '2026-11-24T23:55:00Z'],
    ['in its first slot', DAY, '2026-11-22T00:00:00Z'],
    ['in its last slot', DAY + DAY_MS - SLOT_MS, '2026-11-22T23:55:00Z'],
    ['after it', DAY + DAY_MS, '2026-11-26T00:00:00Z'],
  ])('%s', (_, timeMs, expected) => {
    expect(isoUtc(sourceOf(timeMs, [allDay(LIKE_SUNDAY)]))).toBe(expected);
  });

  it('is the day itself where that is one', () => {
    const wednesday = allDay({ kind: 'like', weekday: 'wednesday' });
    expect(sourceOf(DAY + HOUR_MS, [wednesday])).toBe(DAY + HOUR_MS);
  });

  it('goes back by the wall clock across a change of clocks', () => {
    // Monday 26 October 2026 in Berlin; clocks went back on Sunday at 03:00.
    const [fromMs, toMs] = [Date.parse('2026-10-25T23:00:00Z'), Date.parse('2026-10-26T23:00:00Z')];
    const at = (weekday: 'sunday' | 'saturday', time: string) =>
      isoUtc(sourceOf(Date.parse(time), [during(fromMs, toMs, { kind: 'like', weekday }, 'Europe/Berlin')]));
    expect(at('sunday', '2026-10-26T08:00:00Z')).toBe('2026-10-25T08:00:00Z');
    expect(at('saturday', '2026-10-26T08:00:00Z')).toBe('2026-10-24T07:00:00Z');
  });
});

describe('precedence', () => {
  it('gives the last listed of a kind the word, and lets kinds work together', () => {
    const events = [
      allDay(LIKE_SUNDAY),
      allDay({ kind: 'factor', factor: 2 }),
      allDay({ kind: 'factor', factor: 3 }),
      allDay({ kind: 'level', level: 8 }),
      during(DAY + HOUR_MS, DAY + 2 * HOUR_MS, { kind: 'level', level: 9 }),
    ];
    const [early, later] = [DAY, DAY + HOUR_MS];
    expect([factorAt(early, events), levelAt(early, events), levelAt(later, events)]).toEqual([3, 8, 9]);
    expect(sourceOf(early, events)).toBe(DAY - 3 * DAY_MS);
    expect([factorAt(DAY - 1, events), levelAt(DAY + DAY_MS, events)]).toEqual([1, null]);
  });
});

describe('withEvents', () => {
  const slotNumber = forecastOf((slotMs) => (slotMs - DAY) / SLOT_MS);

  it.each<[string, Occurrence[]]>([
    ['no events', []],
    ['levels and outages alone', [allDay({ kind: 'level', level: 3 }), allDay({ kind: 'outage' })]],
  ])('is the forecaster itself with %s', (_, occurrences) => {
    expect(withEvents(slotNumber, occurrences)).toBe(slotNumber);
  });

  it('multiplies mean and quantiles inside the event only', () => {
    const event = during(DAY + 2 * SLOT_MS, DAY + 4 * SLOT_MS, { kind: 'factor', factor: 10 });
    const { mean, peak } = forecastIn(withEvents(slotNumber, [event]).forecastAt(DAY, { horizonSlots: 6 }));
    expect([...mean]).toEqual([0, 1, 20, 30, 4, 5]);
    expect([...peak[0]!.values]).toEqual([1, 2, 30, 40, 5, 6]);
    expect([...peak[1]!.values]).toEqual([2, 3, 40, 50, 6, 7]);
  });

  it('asks for another day as long before it, from what was known then', () => {
    const asked: number[] = [];
    const inner = forecastOf((slotMs, originMs) => {
      if (asked.at(-1) !== originMs) asked.push(originMs);
      return (slotMs - originMs) / SLOT_MS + (originMs < DAY - DAY_MS ? 1000 : 0);
    });
    const origin = DAY - 2 * SLOT_MS;
    const { mean } = forecastIn(withEvents(inner, [allDay(LIKE_SUNDAY)]).forecastAt(origin, { horizonSlots: 4 }));
    expect([...mean]).toEqual([0, 1, 1002, 1003]);
    expect(asked.map((originMs) => (origin - originMs) / DAY_MS)).toEqual([0, 3]);
  });

  it('keeps the own forecast where the other day is before the history', () => {
    const young = {
      forecastAt: (originMs: number, horizon: { horizonSlots: number }) =>
        originMs < DAY - DAY_MS
          ? ({ kind: 'insufficient-history', haveSeconds: 0, needSeconds: 86_400 } as const)
          : slotNumber.forecastAt(originMs, horizon),
    };
    const { mean } = forecastIn(withEvents(young, [allDay(LIKE_SUNDAY)]).forecastAt(DAY, { horizonSlots: 3 }));
    expect([...mean]).toEqual([0, 1, 2]);
  });

  it('lets a window see the event that it reaches into, also when asked for one slot', () => {
    const flat = forecastOf(() => 1);
    const event = during(DAY + 4 * SLOT_MS, DAY + DAY_MS, { kind: 'factor', factor: 5 });
    const at = (slot: number, horizonSlots: number) => {
      const horizon = { horizonSlots, windowSlots: 3, levels: [0.99] };
      return [...forecastIn(withEvents(flat, [event]).forecastAt(DAY + slot * SLOT_MS, horizon)).peak[0]!.values];
    };
    expect(at(0, 6)).toEqual([2, 2, 10, 10, 10, 10]);
    expect([0, 1, 2, 3, 4].map((slot) => at(slot, 1)[0])).toEqual([2, 2, 10, 10, 10]);
  });

  it('lets a window see the way out of a quiet event, too', () => {
    const event = during(DAY - DAY_MS, DAY + 3 * SLOT_MS, { kind: 'factor', factor: 0 });
    const horizon = { horizonSlots: 5, windowSlots: 2, levels: [0.99] };
    const { peak, mean } = forecastIn(
      withEvents(
        forecastOf(() => 1),
        [event],
      ).forecastAt(DAY, horizon),
    );
    expect([...peak[0]!.values]).toEqual([0, 0, 2, 2, 2]);
    expect([...mean]).toEqual([0, 0, 0, 1, 1]);
  });
});

describe('adjustLevels', () => {
  const span = { startMs: DAY, levels: Int32Array.of(4, 5, 6, 7) };
  const inSlots = (from: number, to: number, effect: Occurrence['effect']) =>
    during(DAY + from * SLOT_MS, DAY + to * SLOT_MS, effect);

  it('replaces what was planned by the level of the event', () => {
    expect([...adjustLevels(span, [inSlots(1, 3, { kind: 'level', level: 50 })])]).toEqual([4, 50, 50, 7]);
    expect([...adjustLevels(span, [inSlots(1, 3, { kind: 'level', level: 0 })])]).toEqual([4, 0, 0, 7]);
  });

  it('leaves the rest to the forecast where the levels come from one', () => {
    const events = [
      inSlots(0, 2, { kind: 'factor', factor: 2 }),
      inSlots(0, 4, LIKE_SUNDAY),
      inSlots(0, 4, { kind: 'outage' }),
    ];
    expect(adjustLevels(span, events)).toBe(span.levels);
  });

  it('applies all of it to other levels: another day, then the factor, rounded up', () => {
    const events = [inSlots(1, 3, LIKE_SUNDAY), inSlots(2, 4, { kind: 'factor', factor: 1.5 })];
    const levelOf = (timeMs: number) => (timeMs === DAY - 3 * DAY_MS + SLOT_MS ? 20 : 21);
    expect([...adjustLevels(span, events, levelOf)]).toEqual([4, 20, 32, 11]);
  });

  it('changes nothing outside the events, and not the array it is given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100), { minLength: 1, maxLength: 50 }),
        fc.nat(60),
        fc.nat(60),
        (values, from, length) => {
          const levels = Int32Array.from(values);
          const out = adjustLevels({ startMs: DAY, levels }, [
            inSlots(from, from + length, { kind: 'level', level: 999 }),
          ]);
          expect([...levels]).toEqual(values);
          expect([...out]).toEqual(values.map((value, slot) => (slot >= from && slot < from + length ? 999 : value)));
        },
      ),
    );
  });
});
