/** ListFunctions. https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html */
import { AwsError } from './aws-error.ts';
import type { LambdaApi } from './lambda-api.ts';

/** "Lambda returns up to 50 functions per call." */
const PAGE = 50;

/** The $LATEST configurations in the order of their names, page by page; a marker is the number of functions before it. */
export function listFunctions(lambda: LambdaApi, names: readonly string[], query: URLSearchParams): object {
  const first = markerOf(query.get('Marker'));
  const size = Math.min(PAGE, Number(query.get('MaxItems') ?? PAGE));
  const page = names.toSorted().slice(first, first + size);
  const next = first + size;
  return {
    ...(next < names.length ? { NextMarker: btoa(`functions:${next}`) } : {}),
    Functions: page.map((name) => lambda.getFunctionConfiguration(name)),
  };
}

function markerOf(marker: string | null): number {
  if (marker === null) return 0;
  const [, number] = /^functions:(\d+)$/.exec(decoded(marker)) ?? [];
  if (number !== undefined) return Number(number);
  throw new AwsError('InvalidParameterValueException', 'The marker is not one of this list.');
}

function decoded(text: string): string {
  try {
    return atob(text);
  } catch {
    return '';
  }
}
