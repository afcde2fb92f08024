/** `prewarm eject`: takes Prewarm away from a target, shown first and confirmed by a person. */
import type { Command } from 'commander';
import { createAccountReader } from '../aws/account-facts.ts';
import { createClients } from '../aws/clients.ts';
import { createEventSourcePorts } from '../aws/related-event-source.ts';
import { createRelatedPorts } from '../aws/related-scaling.ts';
import { createRemover } from '../aws/removal.ts';
import { createScalingWriter } from '../aws/scaling.ts';
import type { TargetConfig } from '../config.ts';
import type { EventSourcePorts, RelatedPorts } from '../controller/ports.ts';
import { InputError } from '../errors.ts';
import type { CapacityBounds } from '../model.ts';
import {
  carryOut,
  ejectText,
  type EjectWishes,
  type FollowedSource,
  hasWork,
  type Neighbour,
  planEject,
} from '../ops/eject.ts';
import { hindranceOf } from '../related/event-source.ts';
import { confirm } from './confirm.ts';
import { examples } from './examples.ts';
import { type CommandIo, NotDoneError } from './io.ts';
import { addOutputFlags, type OutputOptions, outputFor } from './output.ts';
import { addAwsFlags, awsFromFlags, configFromFlags, targetFromFlags } from './settings-flags.ts';

interface EjectOptions extends Record<string, unknown>, OutputOptions {
  function?: string;
  alias?: string;
  namePrefix?: string;
  related?: string;
  eventSource?: string;
  minCapacity?: string;
  maxCapacity?: string;
  keepBounds?: boolean;
  deregister?: boolean;
  provisioned?: string;
  yes?: boolean;
  region?: string;
  profile?: string;
}

export function addEject(program: Command, io: CommandIo): void {
  const command = program
    .command('eject')
    .description('take Prewarm away from a target: shows what it would remove, and asks first')
    .option('--function <name>', 'the Lambda function')
    .option('--alias <name>', 'its alias')
    .option('--name-prefix <text>', 'what the names of its scheduled actions begin with (default: prewarm)')
    .option('--min-capacity <number>', 'leave the target registered, with this minimum')
    .option('--max-capacity <number>', 'and this maximum')
    .option('--keep-bounds', 'leave the target registered, with the bounds that are in force')
    .option('--deregister', 'remove the registration with Application Auto Scaling, too')
    .option('--provisioned <keep|delete>', 'what becomes of the provisioned concurrency that nothing manages then')
    .option('--related <file>', "the controller's setting related: take their schedules away, too")
    .option('--event-source <file>', "the controller's setting eventSource: return its maximum concurrency to max, too")
    .option('--yes', 'remove without asking');
  addAwsFlags(addOutputFlags(command))
    .addHelpText(
      'after',
      examples(
        'prewarm eject --function my-function --alias live --min-capacity 0 --max-capacity 0',
        'prewarm eject --function my-function --alias live --deregister --provisioned delete',
      ),
    )
    .action((options: EjectOptions) => eject(options, io));
}

