/** Faults of the function, its alias, and what is provisioned on it. */
import { MINUTE_MS } from '../../src/time.ts';
import { putAction } from './clinic.ts';
import type { Fault } from './faults.ts';

export const FUNCTION_FAULTS: [string, Fault][] = [
  [
    'an alias that does not exist',
    {
      ...{ id: 'alias-exists', status: 'fail', saw: /no alias orders:live .*has blue/, fix: /create-alias/ },
      plant: ({ world }) => {
        world.deleteAlias('orders');
        world.surround('orders', { otherAliases: [{ name: 'blue', version: '1' }] });
      },
    },
  ],
  [
    'an alias of $LATEST',
    {
      ...{ id: 'alias-version', status: 'fail', saw: /points to \$LATEST/, fix: /publish-version/ },
      plant: ({ world }) => world.moveAlias('orders', '$LATEST'),
    },
  ],
  [
    'weights of a deployment that may be under way',
    {
      ...{ id: 'alias-weights', status: 'warn', saw: /10 % to version 2/, fix: /AdditionalVersionWeights=\{\}/ },
      plant: ({ world }) => world.setAliasWeight('orders', { version: '2', weight: 0.1 }),
    },
  ],
  [
    'weights left behind by a deployment whose environments failed',
    {
      ...{ id: 'alias-weights', status: 'fail', saw: /FUNCTION_ERROR_INIT_FAILURE/, fix: /update-alias/ },
      plant: ({ world }) => {
        world.failAllocations('orders', 'FUNCTION_ERROR_INIT_FAILURE');
        world.moveAlias('orders', '2');
        world.advanceTo(world.nowMs + 5 * MINUTE_MS);
      },
    },
  ],
  [
    'weights that have refused changes for two hours',
    {
      ...{ id: 'alias-weights', status: 'fail', saw: /2 changes were refused .* 12\d minutes/, fix: /update-alias/ },
      plant: ({ world }) => {
        world.setAliasWeight('orders', { version: '2', weight: 0.1 });
        putAction(world, 'prewarm-1-1210', 10, [4, 4]);
        putAction(world, 'prewarm-1-1220', 20, [5, 5]);
        world.advanceTo(world.nowMs + 130 * MINUTE_MS);
      },
    },
  ],
  [
    'SnapStart',
    {
      ...{ id: 'snap-start', status: 'fail', saw: /SnapStart is on/, fix: /--snap-start ApplyOn=None/ },
      plant: ({ world }) => world.surround('orders', { snapStart: true }),
    },
  ],
  [
    'a function that cannot serve',
    {
      ...{
        id: 'function-state',
        status: 'warn',
        saw: /state Failed: The image was deleted/,
        fix: /get-function-configuration --function-name orders/,
      },
      plant: ({ world }) =>
        world.surround('orders', { state: { name: 'Failed', reason: 'The image was deleted from its repository.' } }),
    },
  ],
  [
    'a function on Managed Instances',
    {
      ...{ id: 'function-state', status: 'fail', saw: /Managed Instances/, fix: /by other means/ },
      plant: ({ world }) => world.surround('orders', { kind: 'managed-instances' }),
    },
  ],
  [
    'a function with tenant isolation',
    {
      ...{ id: 'function-state', status: 'fail', saw: /tenant isolation/, fix: /by other means/ },
      plant: ({ world }) => world.surround('orders', { kind: 'tenant-isolated' }),
    },
  ],
  [
    'a registration under another role',
    {
      ...{
        id: 'service-role',
        status: 'warn',
        saw: /role\/scaling$/,
        fix: /create-service-linked-role .*lambda\.application-autoscaling/,
      },
      plant: ({ world }) => world.surround('orders', { scalingRoleArn: 'arn:aws:iam::123456789012:role/scaling' }),
    },
  ],
  [
    'a failed allocation, with its reason',
    {
      ...{
        id: 'provisioned-status',
        status: 'fail',
        saw: /FAILED.*FUNCTION_ERROR_INIT_FAILURE/,
        fix: /before its handler/,
      },
      plant: ({ world }) => {
        world.failAllocations('orders', 'FUNCTION_ERROR_INIT_FAILURE');
        world.registerTarget('orders', { minCapacity: 4, maxCapacity: 4 });
        world.advanceTo(world.nowMs + 5 * MINUTE_MS);
      },
    },
  ],
  [
    'provisioned concurrency that a stack sets beside the schedule',
    {
      ...{ id: 'provisioned-owner', status: 'warn', saw: /set at .* by something else/, fix: /template of stack shop/ },
      plant: ({ world }) => {
        world.surround('orders', { tags: { 'aws:cloudformation:stack-name': 'shop' } });
        world.advanceTo(world.nowMs + 5 * MINUTE_MS);
        world.lambda.putProvisionedConcurrencyConfig('orders', 'live', 3);
      },
    },
  ],
  [
    'provisioned concurrency outside the bounds',
    {
      ...{
        id: 'provisioned-owner',
        status: 'fail',
        saw: /60 environments, outside .* 1 to 50/,
        fix: /ProvisionedConcurrencyConfig/,
      },
      plant: ({ world }) => void world.lambda.putProvisionedConcurrencyConfig('orders', 'live', 60),
    },
  ],
  [
    'provisioned concurrency that nothing manages',
    {
      ...{
        id: 'provisioned-owner',
        status: 'warn',
        saw: /5 environments .*\$.* no scalable target/,
        fix: /ProvisionedConcurrencyConfig/,
      },
      options: { bounds: null },
      plant: ({ world }) => void world.lambda.putProvisionedConcurrencyConfig('orders', 'live', 5),
    },
  ],
  [
    'capacity stranded on an old version',
    {
      ...{ id: 'provisioned-elsewhere', status: 'warn', saw: /7 on 12: \$122\.64 a month/, fix: /--qualifier 12/ },
      plant: ({ world }) => world.surround('orders', { provisionedElsewhere: [{ qualifier: '12', count: 7 }] }),
    },
  ],
];
