/** Draws docs/images/demo.png: the live demo's page in the afternoon of its simulated day. Run it with tsx; it takes a minute. */
import { fileURLToPath } from 'node:url';
import chromium from '@sparticuz/chromium';
import puppeteer, { type Page } from 'puppeteer-core';
import { runLive } from '../src/demo/live.ts';
import { pageAssets } from '../src/demo/page-assets.ts';
import { controllerSettings, demoScenario } from '../src/demo/workload.ts';
import { createHandler } from '../src/handler.ts';
import { bundlePage } from './build.mjs';

const FILE = fileURLToPath(new URL('../docs/images/demo.png', import.meta.url));
const SIZE = { width: 1200, height: 1010, deviceScaleFactor: 1 };
const MOMENT = 'Fri 14 Jul, 15:';
const MOST_MS = 300_000;

async function draw(url: string): Promise<void> {
  const browser = await puppeteer.launch({
    executablePath: await chromium.executablePath(),
    headless: 'shell',
    args: [...chromium.args, '--lang=en-US'],
    env: { ...process.env, LANG: 'en_US.UTF-8' },
  });
  try {
    const page = await browser.newPage();
    await page.setViewport(SIZE);
    await page.goto(url);
    await page.waitForFunction(`document.querySelector('#clock')?.textContent.startsWith('${MOMENT}')`, {
      timeout: MOST_MS,
      polling: 50,
    });
    await page.locator('#pause').click();
    await page.waitForFunction("document.querySelector('#status').textContent === 'Paused'");
    await still(page);
    await page.screenshot({ path: FILE });
  } finally {
    await browser.close();
  }
}

/** Without the button's colour under the pointer, and after transitions. */
async function still(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  await page.evaluate('new Promise((resolve) => setTimeout(resolve, 500))');
}

const scenario = await demoScenario(1);
const stop = new AbortController();
Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
let drawing: Promise<void> = Promise.resolve();
await runLive({
  scenario,
  assets: pageAssets(await bundlePage('demo')),
  port: 0,
  control: { paused: false, speed: 'max' },
  connect: (hear) => (endpoint, nowMs) => {
    process.env.AWS_ENDPOINT_URL = endpoint;
    return createHandler({ env: controllerSettings(scenario), nowMs, log: { write: hear } });
  },
  onServing: (url) => {
    drawing = draw(url).finally(() => stop.abort());
  },
  onEnd: () => undefined,
  signal: stop.signal,
}).catch((error: unknown) => {
  if (error !== stop.signal.reason) throw error;
});
await drawing;
