/** Every block of code in the documentation is run, checked, or says why not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithTools } from '../infra/tools.ts';
import { type Checker, startChecker } from './checker.ts';
import { type Block, type Page, pagePaths, parsePage, readPage } from './markdown.ts';
import { createTrier, type Setting, type Trier } from './trier.ts';

const pages = pagePaths().map(readPage);

/** Command lines of other tools within a sentence. Those of prewarm are full of the reader's own names: see prose.test.ts. */
function commandsInProse({ path, inlineCode }: Page): Block[] {
  return inlineCode
    .filter(({ text }) => /^(aws|sam|docker|pulumi) .* --[a-z]/.test(text))
    .map(({ line, text }) => ({
      page: path,
      line,
      language: 'sh',
      kind: '',
      text: text.startsWith('pulumi') ? `cd infra/pulumi && ${text}` : text,
      notRun: undefined,
    }));
}

describeWithTools('the code in the documentation', ['python'], () => {
  let checker: Checker;
  let trier: Trier;
  beforeAll(() => {
    checker = startChecker();
    trier = createTrier(checker);
  });
  afterAll(() => {
    checker.close();
    const lines = [...trier.tally].sort().map(([what, times]) => `${String(times).padStart(5)}  ${what}`);
    console.log(`code in the documentation:\n${lines.join('\n')}`);
  });

  describe.each(pages.filter((page) => page.blocks.length + commandsInProse(page).length > 0))('$path', (page) => {
    let setting: Setting;
    beforeAll(() => {
      setting = trier.settingFor(page);
    });
    afterAll(() => setting.close());

    it.each([...page.blocks, ...commandsInProse(page)])('line $line ($language)', async (block) => {
      expect(await trier.faultsOf(block, setting)).toEqual([]);
    });
  });

  describe('faults are found', () => {
    const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`;
    it.each([
      ['a flag that is none', fence('sh', 'npx prewarm preview --metrics requests.csv --max-cap 3'), /unknown option/],
      ['a file that is not there', fence('sh', 'npx prewarm preview --metrics gone.csv'), /gone\.csv/],
      ['an alias that is not there', fence('sh', 'npx prewarm status --function my-function --alias gone'), /gone/],
      ['a script that is none', fence('sh', 'npm run demoo'), /no script demoo/],
      ['a flag that a script does not know', fence('sh', 'npm run bench:value -- --trce x'), /--trce/],
      ['a tool that is not known', fence('sh', 'terraform apply'), /terraform/],
      ['a variable that nobody set', fence('sh', 'aws sqs receive-message --queue-url "$QUEUE"'), /QUEUE/],
      ['an operation that AWS has not', fence('sh', 'aws sqs recieve-message --queue-url x'), /no operation/],
      [
        'a call that the local AWS refuses',
        fence('sh', 'aws lambda get-alias --function-name gone --name live'),
        /gone/,
      ],
      [
        'a parameter that the template has not',
        fence('sh', 'sam deploy --parameter-overrides Mde=act'),
        /no parameter Mde/,
      ],
      ['a value that it refuses', fence('sh', 'sam deploy --parameter-overrides Mode=on'), /must be one of/],
      ['a flag that SAM has not', fence('sh', 'sam deploy --guide'), /--guide/],
      ['a setting that Pulumi has not', fence('sh', 'cd infra/pulumi\npulumi config set image x'), /no image/],
      ['an argument of no image', fence('sh', 'docker build worker --build-arg BASE=x'), /no ARG BASE/],
      ['a request that the worker refuses', fence('sh', `curl -d '{"analysis":"sum","csv":"a"}' http://x`), /analysis/],
      ['a setting of the calendar', fence('json', '[{ "name": "x", "date": "2026-13-01", "level": 3 }]'), /calendar/],
      ['a shape that is named and not there', fence('json policy', '{ "name": "jobs" }'), /policy/],
      ['broken YAML', fence('yaml', 'a: [1'), /yaml/],
      ['broken TypeScript', fence('ts', 'const a = ;'), /Expression expected/],
      ['an unknown command of a formula', fence('math', '\\fraq{1}{2}'), /fraq/],
      ['a formula left open', fence('math', '\\frac{1}{2'), /\{/],
      ['a language that nobody checks', fence('hcl', 'a = 1'), /neither run nor checked/],
      ['no language', fence('', 'a'), /neither run nor checked/],
    ])('%s', async (_, text, expected) => {
      const page = parsePage('a page', text);
      const other = createTrier(checker);
      const setting = other.settingFor(page);
      const faults = await other.faultsOf(page.blocks[0]!, setting);
      await setting.close();
      expect(faults.join('\n')).toMatch(expected);
    });
  });
});
