import { expect, it } from 'vitest';
import { assertTarget, resourceId } from '../../src/aws/target.ts';
import { InputError } from '../../src/errors.ts';

it('names an alias as Application Auto Scaling does', () => {
  expect(resourceId({ functionName: 'my-function', alias: 'prod_1' })).toBe('function:my-function:prod_1');
});

it.each([
  ['$LATEST', 'worker', '$LATEST', /cannot hold provisioned concurrency/],
  ['a version number', 'worker', '7', /version number/],
  ['an empty alias', 'worker', '', /not an alias's name/],
  ['an alias with a colon', 'worker', 'a:b', /not an alias's name/],
  ['an ARN', 'arn:aws:lambda:eu-central-1:123456789012:function:worker', 'live', /plain name/],
  ['a function with its qualifier', 'worker:live', 'live', /plain name/],
  ['an empty function name', '', 'live', /plain name/],
  ['a path', '../worker', 'live', /plain name/],
])('refuses %s', (_, functionName, alias, message) => {
  expect(() => assertTarget({ functionName, alias })).toThrow(InputError);
  expect(() => assertTarget({ functionName, alias })).toThrow(message);
});
