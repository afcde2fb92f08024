/** The container worker behind its alias, the queue that feeds it, and the scalable target of its provisioned concurrency. */
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { keyStatements, logGroup, logStatement, policyDocument, secureQueue, serviceRole, TAGS } from './policies';
import type { Settings } from './settings';

const DAY_SECONDS = 86_400;

export interface Worker {
  fn: aws.lambda.Function;
  alias: aws.lambda.Alias;
  queue: aws.sqs.Queue;
  deadLetters: aws.sqs.Queue;
  bucket: aws.s3.Bucket;
  bus: aws.cloudwatch.EventBus;
  jobs: aws.lambda.EventSourceMapping;
}

export function createWorker(settings: Settings): Worker {
  const { queue, deadLetters } = createQueues(settings);
  const bucket = createBucket(settings);
  const table = new aws.dynamodb.Table('idempotency', {
    billingMode: 'PAY_PER_REQUEST',
    hashKey: 'id',
    attributes: [{ name: 'id', type: 'S' }],
    ttl: { attributeName: 'expiresAt', enabled: true },
    tags: TAGS,
  });
  const bus = new aws.cloudwatch.EventBus('jobs', { tags: TAGS });
  const logs = logGroup('worker', settings);
  const role = serviceRole('worker', 'lambda.amazonaws.com', [
    logStatement(logs),
    {
      Sid: 'TakeJobs',
      Effect: 'Allow',
      Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
      Resource: queue.arn,
    },
    { Sid: 'ReadRows', Effect: 'Allow', Action: 's3:GetObject', Resource: pulumi.interpolate`${bucket.arn}/*` },
    {
      Sid: 'WriteResults',
      Effect: 'Allow',
      Action: 's3:PutObject',
      Resource: pulumi.interpolate`${bucket.arn}/results/*`,
    },
    {
      Sid: 'WorkOnce',
      Effect: 'Allow',
      Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Resource: table.arn,
    },
    { Sid: 'TellOfJobs', Effect: 'Allow', Action: 'events:PutEvents', Resource: bus.arn },
    ...keyStatements(settings),
  ]);
  const fn = new aws.lambda.Function('worker', {
    description: 'Analytics on marketing data; the function whose cold starts Prewarm removes.',
    packageType: 'Image',
    imageUri: settings.imageUri,
    architectures: [settings.architecture],
    memorySize: settings.memoryMb,
    timeout: settings.timeoutSeconds,
    role: role.arn,
    // A version for each change, for the alias to point to.
    publish: true,
    loggingConfig: { logFormat: 'Text', logGroup: logs.name },
    environment: { variables: { RESULTS_BUCKET: bucket.bucket, RESULTS_BUS: bus.name, IDEMPOTENCY_TABLE: table.name } },
    tags: TAGS,
  });
  // Callers use the alias: provisioned concurrency does not serve requests to the bare function. There is no
  // ProvisionedConcurrencyConfig, because two owners of one number undo each other's work at each deployment.
  const alias = new aws.lambda.Alias('live', { name: 'live', functionName: fn.name, functionVersion: fn.version });
  const jobs = new aws.lambda.EventSourceMapping('jobs', {
    eventSourceArn: queue.arn,
    functionName: alias.arn,
    batchSize: settings.jobBatchSize,
    functionResponseTypes: ['ReportBatchItemFailures'],
    scalingConfig: { maximumConcurrency: settings.jobMaximumConcurrency },
  });
  createScalableTarget(alias, settings);
  return { fn, alias, queue, deadLetters, bucket, bus, jobs };
}

function createQueues(settings: Settings): { queue: aws.sqs.Queue; deadLetters: aws.sqs.Queue } {
  const deadLetters = secureQueue('job-dead-letters', settings.kmsKeyArn, {
    messageRetentionSeconds: 14 * DAY_SECONDS,
  });
  const queue = secureQueue('jobs', settings.kmsKeyArn, {
    // As Lambda asks of a queue that it reads. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeoutSeconds: 6 * settings.timeoutSeconds,
    messageRetentionSeconds: 4 * DAY_SECONDS,
    redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 5 }),
  });
  new aws.sqs.RedriveAllowPolicy('job-dead-letters', {
    queueUrl: deadLetters.url,
    redriveAllowPolicy: pulumi.jsonStringify({ redrivePermission: 'byQueue', sourceQueueArns: [queue.arn] }),
  });
  return { queue, deadLetters };
}

/** Uploads and results; encrypted, private, over TLS only, and kept when the stack goes. */
function createBucket({ kmsKeyArn }: Settings): aws.s3.Bucket {
  const bucket = new aws.s3.Bucket('data', { tags: TAGS }, { retainOnDelete: true });
  if (kmsKeyArn !== '') {
    const byDefault = { sseAlgorithm: 'aws:kms', kmsMasterKeyId: kmsKeyArn };
    new aws.s3.BucketServerSideEncryptionConfiguration('data', {
      bucket: bucket.bucket,
      rules: [{ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled: true }],
    });
  }
  new aws.s3.BucketPublicAccessBlock('data', {
    bucket: bucket.bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  new aws.s3.BucketPolicy('data', {
    bucket: bucket.bucket,
    policy: policyDocument([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]),
  });
  return bucket;
}

/** The one owner of the worker's provisioned concurrency. In observe mode nothing is held, so nothing is billed. */
function createScalableTarget(alias: aws.lambda.Alias, { mode, minCapacity, maxCapacity }: Settings): void {
  new aws.appautoscaling.Target(
    'worker',
    {
      serviceNamespace: 'lambda',
      scalableDimension: 'lambda:function:ProvisionedConcurrency',
      resourceId: pulumi.interpolate`function:${alias.functionName}:${alias.name}`,
      minCapacity: mode === 'act' ? minCapacity : 0,
      maxCapacity,
    },
    // Scheduled actions move the bounds at run time: an update or a refresh must not set them back to what they began with.
    { ignoreChanges: ['minCapacity', 'maxCapacity'] },
  );
}
