/**
 * Runs a Pulumi program and prints what it makes: `node --import tsx pulumi-program.ts FOLDER STACK CONFIG`, in a process
 * of its own as the program's output is its module's.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { madeBy, type Pulumi } from '../infra/pulumi-mocks.ts';

const [folder = '', stack = '', config = '{}'] = process.argv.slice(2);
const load = createRequire(join(folder, 'index.ts'));
const made = await madeBy(
  load('@pulumi/pulumi') as Pulumi,
  { stack, config: JSON.parse(config) as Record<string, string> },
  () => void load('./index.ts'),
);
process.stdout.write(JSON.stringify(made));
