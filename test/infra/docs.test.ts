/** docs/deploy.md and docs/pipeline.md speak of what is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readTemplate, type Template } from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { controllerMetrics, metricKey } from './metrics.ts';
import { describeWithTools, ROOT } from './tools.ts';

const read = (name: string) => readFileSync(join(ROOT, 'docs', name), 'utf8');

/** Words in code that look like a parameter or a resource. */
const named = (text: string) =>
  [...text.matchAll(/`([A-Z][a-z]+[A-Z][A-Za-z]+)(?:=[^`]*)?`/g)].map(([, name]) => name!);

describeWithTools('the documents about infrastructure', ['python'], () => {
  const templates: Record<'template' | 'attach', Template> = {} as never;
  const made: Record<'template' | 'attach', Template> = {} as never;
  beforeAll(async () => {
    for (const name of ['template', 'attach'] as const) {
      const { source, transformed, values } = await readTemplate(name);
      templates[name] = source;
      made[name] = deployed(transformed, values);
    }
  }, 60_000);

  it.each(['deploy.md', 'pipeline.md'])('name no parameter, resource or output that does not exist: %s', (document) => {
    const known = new Set(
      Object.values(templates).flatMap(({ Parameters, Resources, Outputs }) =>
        [Parameters, Resources, Outputs].flatMap((section) => Object.keys(section)),
      ),
    );
    const others =
      'AllAtOnce ReportBatchItemFailures ProvisionedConcurrencyConfig AnalysisRequested JobSucceeded JobFailed';
    for (const name of others.split(' ')) known.add(name);
    const names = named(read(document));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  it('count metrics and alarms as they are', () => {
    const ofController = [...controllerMetrics()].filter((key) =>
      key.endsWith(metricKey('', '', ['Controller']).slice(1)),
    );
    const ofTarget = [...controllerMetrics()].filter((key) =>
      key.endsWith(metricKey('', '', ['FunctionName', 'Alias']).slice(1)),
    );
    const ofWorker = 6;
    const perMonth = (count: number, usd: number) => (count * usd).toFixed(2);
    const alarmMetrics = (template: Template, suffix = '') =>
      Object.entries(template.Resources)
        .filter(([name, { Type }]) => Type === 'AWS::CloudWatch::Alarm' && name.endsWith(suffix))
        .reduce((sum, [, { Properties }]) => sum + ((Properties.Metrics as unknown[] | undefined)?.length ?? 2) - 1, 0);
    const [all, further] = [alarmMetrics(made.attach), alarmMetrics(made.attach, 'searchprod1')];
    const rows = read('deploy.md')
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()));
    const row = (start: string) => rows.find((cells) => cells[1]?.startsWith(start))!;
    expect(row('metrics at')).toEqual([
      '',
      `metrics at 0.30 USD: ${ofTarget.length} per target, ${ofController.length} per controller, ${ofWorker} of the worker`,
      perMonth(ofTarget.length + ofController.length + ofWorker, 0.3),
      perMonth(ofTarget.length + ofController.length, 0.3),
      perMonth(ofTarget.length, 0.3),
      '',
    ]);
    expect(row('alarms at').slice(2, 5)).toEqual(
      [alarmMetrics(made.template), all - further, further].map((n) => perMonth(n, 0.1)),
    );
  });
});
