#!/usr/bin/env node
// Runs the sources as they are: a bundle of them is made when there is none yet, so a checkout needs no build step after `npm ci`.
import { importCli } from '../scripts/bundle-cli.mjs';
import { onInterrupt, superviseOnTerminal } from './interrupts.mjs';

// While a plan is computed, JavaScript hears no Ctrl-C: on a terminal a second process computes and this one listens.
if (!(await superviseOnTerminal())) {
  // On Node 20 the SDK writes a warning to stderr at every start; the README says which versions are supported.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

  const { run } = await importCli();
  const { stdout, stderr, stdin, env } = process;
  // A reader that has seen enough (`| head`) closes the pipe: that is no failure. A full disk is one.
  for (const stream of [stdout, stderr])
    stream.on('error', (error) => {
      if (error.code === 'EPIPE') process.exit(0);
      if (stream === stdout) stderr.write(`error: the output cannot be written (${error.message})\n`);
      process.exit(1);
    });
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const interrupt = () => process.kill(process.pid, 'SIGINT');
  const io = { stdout, stderr, stdin, env, nowMs: Date.now, timeZone, onInterrupt, interrupt };
  process.exitCode = await run(process.argv.slice(2), io);
}
