/** What `prewarm init` says beside the ranking: what stands in the way, what it would write, and what to do next. */
import type { Obstacle } from '../first-steps/candidates.ts';
import type { Deployment } from '../first-steps/deployment.ts';
import type { Terminal } from './terminal.ts';

export function obstaclesText(obstacles: readonly Obstacle[], terminal: Terminal): string {
  return obstacles
    .map(({ name, why, remedy }) =>
      [terminal.paint('warn', `${name} ${why}`), ...remedy.map((line) => `    ${line}`)].join('\n'),
    )
    .join('\n');
}

export interface FileToWrite {
  path: string;
  text: string;
}

export function filesText(files: readonly FileToWrite[], terminal: Terminal): string {
  return files
    .map(({ path, text }) => `${terminal.paint('strong', path)}\n${text.replace(/^(?=.)/gm, '    ').trimEnd()}`)
    .join('\n');
}

/** Commands for a shell in the checkout. */
export function nextSteps(
  { template, targets }: Deployment,
  { path, region, stack }: { path: string; region: string | null; stack: string },
): string {
  const where = region === null ? '' : ` --region ${region}`;
  const overrides = `--parameter-overrides file://${path}`;
  const build =
    template === 'attach' ? `sam build ControllerFunction -t infra/attach.yaml ${overrides}` : `sam build ${overrides}`;
  const [first] = targets ?? [];
  const target = first && `--function ${String(first.functionName)} --alias ${String(first.alias)}${where}`;
  return [
    'Next, in the checkout, with the AWS SAM CLI:',
    `    ${build}`,
    `    sam deploy --stack-name ${stack}${where} ${overrides}`,
    'It observes and holds nothing. After a day or more look at what it would do, then let it act:',
    ...(target ? [`    npx prewarm doctor ${target}`] : []),
    `    set Mode to act in ${path}, and deploy again`,
  ].join('\n');
}
