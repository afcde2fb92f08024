/** The caller's rights, the controller and its rights, and the clock. */
import type { Fact, UsageFacts } from '../facts.ts';
import { isoUtc, MINUTE_MS } from '../../time.ts';
import { type Check, type Examined, sum, verdict } from '../check.ts';
import { ownActions } from './actions.ts';

export function callerPermissions(x: Examined): Check {
  const say = verdict('caller-permissions', 'what may not be read is not checked');
  const { facts } = x;
  const asked: Fact<unknown>[] = [
    ...[facts.fn, facts.alias, facts.aliases, facts.tags, facts.provisioned, facts.reserved, facts.account],
    ...[facts.eventSources, facts.targets, facts.actions, facts.policies, facts.activities, facts.usage],
  ];
  const denied = [...new Set(asked.flatMap((fact) => (fact.known ? [] : [fact.action])))];
  const seen = `${asked.filter(({ known }) => known).length} of ${asked.length} kinds of reading are allowed`;
  if (denied.length === 0) return say.pass(`${seen}; writing is only tried by apply and eject`);
  return say.warn(`${seen}; refused: ${denied.join(', ')}`, `allow the caller ${denied.join(', ')} on *`);
}

/** The steps of the usage that lie in the last two hours. */
function lately(values: Float64Array): Float64Array {
  return values.subarray(-2);
}

export function controller(x: Examined): Check {
  const say = verdict('controller', 'without its runs the schedule ends within a day and returns to its baseline');
  return say.on(x.facts.usage, ({ controller: runs, ...usage }) => {
    const [ticks, failures] = [sum(lately(runs.ticks)), sum(lately(runs.failures))];
    if (sum(runs.ticks) === 0) {
      const own = ownActions(x).length;
      const fix = 'deploy infra/template.yaml or infra/attach.yaml with this alias among its targets';
      return own > 0
        ? say.warn(
            `${own} actions of Prewarm, but no run of a controller for this alias in 7 days`,
            `${fix}, or remove what is left: prewarm eject`,
          )
        : say.skipped('no run of a controller for this alias in 7 days: not deployed, or for other targets');
    }
    if (ticks === 0) {
      return say.fail(
        `no run since about ${isoUtc(lastStepMs(runs.ticks, usage))}`,
        'look at the alarm and the log of the controller: its schedule, its concurrency, its errors',
      );
    }
    const seen = `${ticks} runs in the last two hours, ${failures} failed`;
    if (failures === 0) return say.pass(seen);
    return failures >= ticks / 2 ? say.fail(seen, LOG_FIX) : say.warn(seen, LOG_FIX);
  });
}

const LOG_FIX =
  "its log has the message: aws logs tail /prewarm/STACK/controller --since 2h --filter-pattern '{ $.level >= 50 }'";

function lastStepMs(
  values: Float64Array,
  { startMs, stepSeconds }: Pick<UsageFacts, 'startMs' | 'stepSeconds'>,
): number {
  return startMs + (values.findLastIndex((value) => value > 0) + 1) * stepSeconds * 1000;
}

const READING = [
  'cloudwatch:GetMetricData',
  'application-autoscaling:DescribeScalableTargets',
  'application-autoscaling:DescribeScheduledActions',
  'lambda:GetAlias',
  'lambda:GetFunctionConfiguration',
  'lambda:GetProvisionedConcurrencyConfig',
];
const WRITING = [
  'application-autoscaling:PutScheduledAction',
  'application-autoscaling:DeleteScheduledAction',
  'application-autoscaling:RegisterScalableTarget',
  'lambda:PutProvisionedConcurrencyConfig',
  'lambda:DeleteProvisionedConcurrencyConfig',
  'cloudwatch:DescribeAlarms',
  'cloudwatch:PutMetricAlarm',
  'cloudwatch:DeleteAlarms',
];

/** A policy cannot be read without IAM's own API; what a role may do shows in what it has done. */
export function controllerPermissions(x: Examined): Check {
  const say = verdict('controller-permissions', 'the controller needs six rights to observe and eight more to act');
  return say.on(x.facts.usage, ({ controller: runs }) => {
    const [ticks, failures, writes] = [runs.ticks, runs.failures, runs.writes].map((values) => sum(lately(values)));
    const simulate = `aws iam simulate-principal-policy --policy-source-arn "$(aws lambda get-function-configuration --function-name CONTROLLER --query Role --output text)" --action-names ${[...READING, ...WRITING].join(' ')}`;
    if (!ticks) return say.skipped('not seen at work in the last two hours; IAM can be asked', simulate);
    if (failures)
      return say.warn(`${failures} of ${ticks} runs failed: a missing right is one possible reason`, simulate);
    return say.pass(
      writes
        ? `${ticks} runs read and wrote (${writes} writes) without a refusal in the last two hours`
        : `${ticks} runs read without a refusal in the last two hours; they wrote nothing, so the rights to write are not proven`,
    );
  });
}

const TOLERATED_MS = 30_000;
/** AWS refuses signatures that are older. */
const REFUSED_MS = 5 * MINUTE_MS;

export function clock(x: Examined): Check {
  const say = verdict(
    'clock',
    'times in a schedule are UTC, and AWS refuses requests whose time is minutes away from its own',
  );
  const ahead = x.facts.clockAheadMs;
  if (ahead === null) return say.skipped('no answer carried a time');
  const seen = `this machine's clock is ${Math.abs(Math.round(ahead / 1000))} s ${ahead > 0 ? 'behind' : 'ahead of'} AWS's`;
  const fix = 'synchronise the clock: timedatectl set-ntp true';
  if (Math.abs(ahead) > REFUSED_MS) return say.fail(seen, fix);
  return Math.abs(ahead) > TOLERATED_MS ? say.warn(seen, fix) : say.pass(seen);
}
