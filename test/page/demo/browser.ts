/** A headless Chromium, and pages in it that note whatever goes wrong. */
import chromium from '@sparticuz/chromium';
import axe from 'axe-core';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

/** Of the machine's locale Chromium makes a language that JavaScript refuses, where it is "C". */
const LANGUAGE = '--lang=en-US';

export async function launchBrowser(): Promise<Browser> {
  return await puppeteer.launch({
    executablePath: await chromium.executablePath(),
    headless: 'shell',
    args: [...chromium.args, LANGUAGE],
    env: { ...process.env, LANG: 'en_US.UTF-8' },
  });
}

export interface Visit {
  page: Page;
  /** Messages of the console that are no mere information, and exceptions. */
  faults: string[];
  requests: string[];
  /** The value of an expression of JavaScript in the page. */
  ask: <T>(expression: string) => Promise<T>;
  /** Nothing where there is no such element. */
  text: (selector: string) => Promise<string>;
}

export interface VisitOptions {
  width?: number;
  scheme?: 'light' | 'dark';
}

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { width = 1280, scheme = 'light' } = options;
  const page = await browser.newPage();
  const faults: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (!['log', 'info', 'debug'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
  await page.waitForSelector('#status');
  const ask = async <T>(expression: string) => (await page.evaluate(expression)) as T;
  const text = (selector: string) =>
    ask<string>(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);
  return { page, faults, requests, ask, text };
}

/** What axe finds, as `rule: element`. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return (await page.evaluate(
    `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))`,
  )) as string[];
}
