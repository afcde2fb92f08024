import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { readMetricsText } from '../../src/input/metrics-text.ts';
import { METRIC_SERIES } from '../../src/metric-grid.ts';
import { problemOf } from './faulty.ts';

const START = Date.UTC(2026, 0, 5);
const source = 'm.csv';
const read = (text: string | Uint8Array) => readMetricsText(text, { source });
const csv = (header: string, ...rows: string[]) => [header, ...rows, ''].join('\n');
/** `00:05` becomes the timestamp of that time on 5 January 2026. */
const on = (time: string) => `2026-01-05T${time}:00Z`;
const FOUR_MINUTES = [`${on('00:00')},1`, `${on('00:01')},2`, `${on('00:02')},3`, `${on('00:03')},4`];

const problem = (text: string | Uint8Array) => problemOf(text, source);

describe('readMetricsText on a CSV', () => {
  it('reads all columns of a gapless file', () => {
    const { grids, reliableUntilMs, notes } = read(
      csv(
        'timestamp,invocations,averageDurationMs,maxConcurrency,throttles,spilloverInvocations,provisionedConcurrency',
        `${on('00:00')},10,1500.5,3,0,1,5`,
        `${on('00:05')},20,,4,2,,`,
      ),
    );
    expect(grids).toEqual([
      {
        startMs: START,
        stepSeconds: 300,
        invocations: Float64Array.of(10, 20),
        averageDurationMs: Float64Array.of(1500.5, NaN),
        maxConcurrency: Float64Array.of(3, 4),
        throttles: Float64Array.of(0, 2),
        spilloverInvocations: Float64Array.of(1, NaN),
        provisionedConcurrency: Float64Array.of(5, NaN),
        heard: Uint8Array.of(0, 0),
      },
    ]);
    expect(reliableUntilMs).toBe(START + 600_000);
    expect(notes).toEqual([]);
  });

  it.each([
    ['`value` for `invocations`', csv('timestamp,value', ...FOUR_MINUTES)],
    [
      'columns in another order and spelling',
      csv('Invocations, Time_Stamp', ...FOUR_MINUTES.map((row) => row.split(',').reverse().join(', '))),
    ],
    ['a byte order mark', `\uFEFF${csv('timestamp,value', ...FOUR_MINUTES)}`],
    ['CRLF', csv('timestamp,value', ...FOUR_MINUTES).replaceAll('\n', '\r\n')],
    ['old Mac line ends', csv('timestamp,value', ...FOUR_MINUTES).replaceAll('\n', '\r')],
    ['no line end at the end', csv('timestamp,value', ...FOUR_MINUTES).trimEnd()],
    ['quotes', csv('"timestamp","value"', ...FOUR_MINUTES.map((row) => `"${row.replace(',', '","')}"`))],
    [
      'quotes and CRLF',
      csv('"timestamp","value"', ...FOUR_MINUTES.map((row) => `"${row.replace(',', '","')}"`)).replaceAll('\n', '\r\n'),
    ],
    ['semicolons', csv('timestamp;value', ...FOUR_MINUTES).replaceAll(',', ';')],
    ['tabs', csv('timestamp,value', ...FOUR_MINUTES).replaceAll(',', '\t')],
    ['blank lines', `\n\n${csv('timestamp,value', ...FOUR_MINUTES).replaceAll('\n', '\n\n')}  \n,\n`],
    ['empty cells after the last column', csv('timestamp,value,,', ...FOUR_MINUTES.map((row) => `${row},,`))],
    ['rows in any order', csv('timestamp,value', ...FOUR_MINUTES.toReversed())],
    ['rows that repeat', csv('timestamp,value', ...FOUR_MINUTES, ...FOUR_MINUTES)],
    [
      'blanks around the cells',
      csv(' timestamp , value ', ...FOUR_MINUTES.map((row) => ` ${row.replace(',', ' , ')} `)),
    ],
    ['UTF-16', Buffer.from(`\uFEFF${csv('timestamp,value', ...FOUR_MINUTES)}`, 'utf16le')],
    ['big-endian UTF-16', Buffer.from(`\uFEFF${csv('timestamp,value', ...FOUR_MINUTES)}`, 'utf16le').swap16()],
    ['epoch seconds', csv('timestamp,value', ...[1, 2, 3, 4].map((n) => `${START / 1000 + (n - 1) * 60},${n}`))],
    ['epoch milliseconds', csv('timestamp,value', ...[1, 2, 3, 4].map((n) => `${START + (n - 1) * 60_000},${n}`))],
    [
      'blanks for T, without an offset',
      csv('timestamp,value', ...FOUR_MINUTES)
        .replaceAll('T', ' ')
        .replaceAll('Z', '')
        .replace(' imestamp', 'timestamp'),
    ],
    ['an empty cell and its value', csv('timestamp,value', `${on('00:03')},`, ...FOUR_MINUTES)],
  ])('reads %s', (_name, text) => {
    const { grids } = read(text);
    expect(grids).toHaveLength(1);
    expect(grids[0]!.startMs).toBe(START);
    expect(grids[0]!.stepSeconds).toBe(60);
    expect([...grids[0]!.invocations]).toEqual([1, 2, 3, 4]);
  });

  it('leaves rows that are not there and empty cells unknown, and says so', () => {
    const { grids, notes } = read(
      csv('timestamp,value', `${on('00:00')},1`, `${on('00:05')},`, `${on('00:10')},3`, `${on('00:20')},0.5`),
    );
    expect([...grids[0]!.invocations]).toEqual([1, NaN, 3, NaN, 0.5]);
    expect([...grids[0]!.heard]).toEqual([0, 0, 0, 0, 0]);
    expect(notes).toEqual(['2 of 5 steps in m.csv have no invocations: taken as unknown.']);
  });

  it.each([
    ['60 s', 60],
    ['7 minutes', 420],
    ['an hour', 3600],
  ])('finds a step of %s', (_name, stepSeconds) => {
    const rows = [0, 1, 2, 4].map((n) => `${START / 1000 + n * stepSeconds},${n}`);
    expect(read(csv('timestamp,value', ...rows)).grids[0]!.stepSeconds).toBe(stepSeconds);
  });

  it('finds the step of a function that is invoked now and then', () => {
    const minutes = [0, 3, 4, 5, 9, 16, 17, 18, 30];
    const { grids } = read(csv('timestamp,value', ...minutes.map((minute) => `${START / 1000 + minute * 60},1`)));
    expect(grids[0]!.stepSeconds).toBe(60);
    expect(grids[0]!.invocations).toHaveLength(31);
  });

  it('makes a grid of each run of rows with the same stepSeconds', () => {
    const { grids } = read(
      csv(
        'timestamp,stepSeconds,value,heard',
        `${on('00:00')},300,5,`,
        `${on('00:05')},300,,1`,
        `${on('00:10')},60,1,0`,
      ),
    );
    expect(grids.map(({ stepSeconds, invocations, heard }) => [stepSeconds, ...invocations, ...heard])).toEqual([
      [300, 5, NaN, 0, 1],
      [60, 1, 0],
    ]);
  });

  it('takes the given duration only where the file has none', () => {
    const withOption = (text: string) => readMetricsText(text, { source, averageDurationMs: 900 }).grids[0]!;
    const none = withOption(csv('timestamp,value', `${on('00:00')},1`, `${on('00:01')},`));
    expect([...none.averageDurationMs]).toEqual([900, NaN]);
    const some = withOption(csv('timestamp,value,averageDurationMs', `${on('00:00')},1,5`, `${on('00:01')},1,`));
    expect([...some.averageDurationMs]).toEqual([5, NaN]);
  });

  it('reads a year of minutes', () => {
    const steps = 525_600;
    const rows = Array.from({ length: steps }, (_, i) => `${new Date(START + i * 60_000).toISOString()},${i % 1000}`);
    const { grids } = read(csv('timestamp,value', rows.join('\n')));
    expect(grids[0]!.invocations).toHaveLength(steps);
    expect(grids[0]!.invocations.every((count, i) => count === i % 1000)).toBe(true);
  });

  it('does not depend on the order of the rows', () => {
    const rows = fc
      .uniqueArray(fc.nat({ max: 200 }), { minLength: 30, maxLength: 60 })
      .chain((minutes) => fc.tuple(fc.constant(minutes), fc.shuffledSubarray(minutes, { minLength: minutes.length })));
    const textOf = (minutes: number[]) =>
      csv(
        'timestamp,stepSeconds,value,throttles',
        ...minutes.map((n) => `${START + n * 60_000},60,${n * n},${n % 3 || ''}`),
      );
    fc.assert(
      fc.property(rows, ([one, other]) => {
        expect(read(textOf(one)).grids).toEqual(read(textOf(other)).grids);
      }),
      { numRuns: 30 },
    );
  });
});

