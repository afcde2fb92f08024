/** What arrives in front of a function: messages in its queue, requests at its API, as CloudWatch counted them. */
import type { ApiSettings, QueueSettings } from '../config-related.ts';
import type { ArrivalSeries, ArrivalsSource } from '../controller/ports.ts';
import type { AwsClients } from './clients.ts';
import { fetchMetricData, type MetricQuery } from './metric-data.ts';

const LARGEST_COUNT = 1e12;
/** A queue keeps messages for 14 days at most. */
const LARGEST_AGE_SECONDS = 14 * 86_400;

/**
 * AWS/SQS NumberOfMessagesSent and ApproximateAgeOfOldestMessage; AWS/ApiGateway Count less what was refused as the caller's
 * fault (4XXError), which nobody is invoked for: else strangers could raise a plan. CloudWatch bills each metric of each
 * request as it does those of the function: two for a queue, two for an API. IAM: cloudwatch:GetMetricData.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
 */
export function createArrivalsSource(aws: AwsClients): ArrivalsSource {
  return {
    async read({ target, queue, api }, { startMs, stepSeconds, length }) {
      const queries = [...(queue ? queueQueries(queue) : []), ...(api ? apiQueries(api) : [])];
      const stepMs = stepSeconds * 1000;
      const span = { fromMs: startMs, toMs: startMs + length * stepMs, stepSeconds };
      const data = queries.length > 0 && length > 0 ? await fetchMetricData(aws, target, queries, span) : null;
      const onGrid = (id: ArrivalQuery['id']) => {
        const values = new Float64Array(length).fill(NaN);
        const points = data?.series.get(id);
        points?.timesMs.forEach((timeMs, i) => {
          const step = Math.floor((timeMs - startMs) / stepMs);
          // Of two values for a step the larger is the later: CloudWatch adds until it is complete.
          values[step] = Math.max(values[step] || 0, points.values[i] ?? 0);
        });
        return values;
      };
      const refused = onGrid('apiRefused');
      return {
        messagesSent: onGrid('messagesSent'),
        oldestAgeSeconds: onGrid('oldestAgeSeconds'),
        apiRequests: onGrid('apiRequests').map((count, step) => Math.max(0, count - (refused[step] || 0))),
      };
    },
  };
}

type ArrivalQuery = MetricQuery & { id: keyof ArrivalSeries | 'apiRefused' };

function queueQueries({ name }: QueueSettings): ArrivalQuery[] {
  const common = { namespace: 'AWS/SQS', dimensions: { QueueName: name } };
  return [
    {
      ...common,
      id: 'messagesSent',
      metricName: 'NumberOfMessagesSent',
      statistic: 'Sum',
      largest: LARGEST_COUNT,
    },
    {
      ...common,
      id: 'oldestAgeSeconds',
      metricName: 'ApproximateAgeOfOldestMessage',
      statistic: 'Maximum',
      largest: LARGEST_AGE_SECONDS,
    },
  ];
}

/** REST APIs and HTTP APIs name their metrics differently. */
function apiQueries({ name, id, stage }: ApiSettings): ArrivalQuery[] {
  const common = {
    namespace: 'AWS/ApiGateway',
    statistic: 'Sum' as const,
    largest: LARGEST_COUNT,
    dimensions: {
      ...(name === undefined ? {} : { ApiName: name }),
      ...(id === undefined ? {} : { ApiId: id }),
      ...(stage === undefined ? {} : { Stage: stage }),
    },
  };
  return [
    { ...common, id: 'apiRequests', metricName: 'Count' },
    { ...common, id: 'apiRefused', metricName: id === undefined ? '4XXError' : '4xx' },
  ];
}
