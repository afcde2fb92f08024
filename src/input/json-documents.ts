/** The answers of GetMetricData in a text: one, an array of them, or several one after the other. */
import { z } from 'zod';
import { InputError } from '../errors.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const ANSWER = z.looseObject({
  MetricDataResults: z.array(
    z.looseObject({
      Id: z.string().optional(),
      Label: z.string().optional(),
      Timestamps: z.array(z.union([z.string(), z.number()])),
      Values: z.array(z.number('must be a number')),
      StatusCode: z.string().optional(),
    }),
  ),
  NextToken: z.string().optional(),
});

export type MetricDataAnswer = z.infer<typeof ANSWER>;
export type MetricDataResult = MetricDataAnswer['MetricDataResults'][number];

/** JSON, but of something else than metrics, such as an index of files. */
export class NoMetricsError extends InputError {}

/** Throws an InputError that says where the text is no JSON, or what in it is no answer of GetMetricData. */
export function parseAnswers(text: string, source: string): MetricDataAnswer[] {
  const documents = splitDocuments(text).flatMap((part) => {
    const parsed = parseJson(part, source);
    return Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  });
  return documents.map((document, index) => {
    const answer = ANSWER.safeParse(document);
    if (answer.success) return answer.data;
    const place = documents.length > 1 ? `, page ${index + 1}` : '';
    const issues = answer.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.join('.') || 'document'}: ${issue.message}`);
    const Refusal = documents.some(isLikeAnswer) ? InputError : NoMetricsError;
    throw new Refusal(
      `${source}${place} is not what "aws cloudwatch get-metric-data" prints: ${issues.join('; ')}. ` +
        'Give its whole JSON output ({"MetricDataResults": [...]}), or a CSV.',
    );
  });
}

function isLikeAnswer(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'MetricDataResults' in document;
}

function parseJson(part: { text: string; line: number }, source: string): unknown {
  try {
    return JSON.parse(part.text);
  } catch (error) {
    const where = part.line > 1 ? ` in the document that begins in line ${part.line}` : '';
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`${source} is not valid JSON${where}: ${why}. Is the file complete?`);
  }
}

/** Cuts a text after each bracket that closes a document. What is left over at the end is a part too. */
function splitDocuments(text: string): { text: string; line: number }[] {
  const parts: { text: string; line: number }[] = [];
  let start = 0;
  let line = 1;
  for (const end of [...documentEnds(text), text.length]) {
    const part = text.slice(start, end);
    const blank = /^[\s,]*/.exec(part)![0];
    if (blank.length < part.length) parts.push({ text: part.slice(blank.length), line: line + newlines(blank) });
    line += newlines(part);
    start = end;
  }
  return parts;
}

/** A loop over the characters, because a regular expression for strings overflows the stack on long ones. */
function documentEnds(text: string): number[] {
  const ends: number[] = [];
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString && char === '\\') i++;
    else if (char === '"') inString = !inString;
    else if (!inString && (char === '{' || char === '[')) depth++;
    else if (!inString && (char === '}' || char === ']') && --depth === 0) ends.push(i + 1);
  }
  return ends;
}

function newlines(text: string): number {
  return text.split('\n').length - 1;
}
