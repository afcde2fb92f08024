#!/usr/bin/env node
// Runs the sources as they are: tsx strips the types, so a checkout needs no build step after `npm ci`.
import { register } from 'tsx/esm/api';

// On Node 20 the SDK writes a warning to stderr at every start; the README says which versions are supported.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

register();
const { run } = await import('../src/cli.ts');
const io = { stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, env: process.env, nowMs: Date.now };
// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.exitCode = await run(process.argv.slice(2), io);
