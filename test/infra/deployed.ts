/**
 * What CloudFormation makes of a template for given parameters: conditions decided, resources without their condition gone,
 * parameters, maps and choices replaced by values. References between resources stay as they are: they are what tests ask for.
 */
import type { Template, Values } from './cloudformation.ts';

const NO_VALUE = Symbol('AWS::NoValue');

/** Throws for parameters that break a rule of the template, as CloudFormation would. */
export function deployed(template: Template, values: Values): Template {
  const scope = { template, values };
  for (const { RuleCondition, Assertions } of Object.values(template.Rules ?? {})) {
    if (!decide(RuleCondition, scope)) continue;
    for (const { Assert, AssertDescription } of Assertions) {
      if (!decide(Assert, scope)) throw new Error(AssertDescription);
    }
  }
  const kept = Object.entries(template.Resources).filter(
    ([, { Condition }]) => Condition === undefined || decide({ Condition }, scope),
  );
  return {
    ...template,
    Resources: Object.fromEntries(kept.map(([name, resource]) => [name, resolve(resource, scope)])),
    Outputs: resolve(template.Outputs, scope),
  } as Template;
}

interface Scope {
  template: Template;
  values: Values;
}

function decide(condition: unknown, scope: Scope): boolean {
  if (typeof condition === 'string') return decide({ Condition: condition }, scope);
  const [[name, given] = ['', null]] = Object.entries(condition as Record<string, unknown>);
  const list = Array.isArray(given) ? (given as unknown[]) : [];
  switch (name) {
    case 'Condition': {
      const named = scope.template.Conditions[String(given)];
      if (named === undefined) throw new Error(`there is no condition ${String(given)}`);
      return decide(named, scope);
    }
    case 'Fn::Equals':
      return String(resolve(list[0], scope)) === String(resolve(list[1], scope));
    case 'Fn::Not':
      return !decide(list[0], scope);
    case 'Fn::And':
      return list.every((part) => decide(part, scope));
    case 'Fn::Or':
      return list.some((part) => decide(part, scope));
    case 'Fn::EachMemberEquals':
      return String(resolve(list[0], scope))
        .split(',')
        .every((member) => member === list[1]);
    case 'Fn::Contains':
      return (list[0] as unknown[]).map(String).includes(String(resolve(list[1], scope)));
    default:
      throw new Error(`a condition of a kind that is not known here: ${name}`);
  }
}

function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== NO_VALUE);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first) {
    const special = resolveFunction(first[0], first[1], scope);
    if (special !== undefined) return special;
  }
  const resolved = entries.map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
}

/** Undefined for what stays as it is. */
function resolveFunction(name: string, given: unknown, scope: Scope): unknown {
  if (name === 'Ref') return given === 'AWS::NoValue' ? NO_VALUE : valueOf(String(given), scope);
  if (name === 'Fn::If') {
    const [condition, then, otherwise] = given as unknown[];
    return resolve(decide(condition, scope) ? then : otherwise, scope);
  }
  return name === 'Fn::FindInMap' ? findInMap(given as unknown[], scope) : resolveText(name, given, scope);
}

/** Only of parameters: what a resource becomes is not known here. */
function resolveText(name: string, given: unknown, scope: Scope): unknown {
  const [text, parts] = Array.isArray(given) ? [given[0] as unknown, resolve(given[1], scope)] : [];
  if (name === 'Fn::Split' && typeof parts === 'string') return parts.split(String(text));
  if (name === 'Fn::Join' && Array.isArray(parts) && parts.every((part) => typeof part === 'string'))
    return parts.join(String(text));
  if (name === 'Fn::Sub' && typeof given === 'string') return substituted(given, scope);
  return undefined;
}

function valueOf(parameter: string, { template, values }: Scope): unknown {
  const isList = template.Parameters[parameter]?.Type === 'CommaDelimitedList';
  return isList ? String(values[parameter]).split(',') : values[parameter];
}

/** The text with the values of parameters; undefined where it names anything else. */
function substituted(text: string, { values }: Scope): string | undefined {
  const names = [...text.matchAll(/\$\{([A-Za-z0-9:.]+)\}/g)].map((match) => match[1]!);
  if (names.length === 0 || names.some((name) => values[name] === undefined)) return undefined;
  return text.replaceAll(/\$\{([A-Za-z0-9:.]+)\}/g, (_, name: string) => String(values[name]));
}

function findInMap(path: readonly unknown[], scope: Scope): unknown {
  const [map = '', row = '', column = ''] = path.map((part) => String(resolve(part, scope)));
  const found = scope.template.Mappings?.[map]?.[row]?.[column];
  if (found === undefined) throw new Error(`there is no ${map}.${row}.${column}`);
  return found;
}

/** Every name that the template refers to within itself: by Ref, GetAtt, Sub, DependsOn. */
export function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref') return [String(item)];
    if (key === 'Fn::GetAtt') return [Array.isArray(item) ? String(item[0]) : String(item).split('.')[0]!];
    if (key === 'DependsOn') return [item].flat().map(String);
    if (key === 'Fn::Sub') {
      const [text, names] = (Array.isArray(item) ? item : [item, {}]) as [string, Record<string, unknown>];
      const inText = [...text.matchAll(/\$\{([A-Za-z0-9:]+)(\.[A-Za-z]+)?\}/g)].map((match) => match[1]!);
      return [...inText.filter((name) => !(name in names)), ...references(names)];
    }
    return references(item);
  });
}
