/**
 * Stands in for the compiled part of aws-lambda-ric, which posts results to the Runtime API; everything else of the
 * client is AWS's own. Loaded with `node --import`. Compiling the original takes minutes and a C++ toolchain.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import http from 'node:http';
import Module from 'node:module';
import process from 'node:process';

function post(path, body, headers = {}) {
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
  const request = http.request({ host, port, method: 'POST', path: `/2018-06-01/runtime/invocation/${path}`, headers });
  request.end(body);
}

const nativeClient = {
  done: (id, body) => post(`${id}/response`, body),
  error: (id, body) => post(`${id}/error`, body, { 'Lambda-Runtime-Function-Error-Type': JSON.parse(body).errorType }),
};

const load = Module._load;
Module._load = (request, ...rest) => (request.endsWith('/rapid-client.node') ? nativeClient : load(request, ...rest));
