/** POST /jobs as API Gateway carries it out, by the template's own mapping, against moto's SQS. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MotoServer, startMoto } from '../contract/moto-server.ts';
import { readTemplate, resource } from './cloudformation.ts';
import { deployed } from './deployed.ts';
import { describeWithTools } from './tools.ts';

interface Integration {
  uri: { 'Fn::Sub': string };
  requestParameters: Record<string, string>;
  requestTemplates: Record<string, string>;
  responses: Record<string, { responseTemplates: Record<string, string> }>;
}

const ACCOUNT = '123456789012';
const QUEUE = 'stack-jobs';

describeWithTools('the mapping of POST /jobs', ['python'], () => {
  let moto: MotoServer;
  let integration: Integration;
  beforeAll(async () => {
    moto = await startMoto();
    const { transformed, values } = await readTemplate();
    const { Body } = resource(deployed(transformed, values), 'Api').Properties as {
      Body: { paths: Record<string, { post: Record<string, Integration> }> };
    };
    integration = Body.paths['/jobs']!.post['x-amazon-apigateway-integration']!;
    await query('/', { Action: 'CreateQueue', QueueName: QUEUE });
  }, 120_000);
  afterAll(() => moto.stop());

  const authorization = `AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0`;
  const post = async (path: string, body: string, contentType: string) => {
    const headers = { authorization, 'content-type': contentType };
    const response = await fetch(moto.endpoint + path, { method: 'POST', headers, body });
    const text = await response.text();
    expect(response.status, text).toBe(200);
    return text;
  };
  const query = (path: string, fields: Record<string, string>) =>
    post(path, new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded');
  const inTag = (xml: string, tag: string) => new RegExp(`<${tag}(?:\\s[^>]*)?>([^]*?)</${tag}>`).exec(xml)?.[1] ?? '';
  const unescaped = (xml: string) =>
    xml.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

  it.each([
    ['a plain request', '{"analysis":"summary","rows":[{"spent":1}]}'],
    ['what forms use as separators', '{"analysis":"summary","rows":[{"a&b=c":"100 % + 5"}]}'],
    ['other scripts, quotes and lines', '{"analysis":"segments",\n "csv":"Zürich;\\"東京\\"\\n<1>;2"}'],
  ])('brings %s to the queue unchanged, and answers with the id that the message has', async (_, request) => {
    const template = integration.requestTemplates['application/json']!;
    const body = template.replace('$util.urlEncode($input.body)', () => encodeURIComponent(request));
    const path = integration.uri['Fn::Sub'].split(':path')[1]!.replace('${AWS::AccountId}', ACCOUNT);
    const contentType = integration.requestParameters['integration.request.header.Content-Type']!.slice(1, -1);
    const sent = await post(path.replace('${JobQueue.QueueName}', QUEUE), body, contentType);

    // API Gateway asks for the same answer as JSON; the path of the id in it is the template's.
    const answer = integration.responses['2\\d{2}']!.responseTemplates['application/json']!;
    const idPath = /\$input\.path\('\$\.(.*?)'\)/.exec(answer)![1]!.split('.');
    const jobId = idPath.reduce(inTag, sent);
    expect(JSON.parse(answer.replace(/\$input\.path\(.*?\)/, jobId))).toEqual({ jobId });

    const received = await query(`/${ACCOUNT}/${QUEUE}`, { Action: 'ReceiveMessage' });
    expect(inTag(received, 'MessageId')).toBe(jobId);
    expect(jobId).toMatch(/^[0-9a-f-]{36}$/);
    expect(unescaped(inTag(received, 'Body'))).toBe(request);
  });
});
