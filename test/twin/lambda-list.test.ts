import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { clientsOn, failureOf, ORDERS, ordersWorld } from './support.ts';

const names = Array.from({ length: 120 }, (_, i) => `fn-${String(i).padStart(3, '0')}`);
const manyFunctions = () =>
  ordersWorld({ functions: names.toReversed().map((functionName) => ({ ...ORDERS, functionName })) });

describe('ListFunctions, over HTTP', () => {
  it('lists all functions in pages of at most 50, each with its configuration', async () => {
    const { lambda } = await clientsOn(manyFunctions());
    const pages: (string | undefined)[][] = [];
    let Marker: string | undefined;
    do {
      const page = await lambda.send(new ListFunctionsCommand({ Marker }));
      pages.push((page.Functions ?? []).map(({ FunctionName }) => FunctionName));
      Marker = page.NextMarker;
      expect(page.Functions?.[0]).toMatchObject({ MemorySize: 2048, Version: '$LATEST', Architectures: ['arm64'] });
    } while (Marker);
    expect(pages.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(pages.flat()).toEqual(names);
  });

  it('takes a smaller page, and refuses a marker that it did not give', async () => {
    const { lambda } = await clientsOn(manyFunctions());
    const { Functions, NextMarker } = await lambda.send(new ListFunctionsCommand({ MaxItems: 7 }));
    expect([Functions?.length, NextMarker === undefined]).toEqual([7, false]);
    expect(await failureOf(lambda.send(new ListFunctionsCommand({ Marker: 'gone' })))).toBe(
      'InvalidParameterValueException 400',
    );
  });

  it('has none to list in an empty account', async () => {
    const { lambda } = await clientsOn(ordersWorld({ functions: [] }));
    const { Functions, NextMarker } = await lambda.send(new ListFunctionsCommand({}));
    expect([Functions, NextMarker]).toEqual([[], undefined]);
  });
});