describe('readMetricsText on a faulty CSV', () => {
  it.each([
    ['an empty file', '', 'm.csv is empty'],
    ['only blanks', ' \n\n', 'm.csv is empty'],
    ['only a header', 'timestamp,value\n', 'm.csv has a header but no rows of data'],
    ['one row', csv('timestamp,value', FOUR_MINUTES[0]!), 'm.csv has only one row'],
    ['no header', csv(FOUR_MINUTES[0]!, FOUR_MINUTES[1]!), 'Put "timestamp,invocations" in its first line'],
    [
      'an unknown column',
      csv('timestamp,value,memory', `${on('00:00')},1,2`),
      'm.csv, line 1: unknown column "memory"',
    ],
    [
      'a slip in a column',
      csv('timestamp,invocatons', ...FOUR_MINUTES),
      'unknown column "invocatons" (did you mean "invocations"?)',
    ],
    [
      'a shortened column',
      csv('time,value', ...FOUR_MINUTES),
      'unknown column "time" (did you mean "timestamp"?); there is no column "timestamp"',
    ],
    [
      'a nameless column',
      csv(',timestamp,value', `0,${FOUR_MINUTES[0]!}`),
      'column 1 has no name: name it or remove it',
    ],
    ['no timestamp', csv('value,throttles', '1,2'), 'there is no column "timestamp"'],
    [
      'no invocations',
      csv('timestamp,throttles', ...FOUR_MINUTES),
      'there is neither a column "invocations" nor "value"',
    ],
    [
      'a column twice',
      csv('timestamp,value,invocations', ...FOUR_MINUTES),
      'columns "value" and "invocations" mean the same',
    ],
    [
      'a word for a timestamp',
      csv('timestamp,value', FOUR_MINUTES[0]!, 'yesterday,1'),
      'm.csv, line 3: timestamp "yesterday" is not a moment',
    ],
    [
      'a date that does not exist',
      csv('timestamp,value', FOUR_MINUTES[0]!, '', '2026-02-30T00:00:00Z,1'),
      'm.csv, line 4: timestamp "2026-02-30T00:00:00Z" is not a moment',
    ],
    ['an empty timestamp', csv('timestamp,value', ',1'), 'line 2: timestamp "" is not a moment'],
    ['a negative count', csv('timestamp,value', `${on('00:00')},-3`), 'm.csv, line 2: value "-3" is negative'],
    [
      'NaN',
      csv('timestamp,invocations', `${on('00:00')},NaN`),
      'm.csv, line 2: invocations "NaN" is not a finite number',
    ],
    [
      'an infinite count',
      csv('timestamp,value', `${on('00:00')},Infinity`),
      'line 2: value "Infinity" is not a finite number',
    ],
    ['a huge count', csv('timestamp,value', `${on('00:00')},1e300`), 'line 2: value "1e300" is too large'],
    [
      'a hexadecimal count',
      csv('timestamp,value', `${on('00:00')},0x10`),
      'line 2: value "0x10" is not a finite number',
    ],
    [
      'a word in another column',
      csv('timestamp,value,throttles', `${on('00:00')},1,none`),
      'line 2: throttles "none" is not a finite number',
    ],
    ['a decimal comma', csv('timestamp;value', `${on('00:00')};1,5`), 'line 2: value "1,5" has a decimal comma'],
    [
      'a row that is too short',
      csv('timestamp,value', on('00:00')),
      'line 2: the row and the header differ in cells (1, 2)',
    ],
    [
      'a row that is too long',
      csv('timestamp,value', `${on('00:00')},1,5`),
      'line 2: the row and the header differ in cells (3, 2)',
    ],
    ['an open quote', csv('timestamp,value', `"${on('00:00')},1`), 'line 2: a quoted cell is not closed'],
    [
      'an irregular step',
      csv('timestamp,value', `${on('00:00')},1`, `${on('00:05')},1`, `${on('00:10')},1`, `${on('00:17')},1`),
      'm.csv has an irregular step: it is 300 s, but line 5 (2026-01-05T00:17:00Z) comes 420 s after line 4 (2026-01-05T00:10:00Z)',
    ],
    [
      'a step of 30 s',
      csv('timestamp,value', '1767571200,1', '1767571230,1'),
      'm.csv has a step of 30 s; the shortest is 60 s',
    ],
    [
      'a step of a day',
      csv('timestamp,value', '2026-01-05,1', '2026-01-06,1', '2026-01-07,1'),
      'm.csv has a step of 86400 s; the longest is 3600 s',
    ],
    [
      'duplicates that differ',
      csv('timestamp,value', ...FOUR_MINUTES, `${on('00:01')},9`),
      'm.csv, line 6: invocations is 9, but line 3 has 2 for the same timestamp 2026-01-05T00:01:00Z',
    ],
    [
      'a stray 1970',
      csv('timestamp,value', FOUR_MINUTES[0]!, FOUR_MINUTES[1]!, '0,1'),
      'm.csv: line 4 (1970-01-01T00:00:00Z) is 20458 days away from line 2',
    ],
    [
      'a stray 9999',
      csv('timestamp,value', '9999-12-31,1', ...FOUR_MINUTES),
      'm.csv: line 2 (9999-12-31T00:00:00Z) is',
    ],
    [
      'years of minutes with holes',
      csv(
        'timestamp,value',
        '2020-01-01,1',
        ...[1, 2, 3, 4, 5].map((n) => `${2020 + n}-01-01,1`),
        '2025-01-01T00:01Z,1',
        '2025-01-01T00:02Z,1',
        '2020-01-01T00:01Z,1',
        '2020-01-01T00:02Z,1',
        '2020-01-01T00:03Z,1',
      ),
      'at most 2000000 are read',
    ],
    [
      'a row without stepSeconds',
      csv('timestamp,stepSeconds,value', `${on('00:00')},,1`),
      'line 2: stepSeconds is empty or 0',
    ],
    [
      'rows that overlap',
      csv('timestamp,stepSeconds,value', `${on('00:00')},300,1`, `${on('00:04')},60,1`),
      'line 3: the row begins before the one before it has ended',
    ],
    [
      'stepSeconds that are too short',
      csv('timestamp,stepSeconds,value', `${on('00:00')},1,1`),
      'a step of 1 s; the shortest is 60 s',
    ],
    [
      'distances that are no multiple of stepSeconds',
      csv('timestamp,stepSeconds,value', `${on('00:00')},300,1`, `${on('00:07')},300,1`),
      'irregular step: it is 300 s, but line 3',
    ],
    ['prose', 'Dear reader,\nthis is no table.\n', 'there is no column "timestamp"'],
    ['a page of HTML', '<!doctype html>\n<html></html>\n', 'there is no column "timestamp"'],
    ['binary data', Uint8Array.of(1, 2, 0, 3, 255), 'm.csv is not a text file'],
    ['binary data without zeros', Uint8Array.of(137, 80, 78, 71, 13, 10), 'm.csv is not a text file'],
  ])('refuses %s', (_name, text, expected) => {
    expect(problem(text)).toContain(expected);
  });

  it('lists up to five faults at once with their lines', () => {
    const rows = Array.from({ length: 8 }, (_, i) => `${on(`00:0${i}`)},${i % 2 ? 'x' : -1}`);
    const message = problem(csv('timestamp,value', ...rows));
    expect(message.split('\n')).toHaveLength(7);
    expect(message).toContain('m.csv has 8 faults:');
    expect(message).toContain('line 6: value "-1" is negative');
    expect(message).toContain('and 3 more');
  });

  it('counts the lines of quoted cells', () => {
    expect(problem(csv('timestamp,value,"note\n"', `${on('00:00')},1,`))).toContain('line 1: unknown column "note"');
    expect(problem(csv('timestamp,value', `${on('00:00')},"1\n"`, `${on('00:01')},x`))).toContain('line 4: value "x"');
  });

  it('answers any text with a reading or an InputError', () => {
    const pieces = fc.constantFrom(
      'timestamp',
      'value',
      ',',
      ';',
      '\n',
      '"',
      on('00:00'),
      on('00:01'),
      '1',
      '-',
      '{',
      '[',
      ' ',
      '0',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join('')),
          fc.uint8Array(),
        ),
        (text) => {
          try {
            const { grids } = read(text);
            for (const grid of grids)
              for (const name of METRIC_SERIES) for (const value of grid[name]) expect(value < 0).toBe(false);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
