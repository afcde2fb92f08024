/**
 * Takes the pictures of the README: `npx tsx scripts/screenshots.ts [report] [demo]`. The report is a preview of a trace in this
 * repository, the demo its simulated day; both in the headless Chromium that the tests use.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import chromium from '@sparticuz/chromium';
import puppeteer, { type Page } from 'puppeteer-core';
import { COMMAND } from './diagrams/measured.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PREWARM = join(ROOT, 'bin', 'prewarm.mjs');
/** Late enough for the day's rise and the first releases; waited for as long as a busy machine may take. */
const DEMO_HOUR = 18;
const LONGEST_WAIT_MS = 400_000;

async function withPage(take: (page: Page) => Promise<void>): Promise<void> {
  const browser = await puppeteer.launch({
    executablePath: await chromium.executablePath(),
    headless: 'shell',
    protocolTimeout: LONGEST_WAIT_MS,
    args: [...chromium.args, '--lang=en-US'],
    env: { ...process.env, LANG: 'en_US.UTF-8' },
  });
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 1200, height: 1180 });
    await take(page);
  } finally {
    await browser.close();
  }
}

function pathOf(name: string): `${string}.png` {
  return `${join(ROOT, 'docs', 'images', name)}.png`;
}

async function report(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'prewarm-screenshot-'));
  const file = join(folder, 'report.html');
  const args = [PREWARM, ...COMMAND.replace(' --json', '').split(' '), '--html', file];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`prewarm ${args.slice(1).join(' ')} ended with ${String(code)}`);
  await withPage(async (page) => {
    await page.goto(pathToFileURL(file).href);
    await setTimeout(1500);
    await page.screenshot({ path: pathOf('report') });
  });
  await rm(folder, { recursive: true });
}

async function demo(): Promise<void> {
  const child = spawn(process.execPath, [PREWARM, 'demo', '--serve'], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const address = await new Promise<string>((resolve) => {
      const find = (chunk: Buffer) => {
        const url = /http:\/\/\S+/.exec(String(chunk))?.[0];
        if (url !== undefined) resolve(url);
      };
      child.stdout.on('data', find);
      child.stderr.on('data', find);
    });
    await withPage(async (page) => {
      await page.goto(address);
      await page.locator('::-p-text(Fastest)').click();
      const isLate = `Number(/ (\\d\\d):\\d\\d/.exec(document.body.innerText)?.[1]) >= ${DEMO_HOUR}`;
      await page.waitForFunction(isLate, { timeout: LONGEST_WAIT_MS, polling: 500 });
      await page.screenshot({ path: pathOf('demo') });
    });
  } finally {
    child.kill();
  }
}

const TAKEN = { report, demo } as const;
const asked = process.argv.slice(2);
for (const [name, take] of Object.entries(TAKEN)) if (asked.length === 0 || asked.includes(name)) await take();
