import { describe, expect, it } from 'vitest';
import { previewSchema } from '../../src/report/preview-json.ts';
import { runCommand, type Surroundings, words } from '../command-line.ts';

const TRACE = 'data/traces/nab-aws-elb-request-count-8c0756.csv.gz';

/** One command line; `input` is what standard input holds. */
const prewarm = (line: string, input = '', around: Surroundings = {}) => runCommand(words(line), { input, ...around });

/** Four days of a daily wave, one row per five minutes. */
function waveCsv(days = 4): string {
  const rows = Array.from({ length: days * 288 }, (_, i) => {
    const level = Math.round(100 + 80 * Math.sin((2 * Math.PI * i) / 288));
    return `${new Date(Date.parse('2026-02-01T00:00:00Z') + i * 300_000).toISOString()},${level}`;
  });
  return ['timestamp,invocations', ...rows].join('\n');
}

describe('prewarm preview --metrics', () => {
  it('prints one JSON object that its schema accepts, with a slot for each five minutes of the next day', async () => {
    const { code, out } = await prewarm(
      `preview --metrics ${TRACE} --average-duration-ms 2000 --cold-start-price-usd 1 --json`,
    );
    expect(code).toBe(0);
    const preview = previewSchema.parse(JSON.parse(out));
    expect(preview.forecast.slots).toHaveLength(288);
    expect(preview.plan).toHaveLength(288);
    expect(preview.now).toBe('2014-04-24T00:40:00Z');
    expect(preview.history).toMatchObject({ stepSeconds: 300, points: 4040, missing: 0 });
    expect(preview.actions.length).toBeGreaterThan(0);
    expect(preview.actions.length).toBeLessThanOrEqual(96);
    for (const { peak } of preview.forecast.slots) {
      const quantiles = [peak.p50, peak.p90, peak.p95, peak.p99, peak.p999];
      expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
    }
  });

  it('reads standard input', async () => {
    const { code, out } = await prewarm('preview --metrics - --average-duration-ms 2000 --json', waveCsv());
    expect(code).toBe(0);
    expect(previewSchema.parse(JSON.parse(out)).target).toEqual({ functionName: null, alias: null, metrics: '-' });
  });

  it('previews a past moment with only the data before it', async () => {
    const whole = await prewarm(
      'preview --metrics - --average-duration-ms 2000 --json --at 2026-02-04T00:00:00Z',
      waveCsv(6),
    );
    const cut = await prewarm('preview --metrics - --average-duration-ms 2000 --json', waveCsv(3));
    expect(JSON.parse(whole.out)).toEqual(JSON.parse(cut.out));
  });

  it('says what is missing when there is less than a day, which is no error', async () => {
    const { code, out } = await prewarm('preview --metrics - --average-duration-ms 2000 --json', waveCsv(0.5));
    expect(code).toBe(0);
    expect(previewSchema.parse(JSON.parse(out))).toMatchObject({
      forecast: { model: 'none', slots: [] },
      decision: {
        policy: 'none',
        reason: expect.stringContaining('not enough history: have 12.0 h, need 24.0 h') as string,
      },
      plan: [],
      actions: [],
    });
  });

  it('says of a moment before the data that nothing is known yet, and from when on it is', async () => {
    const line = 'preview --metrics - --average-duration-ms 2000 --at 2025-12-31T00:00:00Z';
    const [text, json] = await Promise.all([
      prewarm(`${line} --verbose`, waveCsv()),
      prewarm(`${line} --json`, waveCsv()),
    ]);
    expect([text.code, json.code]).toEqual([0, 0]);
    const note = 'nothing is known at 2025-12-31T00:00:00Z: the data begins at 2026-02-01T00:00:00Z';
    expect(text.out).toContain('history   none before 2025-12-31T00:00:00Z\n');
    expect(text.out).toContain(note);
    expect(text.err).toContain('demand    none is known before 2025-12-31T00:00:00Z\n');
    expect(text.out + text.err).not.toContain('1970');
    expect(json.out).not.toContain('1970');
    expect(previewSchema.parse(JSON.parse(json.out))).toMatchObject({
      history: { from: '2025-12-31T00:00:00Z', to: '2025-12-31T00:00:00Z', points: 0 },
      decision: { outcome: 'insufficient-history' },
      notes: [note],
    });
  });

  it('shows people a chart, the plan, its reason and the next actions, without colour when no terminal is there', async () => {
    const { out } = await prewarm('preview --metrics - --average-duration-ms 20000', waveCsv());
    expect(out).toMatch(/forecast {2}Holt-Winters/);
    expect(out).toMatch(/█.*░.*━/s);
    expect(out).toMatch(/scheduled \(UTC\).*2026-02-05T\d\d:\d\d:00Z +\d+ +create/s);
    expect(out).toMatch(/would write: \d+ to create/);
    expect(out).not.toContain('\u001b[');
  });
});

