/** The templates as data: as written, as CloudFormation sees them after their transforms, and as one deployment makes them. */
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { type PythonLines, startPython } from './python-lines.ts';
import { ROOT } from './tools.ts';

export interface Parameter {
  Type: string;
  Default?: string | number;
  Description?: string;
  AllowedValues?: (string | number)[];
  AllowedPattern?: string;
  MinValue?: number;
  MaxValue?: number;
}

export interface Resource {
  Type: string;
  DependsOn?: string | string[];
  Condition?: string;
  DeletionPolicy?: string;
  UpdatePolicy?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  Properties: Record<string, unknown>;
}

export interface Template {
  Metadata: { 'AWS::CloudFormation::Interface': { ParameterGroups: { Parameters: string[] }[] } };
  Parameters: Record<string, Parameter>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Rules?: Record<string, { RuleCondition: unknown; Assertions: { Assert: unknown; AssertDescription: string }[] }>;
  Conditions: Record<string, unknown>;
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Description: string; Value: unknown }>;
}

export interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal?: unknown;
  Condition?: unknown;
}

export interface Policy {
  PolicyName: string;
  PolicyDocument: { Statement: Statement[] };
}

export type Values = Record<string, string | number>;

const REQUIRED: Record<string, Values> = {
  template: { WorkerImageUri: `111122223333.dkr.ecr.us-east-1.amazonaws.com/worker@sha256:${'0'.repeat(64)}` },
  attach: { Targets: 'check-out:live,search:prod_1' },
};

export interface ReadTemplate {
  source: Template;
  transformed: Template;
  values: Values;
}

const known = new Map<string, Promise<ReadTemplate>>();

/** infra/<name>.yaml with some parameters given; each is made once per test file. */
export function readTemplate(name: 'template' | 'attach' = 'template', given: Values = {}): Promise<ReadTemplate> {
  const key = JSON.stringify([name, given]);
  const read = known.get(key) ?? transformTemplate(name, given);
  known.set(key, read);
  return read;
}

interface Transformed {
  answer: Pick<ReadTemplate, 'source' | 'transformed'> | null;
  error: string | null;
}

let transformer: PythonLines<Transformed> | undefined;
afterAll(() => transformer?.close());

/** The same without memory. */
export async function transformTemplate(name: 'template' | 'attach', given: Values = {}): Promise<ReadTemplate> {
  const parameters = { ...REQUIRED[name], ...given };
  transformer ??= startPython(join(import.meta.dirname, 'transform.py'), '{"answer"');
  const { answer: read, error } = await transformer.ask([join(ROOT, 'infra', `${name}.yaml`), parameters]);
  if (read === null) throw new Error(error ?? 'no answer');
  const defaults = Object.entries(read.source.Parameters).flatMap(([parameter, { Default }]) =>
    Default === undefined ? [] : [[parameter, Default] as const],
  );
  return { ...read, values: { ...Object.fromEntries(defaults), ...parameters } };
}

export function actionsOf(policies: Policy[]): string[] {
  return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.flatMap(({ Action }) => Action)).sort();
}

/** The one resource that a test is about; throws when the template has no such resource. */
export function resource(template: Template, name: string): Resource {
  const found = template.Resources[name];
  if (!found) throw new Error(`the template has no ${name}, only ${Object.keys(template.Resources).join(', ')}`);
  return found;
}
