/** The stack's configuration, checked: every fault is reported at once, before anything is made. */
import * as pulumi from '@pulumi/pulumi';
import { neighbourFaults } from './related';

export interface Settings {
  imageUri: string;
  mode: 'observe' | 'act';
  minCapacity: number;
  maxCapacity: number;
  architecture: 'x86_64' | 'arm64';
  memoryMb: number;
  timeoutSeconds: number;
  jobBatchSize: number;
  jobMaximumConcurrency: number;
  logRetentionDays: number;
  alarmTopicArn: string;
  /** A key of one's own for queues, bucket and logs; empty for AWS's. */
  kmsKeyArn: string;
  /** Whether what arrives in the queue counts as demand. */
  followQueue: boolean;
  /** Whether the queue's maximum concurrency follows the plan in act mode, up to jobMaximumConcurrency. */
  eventSourceFollowsPlan: boolean;
  /** The ARNs of what `settings.related` names. */
  relatedArns: string[];
  /** Of the controller; it checks them itself. */
  settings: Record<string, unknown>;
}

/** The least and the most, as in infra/template.yaml. */
const BOUNDS = {
  minCapacity: [0, 100_000],
  maxCapacity: [1, 100_000],
  memoryMb: [512, 10_240],
  timeoutSeconds: [1, 900],
  jobBatchSize: [1, 10],
  jobMaximumConcurrency: [2, 1000],
  logRetentionDays: [1, 3653],
} as const;

const DEFAULTS = {
  minCapacity: 0,
  maxCapacity: 10,
  memoryMb: 2048,
  timeoutSeconds: 60,
  jobBatchSize: 10,
  jobMaximumConcurrency: 10,
  logRetentionDays: 30,
} as const;

const IMAGE = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\/[a-z0-9._/-]+(:[\w.-]+|@sha256:[0-9a-f]{64})$/;

const KEY = /^arn:aws[a-zA-Z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;

/** Throws one error that lists every fault. */
export function readSettings(): Settings {
  const config = new pulumi.Config('prewarm');
  const faults: string[] = [];
  const number = (name: keyof typeof BOUNDS): number => {
    const value = Number(config.get(name) ?? DEFAULTS[name]);
    const [least, most] = BOUNDS[name];
    if (!Number.isInteger(value) || value < least || value > most) {
      faults.push(`${name} = ${config.get(name) ?? ''}: must be a whole number from ${least} to ${most}`);
    }
    return value;
  };
  const oneOf = <Value extends string>(name: string, allowed: readonly [Value, ...Value[]]): Value => {
    const value = config.get(name) ?? allowed[0];
    if (!allowed.includes(value as Value)) faults.push(`${name} = ${value}: must be one of ${allowed.join(', ')}`);
    return value as Value;
  };
  const yesOrNo = (name: string, byDefault: 'yes' | 'no') =>
    oneOf(name, byDefault === 'yes' ? ['yes', 'no'] : ['no', 'yes']) === 'yes';
  const imageUri = config.get('imageUri') ?? '';
  if (!IMAGE.test(imageUri)) {
    faults.push(`imageUri = ${imageUri}: must be the URI of an image in Amazon ECR, with a tag or (better) a digest`);
  }
  const settings: Settings = {
    imageUri,
    mode: oneOf('mode', ['observe', 'act']),
    minCapacity: number('minCapacity'),
    maxCapacity: number('maxCapacity'),
    architecture: oneOf('architecture', ['x86_64', 'arm64']),
    memoryMb: number('memoryMb'),
    timeoutSeconds: number('timeoutSeconds'),
    jobBatchSize: number('jobBatchSize'),
    jobMaximumConcurrency: number('jobMaximumConcurrency'),
    logRetentionDays: number('logRetentionDays'),
    alarmTopicArn: config.get('alarmTopicArn') ?? '',
    kmsKeyArn: config.get('kmsKeyArn') ?? '',
    followQueue: yesOrNo('followQueue', 'yes'),
    eventSourceFollowsPlan: yesOrNo('eventSourceFollowsPlan', 'no'),
    relatedArns: config.getObject<string[]>('relatedArns') ?? [],
    settings: config.getObject<Record<string, unknown>>('settings') ?? {},
  };
  if (settings.kmsKeyArn !== '' && !KEY.test(settings.kmsKeyArn)) {
    faults.push(`kmsKeyArn = ${settings.kmsKeyArn}: must be the ARN of a KMS key (of the key, not of an alias)`);
  }
  if (settings.minCapacity > settings.maxCapacity) {
    faults.push(`minCapacity = ${settings.minCapacity}: must not exceed maxCapacity = ${settings.maxCapacity}`);
  }
  faults.push(...neighbourFaults(settings));
  if (faults.length > 0) throw new Error(`the configuration of the stack is wrong:\n  ${faults.join('\n  ')}`);
  return settings;
}
