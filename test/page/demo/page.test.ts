/** The live page in a browser, on a run of two simulated hours. */
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../../scripts/build.mjs';
import { pageAssets } from '../../../src/demo/page-assets.ts';
import { policyResults } from '../../../src/demo/result.ts';
import type { Assets } from '../../../src/demo/server.ts';
import { watchedRun, type WatchedRun } from '../../demo/short-run.ts';
import { launchBrowser, violations, visit, type Visit } from './browser.ts';

let browser: Browser;
let assets: Assets;
beforeAll(async () => {
  [browser, assets] = await Promise.all([launchBrowser(), bundlePage('demo').then(pageAssets)]);
}, 120_000);
afterAll(() => browser.close());

/** Waits until an element holds a text. */
async function until(text: string, { text: textOf }: Visit, selector = '#status'): Promise<void> {
  await expect.poll(() => textOf(selector), { timeout: 120_000 }).toContain(text);
}

const press = ({ page }: Visit, name: string) => page.locator(`::-p-aria(${name}[role="button"])`).click();

describe('a run from its beginning to its end', () => {
  let run: WatchedRun;
  let page: Visit;
  let other: Visit;
  beforeAll(async () => {
    run = await watchedRun({ paused: true, speed: 15 }, { assets });
    page = await visit(browser, run.url);
    other = await visit(browser, run.url, { width: 390, scheme: 'dark' });
    await page.page.evaluate(WATCH_SHIFTS);
  }, 120_000);
  afterAll(async () => {
    run.stop.abort();
    await run.over;
  });

  it('is paused, goes on and changes its speed as one page asks and both show', async () => {
    await until('Paused', page);
    await until('Paused', other);
    const before = await page.text('#clock');
    await press(other, 'Go on');
    await until('Live', page);
    await press(page, 'Fastest');
    const pressed = '.controls [aria-pressed="true"]';
    await until('Fastest', page, pressed);
    await until('Fastest', other, pressed);
    await expect.poll(() => page.text('#clock'), { timeout: 60_000 }).not.toBe(before);
    await press(page, 'Pause');
    await until('Paused', page);
    await until('Paused', other);
    await until(await page.text('#clock'), other, '#clock');
  });

  it('shows a page that is opened late, or reloaded, the whole past', async () => {
    const late = await visit(browser, run.url);
    await until('Paused', late);
    await other.page.reload();
    await until('Paused', other);
    for (const selector of ['#clock', '#verdict', '#levels-readout', '#decision', '.actions tbody']) {
      expect(await late.text(selector)).toBe(await page.text(selector));
      expect(await other.text(selector)).toBe(await page.text(selector));
    }
    await late.page.close();
  });

  it('has no fault that axe knows, in light and dark, wide and narrow', async () => {
    expect(await violations(page.page)).toEqual([]);
    expect(await violations(other.page)).toEqual([]);
  });

  it('ends with the numbers of the simulation itself', async () => {
    await press(page, 'Go on');
    await until('Finished', page);
    await until('Finished', other);
    const [withPrewarm, onDemand] = policyResults(run.scenario, run.result()!);
    for (const visitor of [page, other]) {
      for (const [side, policy] of [
        ['with', withPrewarm!],
        ['without', onDemand!],
      ] as const) {
        expect(await visitor.text(`#coldStarts-${side}`)).toBe(String(policy.coldStarts));
        expect(await visitor.text(`#costUsd-${side}`)).toBe(`$${policy.costUsd.toFixed(2)}`);
        expect(await visitor.text(`#effectiveCostUsd-${side}`)).toBe(`$${policy.effectiveCostUsd.toFixed(2)}`);
      }
      expect(await visitor.text('#clock')).toBe('Fri 14 Jul, 02:00');
    }
    const { requestedProvisioned } = run.result()!.withPrewarm.minutes;
    expect(await page.text('#levels-readout')).toContain(`${requestedProvisioned.at(-1)!} provisioned`);
    expect(await violations(page.page)).toEqual([]);
    expect(await page.ask("document.querySelectorAll('.controls button:enabled').length")).toBe(0);
  });

  it('has moved nothing around, and fits the narrowest screen', async () => {
    expect(await page.ask('shifts')).toBe(0);
    for (const { ask } of [page, other]) {
      expect(await ask('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }
  });

  it('moves through time by keys and zooms by buttons and dragging', async () => {
    const readout = () => page.text('#levels-readout');
    await page.page.focus('#levels-chart');
    await page.page.keyboard.press('ArrowLeft');
    expect(await readout()).toMatch(/^01:55: demand \d+, forecast [\d.]+ to \d+, \d+ provisioned$/);
    await page.page.keyboard.press('PageUp');
    expect(await readout()).toMatch(/^00:55: /);
    expect(await page.text('#levels [role="status"]')).toMatch(/^00:55: /);

    const over = (await page.page.$('#levels-chart .u-over'))!;
    const box = (await over.boundingBox())!;
    const [left, right, y] = [box.x + box.width / 4, box.x + box.width / 2, box.y + box.height / 2];
    await page.page.mouse.move(left, y);
    await page.page.mouse.down();
    await page.page.mouse.move(right, y, { steps: 5 });
    await page.page.mouse.up();
    await expect.poll(() => page.text('.views [aria-pressed="true"]')).toBe('');
    await page.page.mouse.move(box.x + 2, y);
    await expect.poll(readout).toMatch(/^00:(29|30|31): /);
    await press(page, 'Whole run');
    await until('Whole run', page, '.views [aria-pressed="true"]');
  });

  it('speaks seldom, and last of the end', async () => {
    expect(await page.text('#announcements')).toMatch(/^The run is over\. In the end: \d+ fewer cold starts/);
  });

  it('has met no fault, and asked nobody else', () => {
    for (const { faults, requests } of [page, other]) {
      expect(faults).toEqual([]);
      expect(requests.filter((request) => !request.startsWith(run.url))).toEqual([]);
      expect(requests.length).toBeGreaterThan(4);
    }
  });
});

describe('a demo that is stopped', () => {
  it('says so on its page, and the page asks no more', async () => {
    const run = await watchedRun({ paused: true, speed: 15 }, { assets, idle: true });
    const page = await visit(browser, run.url);
    await until('Paused', page);
    run.stop.abort(new Error('enough'));
    await run.over.catch(() => undefined);
    await until('Ended', page);
    expect(page.faults).toEqual([]);
    await page.page.close();
  });
});

/** Adds up what the browser calls a layout shift, from the first drawing on. */
const WATCH_SHIFTS = `
  shifts = 0;
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) shifts += value;
  }).observe({ type: 'layout-shift', buffered: true });
`;