describe('what is shown to people', () => {
  const WAVE = 'preview --metrics - --average-duration-ms 2000';

  it('is in the zone that is asked for, and says so; JSON is in UTC all the same', async () => {
    const [text, json] = await Promise.all([
      prewarm(`${WAVE} --timezone europe/berlin`, waveCsv()),
      prewarm(`${WAVE} --timezone Europe/Berlin --json`, waveCsv()),
    ]);
    expect(text.out).toContain('stdin:file at 2026-02-05 01:00+01:00');
    expect(text.out).toContain('times     in Europe/Berlin');
    expect(text.out).not.toMatch(/\dZ\b/);
    expect(JSON.parse(json.out)).toMatchObject({ now: '2026-02-05T00:00:00Z' });
  });

  it.each([
    [
      'a name that is misspelt',
      'Europe/Berln',
      undefined,
      'TZ = "Europe/Berln" is no IANA time zone; did you mean Europe/Berlin?',
    ],
    ['a rule in place of a name', 'CET-1CEST', 'UTC', 'TZ = "CET-1CEST" is no IANA time zone'],
  ])('is in UTC where TZ is %s, and says so once', async (_, TZ, timeZone, remark) => {
    const around = { env: { TZ }, ...(timeZone && { timeZone }) };
    const shown = await prewarm(WAVE, waveCsv(), around);
    expect(shown.err.split('note: ')).toEqual(['', `${remark}: times are in UTC\n`]);
    expect(shown.out).toContain('times     in UTC');
    for (const flag of ['--timezone UTC', '--quiet', '--json'])
      expect((await prewarm(`${WAVE} ${flag}`, waveCsv(), around)).err, flag).toBe('');
  });

  it.each([
    ['is not set', undefined, 'UTC'],
    ['is a zone', 'Europe/Berlin', 'Europe/Berlin'],
    ['is UTC', 'Etc/UTC', 'UTC'],
  ])('comes without a remark where TZ %s', async (_, TZ, timeZone) => {
    expect((await prewarm(WAVE, waveCsv(), { env: { TZ }, timeZone })).err).toBe('');
  });

  it('is the decision alone with --quiet, and its whole trail besides with --verbose, which leaves the result as it is', async () => {
    const [plain, quiet, verbose] = await Promise.all(
      ['', ' --quiet', ' --verbose'].map((flag) => prewarm(WAVE + flag, waveCsv())),
    );
    expect(plain?.err).toBe('');
    expect(quiet?.err).toBe('');
    expect(quiet?.out).toMatch(/^decision {2}.*\nplan {6}.*\n$/);
    expect(verbose?.out).toBe(plain?.out);
    for (const what of ['read', 'reliable', 'demand', 'gaps', 'age', 'checked', 'trust', 'ranking', 'limits', 'capped'])
      expect(verbose?.err).toMatch(new RegExp(`^${what} +\\S`, 'm'));
    expect(verbose?.err).toMatch(/\d+ +constant 3 +\$[\d.]+ +[\d.]+ +\$[\d.]+ +\$[\d.]+ dearer: /);
  });

  it('says which hours are missing where the forecast is the recent level alone', async () => {
    const lines = waveCsv(2).split('\n');
    const withGap = [...lines.slice(0, 240), ...lines.slice(324)].join('\n');
    const { out } = await prewarm(WAVE, withGap);
    expect(out).toMatch(
      /a weak forecast, the recent level alone: a daily pattern needs 7 more known hours \(48 in all\)/,
    );
  });

  it('says where the history begins that counts, in the first day after a long silence', async () => {
    const launched = (hours: number) => {
      const [header, ...rows] = waveCsv(5).split('\n');
      const launch = 4 * 288;
      const silent = rows.slice(0, launch).map((row) => row.replace(/,.*/, ',0'));
      return [header, ...silent, ...rows.slice(launch, launch + hours * 12)].join('\n');
    };
    const [fresh, settled] = [await prewarm(WAVE, launched(6)), await prewarm(WAVE, launched(24))];
    expect(fresh.code).toBe(0);
    expect(fresh.out).toMatch(/not enough history: have 6\.0 h, need 24\.0 h/);
    expect(fresh.out).toMatch(/no request came before 2026-02-05T00:00:00Z: there the history begins that counts/);
    expect(settled.out).not.toMatch(/not enough|no request came before/);
  });

  it('cannot be acted upon by what comes from outside', async () => {
    const { code, err } = await runCommand(['preview', '--metrics', '\u001b]0;owned\u0007\u202egone.csv']);
    expect(code).toBe(2);
    expect(err).toContain('\\u001b]0;owned\\u0007\\u202egone.csv');
  });
});
