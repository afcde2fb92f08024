/** The report in headless Chromium: opened from disk, used by mouse and keyboard, and looked at by axe. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../scripts/build.mjs';
import { type Page as Bundle, reportHtml } from '../../src/report/html.ts';
import type { PreviewJson } from '../../src/report/preview-json.ts';
import type { ReplayJson } from '../../src/report/replay-json.ts';
import { launchBrowser, violations } from '../page/demo/browser.ts';
import { HOSTILE_NAMES, olderPreview, olderReplay, previewFixture, replayFixture } from './html-fixtures.ts';

const TIMEOUT_MS = 120_000;

let browser: Browser;
let bundle: Bundle;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prewarm-report-'));
  bundle = await bundlePage('report');
  browser = await launchBrowser();
}, TIMEOUT_MS);

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Opened {
  page: Page;
  faults: string[];
  requests: string[];
  ask: <T>(expression: string) => Promise<T>;
}

let opened = 0;

async function open(
  json: PreviewJson | ReplayJson,
  { width = 1400, scheme = 'light' }: { width?: number; scheme?: 'light' | 'dark' } = {},
): Promise<Opened> {
  const path = join(folder, `report-${(opened += 1)}.html`);
  writeFileSync(path, reportHtml(json, bundle));
  const page = await browser.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(pathToFileURL(path).href);
  await page.waitForSelector('html[data-ready]', { timeout: TIMEOUT_MS });
  return { page, faults, requests, ask: async <T>(expression: string) => (await page.evaluate(expression)) as T };
}

const textOf = (selector: string) => `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`;
const pictureOf = (selector: string) => `document.querySelector('${selector} canvas').toDataURL()`;
const RANGE = textOf('#timeline-range');

/** The middle of an element, scrolled to, and its size. */
async function place(page: Page, selector: string): Promise<{ x: number; y: number; width: number }> {
  return (await page.evaluate(
    `(() => { const e = document.querySelector('${selector}'); e.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = e.getBoundingClientRect(); return { x: x + width / 2, y: y + height / 2, width }; })()`,
  )) as { x: number; y: number; width: number };
}

const press = (ask: Opened['ask'], text: string) =>
  ask(`[...document.querySelectorAll('button')].find((b) => b.textContent === ${JSON.stringify(text)}).click()`);

const FIXTURES = [
  ['a replay', replayFixture],
  ['a preview', previewFixture],
  ['a replay from before reports', olderReplay],
  ['a preview from before reports', olderPreview],
] as const;

