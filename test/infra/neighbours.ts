/** Neighbours of each service whose rights the templates know, with the ARNs under which IAM knows them. */
const SIZE = { unitsPerConcurrentExecution: 2, minCapacity: 1, maxCapacity: 400 };
const ARN = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:111122223333:${resource}`;

export const TABLE = {
  namespace: 'dynamodb',
  resourceId: 'table/results',
  scalableDimension: 'dynamodb:table:WriteCapacityUnits',
};
export const SERVICE = {
  namespace: 'ecs',
  resourceId: 'service/main/features',
  scalableDimension: 'ecs:service:DesiredCount',
};

/** What Application Auto Scaling checks on its caller: "Permissions required for API actions on target services" in
 * https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html */
export const NEIGHBOURS = [
  {
    entry: { ...TABLE, ...SIZE },
    arn: ARN('dynamodb', 'table/results'),
    checked: ['dynamodb:DescribeTable', 'dynamodb:UpdateTable'],
  },
  {
    entry: { ...SERVICE, ...SIZE },
    arn: ARN('ecs', 'service/main/features'),
    checked: ['ecs:DescribeServices', 'ecs:UpdateService'],
  },
  {
    entry: { namespace: 'rds', resourceId: 'cluster:main', scalableDimension: 'rds:cluster:ReadReplicaCount', ...SIZE },
    arn: ARN('rds', 'cluster:main'),
    checked: [
      'rds:AddTagsToResource',
      'rds:CreateDBInstance',
      'rds:DeleteDBInstance',
      'rds:DescribeDBClusters',
      'rds:DescribeDBInstances',
    ],
  },
  {
    entry: {
      namespace: 'sagemaker',
      resourceId: 'endpoint/churn/variant/all',
      scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      ...SIZE,
    },
    arn: ARN('sagemaker', 'endpoint/churn'),
    checked: [
      'sagemaker:DescribeEndpoint',
      'sagemaker:DescribeEndpointConfig',
      'sagemaker:UpdateEndpointWeightsAndCapacities',
    ],
  },
] as const;
