/** The whole system, made from checked settings. */
import * as pulumi from '@pulumi/pulumi';
import { createAlarms } from './alarms';
import { createController } from './controller';
import type { Settings } from './settings';
import { createWorker } from './worker';

export function createApplication(settings: Settings) {
  const worker = createWorker(settings);
  const controller = createController(worker, settings);
  return {
    target: pulumi.interpolate`${worker.alias.functionName}:${worker.alias.name}`,
    workerAliasArn: worker.alias.arn,
    jobQueueUrl: worker.queue.url,
    jobDeadLetterQueueArn: worker.deadLetters.arn,
    dataBucketName: worker.bucket.bucket,
    eventBusName: worker.bus.name,
    controllerFunctionName: controller.name,
    alarmTopicArn: createAlarms(worker, controller, settings),
  };
}