describe('the report in a browser', { timeout: TIMEOUT_MS }, () => {
  it.each(FIXTURES)('opens %s without a word on the console, and asks nobody for anything', async (_, make) => {
    const { page, faults, requests, ask } = await open(make());
    expect(faults).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1);
    expect(await ask(textOf('#verdict'))).toMatch(/Should I switch it on\?Yes\..*\$[\d,.]+/);
    await page.close();
  });

  it.each([
    ['replay', olderReplay()],
    ['preview', olderPreview()],
  ])('says what an older %s does not carry', async (kind, json) => {
    const { page, ask } = await open(json);
    expect(await ask(textOf('#timeline-missing'))).toContain(`prewarm ${kind} --json`);
    expect(await ask(textOf('#quality'))).toContain('does not carry its quality');
    await page.close();
  });

  it('shows what there is of a replay that had too little data', async () => {
    const empty = { ...olderReplay(), policies: [], notes: ['not enough history: have 0.0 days'] };
    const at = empty.evaluated.to;
    const { page, faults, ask } = await open({ ...empty, evaluated: { from: at, to: at, invocations: 0 } });
    expect(faults).toEqual([]);
    expect(await ask(textOf('#verdict'))).toMatch(/Not yet\..*not enough history/);
    await page.close();
  });

  it('explains the slot under the mouse, and the one that the keyboard moves to', async () => {
    const { page, faults, ask } = await open(replayFixture());
    const slot = () => ask<string>(textOf('#slot'));
    const first = await slot();
    const { x, y, width } = await place(page, '#timeline-chart .u-over');
    await page.mouse.move(x - width / 4, y);
    const hovered = await slot();
    expect(hovered).not.toBe(first);
    expect(hovered).toMatch(
      /Held.*Demand.*Forecast p99.*Policy: forecast q90, hold 15 min.*90.% quantile.*costs \$0\.0025.*Asked for at/s,
    );
    await page.focus('#timeline-chart');
    await page.keyboard.press('ArrowRight');
    const moved = await slot();
    const minutes = (text: string) => /(\d\d):(\d\d)–/.exec(text)?.slice(1).map(Number) ?? [];
    const [[h0 = 0, m0 = 0], [h1 = 0, m1 = 0]] = [minutes(hovered), minutes(moved)];
    expect((h1 * 60 + m1 - h0 * 60 - m0 + 1440) % 1440).toBe(5);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('names the action that implements a slot ahead', async () => {
    const { page, ask } = await open(previewFixture());
    await page.focus('#timeline-chart');
    await page.keyboard.press('End');
    expect(await ask(textOf('#slot'))).toMatch(/Action: prewarm-1-0039 at .*bounds 15 to 15/);
    await page.close();
  });

  it('zooms from six weeks of minutes to an hour by buttons, drag and keys', async () => {
    const { page, faults, ask } = await open(replayFixture({ days: 42 }));
    const range = () => ask<string>(RANGE);
    const all = await range();
    expect(all).toBe('Mon 5 Oct, 00:00 to Mon 16 Nov, 00:00 UTC');
    const { x, y, width } = await place(page, '#timeline-chart .u-over');
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + width / 6, y, { steps: 4 });
    await page.mouse.up();
    const dragged = await range();
    expect(dragged).not.toBe(all);
    await press(ask, '1 h');
    const hour =
      /(\d\d):(\d\d) to \w+ \d+ \w+, (\d\d):(\d\d)/
        .exec(await range())
        ?.slice(1)
        .map(Number) ?? [];
    const [h0 = 0, m0 = 0, h1 = 0, m1 = 0] = hour;
    expect((h1 * 60 + m1 - h0 * 60 - m0 + 1440) % 1440).toBe(60);
    await page.focus('#timeline-chart');
    await page.keyboard.press('PageDown');
    expect(await range()).not.toContain(`${String(h0).padStart(2, '0')}:${String(m0).padStart(2, '0')} to`);
    await page.keyboard.press('Escape');
    expect(await range()).toBe(all);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('switches what each policy would have held on and off', async () => {
    const { page, ask } = await open(replayFixture());
    const picture = () => ask<string>(pictureOf('#timeline-chart'));
    const toggle = (label: string) =>
      ask(`[...document.querySelectorAll('#timeline-keys label')].find((l) => l.textContent === '${label}').click()`);
    const before = await picture();
    await toggle('Target tracking');
    const withTracking = await picture();
    expect(withTracking).not.toBe(before);
    await toggle('Target tracking');
    expect(await picture()).toBe(before);
    await page.close();
  });

  it('changes its theme at the press of a button, charts included', async () => {
    const { page, ask } = await open(previewFixture());
    const look = () =>
      ask<[string, string]>(`[getComputedStyle(document.body).backgroundColor, ${pictureOf('#timeline-chart')}]`);
    const [light, lightChart] = await look();
    await page.click('#theme');
    const [dark, darkChart] = await look();
    expect(dark).not.toBe(light);
    expect(darkChart).not.toBe(lightChart);
    await page.click('#theme');
    expect(await look()).toEqual([light, lightChart]);
    await page.close();
  });

  it('moves the chosen point along the frontier with the price of a cold start', async () => {
    const { page, faults, ask } = await open(previewFixture());
    const slide = (position: number) =>
      ask(
        `(() => { const s = document.querySelector('#aim'); s.value = '${position}'; s.dispatchEvent(new Event('input')); })()`,
      );
    const chosen = () => ask<string>(textOf('#frontier-chart .label.strong'));
    const given = await chosen();
    expect(given).toBe('Chosen: forecast q90, hold 15 min');
    await slide(-200);
    expect(await chosen()).toBe('Chosen: on demand');
    expect(await ask(textOf('#what-if'))).toContain('on demand, $1.00 and 400 cold starts a day');
    await slide(80);
    expect(await chosen()).toBe('Chosen: constant 40');
    await press(ask, 'Back to $0.020');
    expect(await chosen()).toBe(given);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('goes from candidate to candidate by arrow keys', async () => {
    const { page, ask } = await open(replayFixture());
    const told = () => ask<string>(textOf('#frontier-point'));
    await page.focus('#frontier-chart');
    const before = await told();
    await page.keyboard.press('ArrowRight');
    expect(await told()).not.toBe(before);
    expect(await told()).toMatch(/: \$[\d.]+ and [\d,.]+ cold starts a day/);
    await page.close();
  });

  it('filters the schedule, and shows the slot of a row', async () => {
    const { page, ask } = await open(previewFixture());
    const rows = () => ask<number>(`document.querySelectorAll('#schedule tbody tr').length`);
    expect(await rows()).toBe(40);
    await page.type('#schedule-filter', '0007');
    expect(await rows()).toBe(1);
    const slot = await ask<string>(textOf('#slot h3'));
    await ask(`document.querySelector('#schedule tbody button').click()`);
    expect(await ask<string>(textOf('#slot h3'))).not.toBe(slot);
    await page.type('#schedule-filter', ' nothing');
    expect(await rows()).toBe(0);
    await page.close();
  });

  it.each(Object.entries(HOSTILE_NAMES))('is not harmed by a name that %s', async (_, name) => {
    for (const make of [replayFixture, previewFixture]) {
      const { page, faults, requests, ask } = await open(make({ name }), { width: 800 });
      expect(faults).toEqual([]);
      expect(requests.filter((url) => !url.startsWith('data:'))).toHaveLength(1);
      expect(await ask(`document.documentElement.dataset.owned ?? ''`)).toBe('');
      expect(await ask<number>(`document.title.length`)).toBeLessThan(250);
      expect(await ask<string>(`document.querySelector('.wrap').innerText`)).not.toMatch(
        /[\u202a-\u202e\u2066-\u2069]/,
      );
      expect(await ask<number>(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(800);
      await page.close();
    }
  });

  it.each([380, 800, 1400])('fits a width of %d pixels', async (width) => {
    for (const make of [replayFixture, previewFixture]) {
      const { page, ask } = await open(make(), { width });
      expect(await ask<number>(`document.documentElement.scrollWidth`)).toBeLessThanOrEqual(width);
      await page.close();
    }
  });

  it.each([
    ['a replay', 'light', replayFixture],
    ['a replay', 'dark', replayFixture],
    ['a preview', 'light', previewFixture],
    ['a preview', 'dark', previewFixture],
  ] as const)('has nothing that axe would change in %s, %s', async (_, scheme, make) => {
    const { page, ask } = await open(make(), { scheme });
    await ask(`document.querySelectorAll('details').forEach((d) => (d.open = true))`);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  it('prints on white, also from the dark theme, and is dark again afterwards', async () => {
    const { page, faults, ask } = await open(replayFixture(), { scheme: 'dark' });
    const look = () =>
      ask<[string, string]>(`[getComputedStyle(document.body).backgroundColor, ${pictureOf('#timeline-chart')}]`);
    const before = await look();
    await page.emulateMediaType('print');
    await page.waitForFunction(`document.documentElement.dataset.theme === 'light'`);
    const [background, chart] = await look();
    expect(background).toBe('rgb(255, 255, 255)');
    expect(chart).not.toBe(before[1]);
    const pdf = await page.pdf({ format: 'A4' });
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
    await page.emulateMediaType('screen');
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await page.waitForFunction(`document.documentElement.dataset.theme !== 'light'`);
    expect((await look())[0]).toBe(before[0]);
    expect(faults).toEqual([]);
    await page.close();
  });
});