async function eject(options: EjectOptions, io: CommandIo): Promise<void> {
  const output = outputFor(options, io);
  const { namePrefix, related, eventSource } = options;
  const config = configFromFlags(targetFromFlags(options), 'observe', {
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(related === undefined ? {} : { related }),
    ...(eventSource === undefined ? {} : { eventSource }),
  });
  const wishes = wishesFrom(options, config.namePrefix);
  const connection = awsFromFlags(options);
  const reading = createClients({ ...connection, access: 'read' });
  const reader = createAccountReader(reading, io.nowMs);
  const look = async (wanted: EjectWishes) => {
    const neighbours = await readNeighbours(createRelatedPorts(reading, null), config.related);
    const followers = { neighbours, eventSource: await readEventSource(createEventSourcePorts(reading, null), config) };
    return planEject(await reader.read(config.target), wanted, io.nowMs(), followers);
  };
  const plan = await output.progress('reading what is set up', () => look(wishes));
  output.ask(ejectText(plan));
  if (!hasWork(plan)) {
    output.print('nothing to remove');
    return;
  }
  if (!options.yes) await confirm('Remove this?', io);
  const writing = createClients({ ...connection, access: 'write' });
  const { writerFor } = createRelatedPorts(reading, writing);
  const { writes, left } = await output.progress('removing', async (progress) => {
    const done = await carryOut(plan, {
      scaling: createScalingWriter(writing),
      remover: createRemover(writing),
      neighbour: writerFor,
      setMaximumConcurrency: createEventSourcePorts(reading, writing).setMaximumConcurrency,
    });
    progress.update(undefined, 'looking what is left');
    return { writes: done, left: await look({ ...wishes, provisioned: wishes.provisioned ?? 'keep' }) };
  });
  if (hasWork(left)) {
    throw new NotDoneError(
      `${writes} writes done, but AWS still lists this: run it again in a minute; what is there then, a running controller has written again\n${ejectText(left)}`,
    );
  }
  output.print(`${writes} writes done; nothing of Prewarm is left on this target`);
}

/** One after the other: they are few. */
async function readNeighbours(ports: RelatedPorts, related: TargetConfig['related']): Promise<Neighbour[]> {
  const found: Neighbour[] = [];
  for (const { namespace, resourceId, scalableDimension, minCapacity, maxCapacity } of related) {
    const resource = { namespace, resourceId, scalableDimension };
    const { scalableTarget: present, actions } = await ports.read(resource);
    found.push({ resource, baseline: { minCapacity, maxCapacity }, present, actions });
  }
  return found;
}

/** One that is gone has nothing to return; one of another function is not ours. */
async function readEventSource(
  ports: EventSourcePorts,
  { eventSource, target }: TargetConfig,
): Promise<FollowedSource | null> {
  if (!eventSource) return null;
  const { uuid, max } = eventSource;
  const state = await ports.read(uuid);
  const hindrance = state && hindranceOf(uuid, state, { target });
  if (hindrance) throw new InputError(`--event-source: ${hindrance}`);
  return { uuid, baseline: max, present: state ? state.maximumConcurrency : max };
}

/** What becomes of the target is said, never guessed: it is somebody's bill. */
function wishesFrom(options: EjectOptions, namePrefix: string): EjectWishes {
  const bounds = boundsFrom(options);
  const { deregister = false, keepBounds = false, provisioned } = options;
  if ([bounds !== null, deregister, keepBounds].filter(Boolean).length !== 1) {
    throw new InputError(
      'say what the target is to become, in one way: --min-capacity N --max-capacity N, --keep-bounds, or --deregister',
    );
  }
  if (provisioned !== undefined && provisioned !== 'keep' && provisioned !== 'delete') {
    throw new InputError(`--provisioned = "${provisioned}": must be keep or delete`);
  }
  return { namePrefix, bounds, deregister, provisioned: provisioned ?? null };
}

function boundsFrom({ minCapacity, maxCapacity }: EjectOptions): CapacityBounds | null {
  if (minCapacity === undefined && maxCapacity === undefined) return null;
  const bounds = {
    minCapacity: whole('--min-capacity', minCapacity),
    maxCapacity: whole('--max-capacity', maxCapacity),
  };
  if (bounds.minCapacity > bounds.maxCapacity) {
    throw new InputError(
      `--min-capacity = ${bounds.minCapacity}: must not exceed --max-capacity = ${bounds.maxCapacity}`,
    );
  }
  return bounds;
}

function whole(flag: string, text: string | undefined): number {
  if (text === undefined || !/^\d{1,6}$/.test(text.trim())) {
    throw new InputError(
      `${flag} = ${text === undefined ? 'nothing' : `"${text}"`}: must be a whole number; give both bounds`,
    );
  }
  return Number(text);
}
