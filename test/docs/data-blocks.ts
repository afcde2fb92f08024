/** Which of the shapes that Prewarm, IAM and CloudWatch take a block of JSON has. */
import * as z from 'zod';
import { calendarSchema, holidaysSchema } from '../../src/config-calendar.ts';
import { configFromEnv } from '../../src/config-env.ts';
import { apiSchema, eventSourceSchema, queueSchema, relatedSchema } from '../../src/config-related.ts';
import { settingsSchema } from '../../src/config.ts';
import { readMetricsText } from '../../src/input/metrics-text.ts';

const action = z.string().regex(/^[a-z0-9-]+:[A-Za-z*]+$/);
const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);
const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z
    .array(
      z.strictObject({
        Sid: z.string().optional(),
        Effect: z.enum(['Allow', 'Deny']),
        /** In policies of resources, such as a key's. */
        Principal: z.partialRecord(z.enum(['AWS', 'Service']), oneOrMore(z.string())).optional(),
        Action: oneOrMore(action),
        Resource: oneOrMore(z.string().regex(/^(\*|arn:aws[a-z-]*:.+)$/)),
        Condition: z.record(z.string(), z.record(z.string(), oneOrMore(z.string()))).optional(),
      }),
    )
    .min(1),
});

const jsonSchemaSchema = z.looseObject({
  $schema: z.literal('https://json-schema.org/draft/2020-12/schema'),
  type: z.string(),
});

const parses = (parse: (text: string) => unknown) => (text: string) => {
  parse(text);
};
const fits = (schema: z.ZodType) => parses((text) => schema.parse(JSON.parse(text)));

/** By name, which is also the second word of an info string where several shapes would do. Throws if the text has it not. */
const SHAPES: Readonly<Record<string, (text: string) => void>> = {
  calendar: fits(calendarSchema.min(1)),
  holidays: fits(holidaysSchema),
  related: fits(relatedSchema),
  queue: fits(queueSchema),
  api: fits(apiSchema),
  'event-source': fits(eventSourceSchema),
  prices: fits(settingsSchema.shape.prices),
  policy: fits(policySchema),
  'json-schema': fits(jsonSchemaSchema),
  targets: parses((text) => configFromEnv({ PREWARM_TARGETS: JSON.stringify(JSON.parse(text)) })),
  metrics: parses((text) => readMetricsText(text, { source: 'the example' })),
};

/** The shapes that a text has, of the one that is named or of all. */
export function shapesOf(text: string, named: string): { shapes: string[]; faults: string[] } {
  const tried = named === '' ? Object.keys(SHAPES) : [named];
  const [shapes, faults]: [string[], string[]] = [[], []];
  for (const name of tried) {
    try {
      const check = SHAPES[name];
      if (check === undefined) throw new Error(`is no known shape; known are ${Object.keys(SHAPES).join(', ')}`);
      check(text);
      shapes.push(name);
    } catch (error) {
      faults.push(`${name}: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`);
    }
  }
  return { shapes, faults };
}
