import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundlePage } from '../../scripts/build.mjs';
import { reportHtml, type Page } from '../../src/report/html.ts';
import { previewSchema } from '../../src/report/preview-json.ts';
import { parseReport } from '../../src/report/read-report.ts';
import { replaySchema } from '../../src/report/replay-json.ts';
import { HOSTILE_NAMES, olderPreview, olderReplay, previewFixture, replayFixture } from './html-fixtures.ts';

const LIMIT_BYTES = 400 * 1024;

let page: Page;
beforeAll(async () => {
  page = await bundlePage('report');
});

const dataOf = (html: string) =>
  /<script type="application\/json" id="report-data">(.*)<\/script>/.exec(html)?.[1] ?? '';

describe('the report as one file', () => {
  it('is small beside its data', () => {
    const html = reportHtml(replayFixture(), page);
    expect(Buffer.byteLength(html) - Buffer.byteLength(dataOf(html))).toBeLessThan(LIMIT_BYTES);
  });

  it('allows its own script and style by hash, and nothing else', () => {
    const html = reportHtml(previewFixture(), page);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const script = /<script>([^]*?)<\/script>\n<\/body>/.exec(html)?.[1] ?? '';
    const style = /<style>([^]*?)<\/style>/.exec(html)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src ${hash(script)};`);
    expect(policy).toContain(`style-src ${hash(style)};`);
    expect(policy).not.toContain('unsafe');
  });

  it('names no address that anything could be loaded from', () => {
    const html = reportHtml(replayFixture(), page).replace(dataOf(reportHtml(replayFixture(), page)), '');
    expect(html).not.toMatch(/(?:src|href)="(?!data:,")/);
    expect(page.style).not.toMatch(/url\(|@import/);
  });

  it('is the same for the same JSON', () => {
    expect(reportHtml(replayFixture(), page)).toBe(reportHtml(replayFixture(), page));
  });

  it.each(Object.entries(HOSTILE_NAMES))('carries a name that %s as data alone', (_, name) => {
    const json = replayFixture({ name });
    const data = dataOf(reportHtml(json, page));
    expect(JSON.parse(data)).toEqual(json);
    expect(data).not.toMatch(/[<>&\u2028\u2029]/);
  });
});

describe('a saved JSON output', () => {
  it.each([
    ['a replay', replayFixture()],
    ['a preview', previewFixture()],
    ['a replay from before reports', olderReplay()],
    ['a preview from before reports', olderPreview()],
  ])('is read where it is %s', (_, json) => {
    expect(parseReport(JSON.stringify(json), 'saved.json')).toEqual(json);
  });

  it('is read with a byte order mark', () => {
    expect(parseReport(`\uFEFF${JSON.stringify(olderReplay())}`, 'saved.json')).toEqual(olderReplay());
  });

  it.each([
    ['nothing', ' \n', /is empty/],
    ['no JSON', 'timestamp,invocations', /is not JSON/],
    ['JSON cut off', JSON.stringify(olderReplay()).slice(0, -5), /is not JSON/],
    ['somebody else’s JSON', '{"a": 1}', /not of Prewarm.*--json/],
    ['a list', '[]', /not of Prewarm/],
    ['null', 'null', /not of Prewarm/],
    ['a later version', '{"schema":"prewarm/preview/2"}', /prewarm\/preview\/2.*reads prewarm\/preview\/1/],
    [
      'another of our outputs',
      '{"schema":"prewarm/demo/1"}',
      /prewarm\/demo\/1.*made of prewarm\/preview\/1 or prewarm\/replay\/1/,
    ],
    ['a schema that every object has', '{"schema":"constructor"}', /made of/],
    ['a missing field', '{"schema":"prewarm/replay/1"}', /saved\.json: evaluated:/],
    ['a wrong field', JSON.stringify({ ...olderReplay(), notes: 'x' }), /saved\.json: notes:/],
    ['an unknown field', JSON.stringify({ ...olderReplay(), extra: 1 }), /extra/],
  ])('is refused, and told why, where it is %s', (_, text, message) => {
    expect(() => parseReport(text, 'saved.json')).toThrow(message);
  });

  it('has its first faults told, and how many more there are', () => {
    const policies = Array.from({ length: 30 }, () => ({}));
    expect(() => parseReport(JSON.stringify({ ...olderReplay(), policies }), 'x')).toThrow(/and \d+ more faults/);
  });

  it('is what the schemas say', () => {
    expect(replaySchema.safeParse(replayFixture()).success).toBe(true);
    expect(previewSchema.safeParse(previewFixture()).success).toBe(true);
  });
});
