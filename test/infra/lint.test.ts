import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithTools, ROOT, run, TOOLS } from './tools.ts';

const TEMPLATE = join(ROOT, 'infra', 'template.yaml');

describeWithTools('the template', ['sam', 'cfnLint'], () => {
  it('passes sam validate --lint', async () => {
    const { code, stdout, stderr } = await run(TOOLS.sam, ['validate', '--lint', '-t', TEMPLATE]);
    expect({ code, output: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, output: '' });
  });

  it('passes cfn-lint, its informational rules included', async () => {
    const { code, stdout } = await run(TOOLS.cfnLint, ['--include-checks', 'I', '--', TEMPLATE]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
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

  it('ignores no rule', () => {
    expect(readFileSync(TEMPLATE, 'utf8')).not.toMatch(/cfn-lint|ignore_checks/);
    expect(readdirSync(ROOT).filter((name) => name.startsWith('.cfnlintrc'))).toEqual([]);
  });
});
