/** infra/template.yaml as data: as written, and as CloudFormation sees it after SAM's transform. */
import { join } from 'node:path';
import { ROOT, run, TOOLS } from './tools.ts';

export interface Parameter {
  Type: string;
  Default: string | number;
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
  Metadata?: Record<string, unknown>;
  Properties: Record<string, unknown>;
}

export interface Template {
  Metadata: { 'AWS::CloudFormation::Interface': { ParameterGroups: { Parameters: string[] }[] } };
  Parameters: Record<string, Parameter>;
  Conditions: Record<string, unknown>;
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Description: string; Value: unknown }>;
}

export interface Statement {
  Sid: string;
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}

export interface Policy {
  PolicyName: string;
  PolicyDocument: { Statement: Statement[] };
}

export async function readTemplate(): Promise<{ source: Template; transformed: Template }> {
  const parameters = { WorkerImageUri: `111122223333.dkr.ecr.us-east-1.amazonaws.com/worker@sha256:${'0'.repeat(64)}` };
  const script = join(ROOT, 'test', 'infra', 'transform.py');
  const template = join(ROOT, 'infra', 'template.yaml');
  const { code, stdout, stderr } = await run(TOOLS.python, [script, template, JSON.stringify(parameters)]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { source: Template; transformed: Template };
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
