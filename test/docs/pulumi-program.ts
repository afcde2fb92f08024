/**
 * Runs a Pulumi program with Pulumi's own mocks, no engine and no account, and prints what it makes:
 * `node --import tsx pulumi-program.ts FOLDER STACK CONFIG`, in a process of its own as the program's output is its module's.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Made {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

interface PulumiRuntime {
  runtime: {
    setMocks(mocks: object, project: string, stack: string): Promise<void>;
    setAllConfig(config: Record<string, string>): void;
  };
}

async function madeBy(folder: string, stack: string, config: Record<string, string>): Promise<Made[]> {
  const made: Made[] = [];
  const load = createRequire(join(folder, 'index.ts'));
  const { runtime } = load('@pulumi/pulumi') as PulumiRuntime;
  const mocks = {
    newResource: ({ type, name, inputs }: Made) => {
      made.push({ type, name, inputs });
      const given = {
        arn: `arn:${type}:${name}`,
        name: `${name}-1a2b`,
        url: `https://${name}`,
        bucket: name,
        version: '7',
      };
      return { id: `${name}-id`, state: { ...given, ...inputs } };
    },
    call: () => ({ partition: 'aws', region: 'eu-west-1', accountId: '111122223333' }),
  };
  await runtime.setMocks(mocks, 'prewarm', stack);
  runtime.setAllConfig(Object.fromEntries(Object.entries(config).map(([name, value]) => [`prewarm:${name}`, value])));
  load('./index.ts');
  // Outputs are made of promises: they are there when none is left to run.
  for (let before = -1; before < made.length;) {
    before = made.length;
    await setTimeout(100);
  }
  return made;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '', stack = '', config = '{}'] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await madeBy(folder, stack, JSON.parse(config) as Record<string, string>)));
}
