/** Small pieces that every role and queue needs. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Settings } from './settings';

export const TAGS = { Application: 'prewarm' };

export interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Action: string | string[];
  Resource: pulumi.Input<string> | pulumi.Input<string>[];
  Principal?: string | Record<string, string>;
  Condition?: Record<string, Record<string, pulumi.Input<string> | string[]>>;
}

export function policyDocument(statements: Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: '2012-10-17', Statement: statements });
}

/** A role for one service, which may do what the statements say and nothing else. */
export function serviceRole(name: string, service: string, statements: Statement[]): aws.iam.Role {
  const role = new aws.iam.Role(name, {
    assumeRolePolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    }),
    tags: TAGS,
  });
  new aws.iam.RolePolicy(`${name}-policy`, { role: role.id, policy: policyDocument(statements) });
  return role;
}

export function logStatement(group: aws.cloudwatch.LogGroup): Statement {
  return {
    Sid: 'Log',
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: pulumi.interpolate`${group.arn}:*`,
  };
}

/** To write the bounds and scheduled actions of scalable targets: their ARNs end in an opaque id, so only their kind narrows them. */
export function scheduleStatement(Sid: string, kind: Record<string, string | string[]>): Statement {
  const { partition } = aws.getPartitionOutput();
  const { region } = aws.getRegionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const conditions = Object.entries(kind).map(([key, value]) => [`application-autoscaling:${key}`, value] as const);
  return {
    Sid,
    Effect: 'Allow',
    Action: [
      'application-autoscaling:PutScheduledAction',
      'application-autoscaling:DeleteScheduledAction',
      'application-autoscaling:RegisterScalableTarget',
    ],
    Resource: pulumi.interpolate`arn:${partition}:application-autoscaling:${region}:${accountId}:scalable-target/*`,
    Condition: { StringEquals: Object.fromEntries(conditions) },
  };
}

/** Logs for a stated time, under a key of one's own where there is one. */
export function logGroup(name: string, { logRetentionDays, kmsKeyArn }: Settings): aws.cloudwatch.LogGroup {
  const key = kmsKeyArn === '' ? {} : { kmsKeyId: kmsKeyArn };
  return new aws.cloudwatch.LogGroup(name, { retentionInDays: logRetentionDays, ...key, tags: TAGS });
}

/** For a role that puts into a queue or bucket under the key, or takes from it. */
export function keyStatements({ kmsKeyArn }: Settings): Statement[] {
  if (kmsKeyArn === '') return [];
  return [{ Sid: 'UseKey', Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: kmsKeyArn }];
}

/** An encrypted queue that answers to TLS only. */
export function secureQueue(name: string, kmsKeyArn: string, args: aws.sqs.QueueArgs): aws.sqs.Queue {
  const encryption = kmsKeyArn === '' ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: kmsKeyArn };
  const queue = new aws.sqs.Queue(name, { ...encryption, tags: TAGS, ...args });
  new aws.sqs.QueuePolicy(`${name}-tls`, {
    queueUrl: queue.url,
    policy: policyDocument([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sqs:*',
        Resource: queue.arn,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]),
  });
  return queue;
}
