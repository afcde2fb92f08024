/** The way in over HTTP: what is refused before it costs anything, and where the rest goes. */
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import {
  readTemplate,
  resource,
  type Statement,
  type Template,
  transformTemplate,
  type Values,
} from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { describeWithTools } from './tools.ts';

const ALIAS_ARN = { 'Fn::Sub': '${WorkerFunction.Arn}:live' };
const arnOf = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] });

interface Operation {
  security: unknown;
  requestBody: { content: Record<string, { schema: { $ref: string } }> };
  'x-amazon-apigateway-request-validator': string;
  'x-amazon-apigateway-integration': Record<string, unknown>;
}
interface OpenApi {
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
  paths: Record<string, Record<string, Operation>>;
  'x-amazon-apigateway-request-validators': Record<string, unknown>;
  'x-amazon-apigateway-gateway-responses': Record<string, unknown>;
}

describeWithTools('the API', ['python'], () => {
  let transformed: Template;
  let values: Values;
  beforeAll(async () => ({ transformed, values } = await readTemplate()), 60_000);
  const made = (given: Values = {}) => deployed(transformed, { ...values, ...given });
  const properties = (name: string, given: Values = {}) => resource(made(given), name).Properties;
  const api = (given: Values = {}) => properties('Api', given).Body as OpenApi;
  const operation = (path: string, given: Values = {}) => {
    expect(Object.keys(api(given).paths[path]!)).toEqual(['post']);
    return api(given).paths[path]!.post!;
  };

  it('has these two paths', () => {
    expect(Object.keys(api().paths)).toEqual(['/analyze', '/jobs']);
  });

  it('hands POST /analyze to the alias, and may', () => {
    const { uri, type, httpMethod } = operation('/analyze')['x-amazon-apigateway-integration'];
    expect({ type, httpMethod }).toEqual({ type: 'aws_proxy', httpMethod: 'POST' });
    expect(uri).toEqual({
      'Fn::Sub':
        'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${WorkerFunction.Arn}:live/invocations',
    });
    expect(properties('ApiMayInvokeWorker')).toEqual({
      Action: 'lambda:InvokeFunction',
      FunctionName: ALIAS_ARN,
      Principal: 'apigateway.amazonaws.com',
      SourceArn: {
        'Fn::Sub': 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/v1/POST/analyze',
      },
    });
  });

  it('hands POST /jobs to the queue without a function between, and answers with the job id', () => {
    const integration = operation('/jobs')['x-amazon-apigateway-integration'];
    expect(integration).toMatchObject({
      type: 'aws',
      httpMethod: 'POST',
      uri: {
        'Fn::Sub': 'arn:${AWS::Partition}:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${JobQueue.QueueName}',
      },
      credentials: arnOf('ApiRole'),
      passthroughBehavior: 'never',
      requestParameters: { 'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'" },
      requestTemplates: { 'application/json': 'Action=SendMessage&MessageBody=$util.urlEncode($input.body)' },
    });
    const responses = integration.responses as Record<
      string,
      { statusCode: string; responseTemplates: Record<string, string> }
    >;
    const answerTo = (status: string) =>
      Object.entries(responses).find(([pattern]) => new RegExp(`^${pattern}$`).test(status))?.[1] ?? responses.default!;
    expect(['200', '400', '403', '500'].map((status) => answerTo(status).statusCode)).toEqual([
      '202',
      '400',
      '400',
      '503',
    ]);
    expect(answerTo('200').responseTemplates['application/json']).toBe(
      '{"jobId":"$input.path(\'$.SendMessageResponse.SendMessageResult.MessageId\')"}',
    );
    const { Policies } = properties('ApiRole') as { Policies: { PolicyDocument: { Statement: Statement[] } }[] };
    expect(Policies.flatMap((policy) => policy.PolicyDocument.Statement)).toMatchObject([
      { Action: 'sqs:SendMessage', Resource: arnOf('JobQueue') },
    ]);
  });

  it.each(['/analyze', '/jobs'])('refuses at %s what is no request, before it costs anything', (path) => {
    const { requestBody, 'x-amazon-apigateway-request-validator': validator } = operation(path);
    expect(api()['x-amazon-apigateway-request-validators'][validator]).toMatchObject({ validateRequestBody: true });
    expect(Object.keys(requestBody.content)).toEqual(['application/json']);
    const model = requestBody.content['application/json']!.schema.$ref.split('/').at(-1)!;
    expect(api().components.schemas[model]).toMatchObject({ type: 'object', required: ['analysis'] });
  });

  it.each(['/analyze', '/jobs'])('asks for a signature at %s unless told not to', (path) => {
    expect(operation(path).security).toEqual([{ signed: [] }]);
    expect(api().components.securitySchemes.signed).toMatchObject({ 'x-amazon-apigateway-authtype': 'awsSigv4' });
    expect(operation(path, { ApiAuthorization: 'NONE' }).security).toEqual([]);
  });

  it('tells a refused caller why, as JSON', () => {
    const responses = api()['x-amazon-apigateway-gateway-responses'] as Record<
      string,
      { statusCode: number; responseTemplates: Record<string, string> }
    >;
    const { statusCode, responseTemplates } = responses.BAD_REQUEST_BODY!;
    // API Gateway fills in a text in quotation marks; it knows no functions here.
    const body = responseTemplates['application/json']!.replace(
      '$context.error.messageString',
      '"Invalid request body"',
    );
    expect(statusCode).toBe(400);
    expect(body).not.toContain('$');
    expect(JSON.parse(body)).toMatchObject({
      message: 'Invalid request body',
      faults: [expect.stringContaining('analysis')],
    });
  });

  it('is deployed anew each time, since a changed parameter does not change its text', async () => {
    // SAM names it by the second.
    await setTimeout(1000);
    const again = (await transformTemplate('template')).transformed;
    const deployments = (template: Template) =>
      Object.keys(template.Resources).filter((name) => name.startsWith('ApiDeployment'));
    expect(deployments(again)).not.toEqual(deployments(transformed));
  });

  it('is throttled by its parameters', () => {
    expect(properties('Apiv1Stage', { ApiRateLimit: 7, ApiBurstLimit: 9 }).MethodSettings).toEqual([
      { ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 7, ThrottlingBurstLimit: 9 },
    ]);
  });

  it('logs each request as one JSON object, through a role that stays when the stack goes', () => {
    const { AccessLogSetting } = properties('Apiv1Stage') as { AccessLogSetting: Record<string, string> };
    expect(AccessLogSetting.DestinationArn).toEqual(arnOf('ApiLogGroup'));
    expect(JSON.parse(AccessLogSetting.Format!)).toMatchObject({
      status: '$context.status',
      caller: '$context.identity.userArn',
    });
    expect(resource(made(), 'Api').DependsOn).toBe('ApiAccount');
    for (const name of ['ApiAccount', 'ApiLogRole']) expect(resource(made(), name).DeletionPolicy).toBe('Retain');
    expect(made({ ApiAccessLogs: 'account-role' }).Resources).not.toHaveProperty('ApiAccount');
    expect(properties('Apiv1Stage', { ApiAccessLogs: 'off' })).not.toHaveProperty('AccessLogSetting');
  });
});
