/** What the checks found, as text for people and as `prewarm/doctor/1`. */
import * as z from 'zod';
import type { Target } from '../model.ts';
import type { Terminal, Tone } from '../report/terminal.ts';
import { isoUtc } from '../time.ts';
import { type Check, STATUSES } from './check.ts';
import { worstOf } from './doctor.ts';

/** The contract of `prewarm doctor --json`: fields may be added in version 1, none is removed or changes its meaning. */
export const doctorSchema = z.strictObject({
  schema: z.literal('prewarm/doctor/1'),
  target: z.strictObject({ functionName: z.string(), alias: z.string() }),
  region: z.string(),
  now: z.iso.datetime(),
  /** The worst of all checks; skipped ones do not count. */
  status: z.enum(['pass', 'warn', 'fail']),
  checks: z.array(
    z.strictObject({
      id: z.string(),
      status: z.enum(STATUSES),
      saw: z.string(),
      why: z.string(),
      /** The command or parameter that mends it, or answers what was skipped; null where there is nothing to do. */
      fix: z.string().nullable(),
    }),
  ),
});

export type DoctorJson = z.output<typeof doctorSchema>;

export interface DoctorReport {
  target: Target;
  region: string;
  nowMs: number;
  checks: readonly Check[];
}

export function doctorJson({ target, region, nowMs, checks }: DoctorReport): DoctorJson {
  const { functionName, alias } = target;
  return {
    schema: 'prewarm/doctor/1',
    target: { functionName, alias },
    region,
    now: isoUtc(nowMs),
    status: worstOf(checks),
    checks: [...checks],
  };
}

const MARK: Record<Check['status'], { text: string; tone: Tone }> = {
  pass: { text: 'pass', tone: 'good' },
  warn: { text: 'warn', tone: 'warn' },
  fail: { text: 'FAIL', tone: 'bad' },
  skipped: { text: 'skip', tone: 'dim' },
};

export function doctorText({ target, region, nowMs, checks }: DoctorReport, { paint, zone }: Terminal): string {
  const width = Math.max(...checks.map(({ id }) => id.length));
  const indent = ' '.repeat(width + 8);
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  const lines = checks.flatMap(({ id, status, saw, why, fix }) => {
    const mark = MARK[status];
    const details = fix === null ? [] : [paint('dim', `${indent}why  ${why}`), `${indent}fix  ${fix}`];
    return [`${paint(mark.tone, mark.text)}  ${id.padEnd(width)}  ${saw}`, ...details];
  });
  return [
    paint('strong', `${target.functionName}:${target.alias} in ${region} at ${isoUtc(nowMs)}`),
    `times in ${zone}`,
    '',
    ...lines,
    '',
    `${count('fail')} failed, ${count('warn')} to look at, ${count('pass')} passed, ${count('skipped')} skipped`,
  ].join('\n');
}
