import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithTools, ROOT, run, TOOLS } from './tools.ts';

const TEMPLATE = join(ROOT, 'infra', 'template.yaml');
const DEPLOYED = [TEMPLATE, join(ROOT, 'infra', 'attach.yaml')];
const ALL = [...DEPLOYED, join(ROOT, 'examples', 'existing-stack', 'template.yaml')];

describeWithTools('every template', ['sam', 'cfnLint'], () => {
  it.concurrent.each(DEPLOYED)('passes sam validate --lint: %s', async (template) => {
    const { code, stdout, stderr } = await run(TOOLS.sam, ['validate', '--lint', '-t', template]);
    expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
  });

  // All at once: most of its time goes into reading its rules.
  it.concurrent('passes cfn-lint, its informational rules included', async () => {
    const { code, stdout } = await run(TOOLS.cfnLint, ['--include-checks', 'I', '--', ...ALL]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  it.each(ALL)('ignores no rule: %s', (template) => {
    expect(readFileSync(template, 'utf8')).not.toMatch(/cfn-lint|ignore_checks/);
  });

  it('would not pass with a resource and a dimension that do not exist', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'prewarm-lint-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const broken = readFileSync(TEMPLATE, 'utf8')
      .replace('!GetAtt WorkerFunction.Arn', '!GetAtt NoFunction.Arn')
      .replace('ScalableDimension: lambda:function:', 'ScalableDimension: lambda:fn:');
    writeFileSync(join(directory, 'template.yaml'), broken);
    const { code, stdout } = await run(TOOLS.cfnLint, ['--', join(directory, 'template.yaml')]);
    expect(code).not.toBe(0);
    expect(stdout).toContain('NoFunction');
    expect(stdout).toContain('lambda:fn:');
  });

  it('is checked by all rules: no file switches any off', () => {
    expect(readdirSync(ROOT).filter((name) => name.startsWith('.cfnlintrc'))).toEqual([]);
  });
});

describeWithTools('the controller of infra/attach.yaml', ['sam'], () => {
  it('is built by sam build, for targets that are given at build time', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'prewarm-attach-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const { code, stderr } = await run(TOOLS.sam, [
      ...['build', 'ControllerFunction', '-t', join(ROOT, 'infra', 'attach.yaml'), '--build-dir', directory],
      ...['--parameter-overrides', 'Targets="checkout:live,search:live"'],
    ]);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(readdirSync(join(directory, 'ControllerFunction'))).toContain('handler.mjs');
    expect(readFileSync(join(directory, 'template.yaml'), 'utf8')).toContain('Fn::ForEach::EachTarget');
  });
});
