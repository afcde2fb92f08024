/** Every fault that the doctor must find: how it is planted, and what its check then says. */
import { HOUR_MS, MINUTE_MS } from '../../src/time.ts';
import { type Clinic, type ClinicOptions, logRuns, putAction, putPolicy, RESOURCE } from './clinic.ts';
import { FUNCTION_FAULTS } from './faults-function.ts';

export interface Fault {
  id: string;
  status: 'warn' | 'fail';
  /** What the check must have seen, and what its remedy must contain. */
  saw: RegExp;
  fix: RegExp;
  options?: ClinicOptions;
  plant?: (clinic: Clinic) => void;
  flags?: string;
}

export const FAULTS: [string, Fault][] = [
  ...FUNCTION_FAULTS,
  [
    'environments that nobody uses',
    {
      // 2 GB x 20 x 3.3334 per million GB-seconds x 730 h, less what is used.
      ...{
        id: 'unused-capacity',
        status: 'warn',
        saw: /of 20 were in use .* unused ones cost \$\d+\.\d\d a month/,
        fix: /--min-capacity \d/,
      },
      options: { bounds: [20, 50] },
      plant: ({ world }) => world.advanceTo(world.nowMs + 2 * HOUR_MS),
    },
  ],
  [
    'no registration',
    {
      id: 'scalable-target',
      status: 'fail',
      saw: /not registered/,
      fix: /register-scalable-target/,
      options: { bounds: null },
    },
  ],
  [
    'a minimum above the cap',
    {
      id: 'bounds',
      status: 'fail',
      saw: /minimum exceeds maxCapacity = 3/,
      fix: /--max-capacity 3/,
      options: { bounds: [4, 50] },
      flags: '--max-capacity 3',
    },
  ],
  [
    'suspended scheduled scaling',
    {
      ...{ id: 'suspended', status: 'fail', saw: /suspended/, fix: /ScheduledScalingSuspended=false/ },
      plant: ({ world }) =>
        void world.autoScaling.registerScalableTarget({
          ...RESOURCE,
          SuspendedState: { ScheduledScalingSuspended: true },
        }),
    },
  ],
  [
    'suspended scaling of a policy',
    {
      ...{ id: 'suspended', status: 'warn', saw: /DynamicScalingInSuspended/, fix: /DynamicScalingInSuspended=false/ },
      plant: ({ world }) => {
        putPolicy(world, 'track');
        world.autoScaling.registerScalableTarget({ ...RESOURCE, SuspendedState: { DynamicScalingInSuspended: true } });
      },
    },
  ],
  [
    'a schedule that has run out',
    {
      ...{ id: 'schedule', status: 'fail', saw: /1 actions of Prewarm, all in the past/, fix: /prewarm eject/ },
      plant: ({ world }) => {
        putAction(world, 'prewarm-1-1210', 10, [2, 2]);
        world.advanceTo(world.nowMs + HOUR_MS);
      },
    },
  ],
  [
    'a schedule that nobody has renewed for hours',
    {
      ...{ id: 'schedule', status: 'warn', saw: /1 actions ahead, .*\(5\.0 h\)/, fix: /controller/ },
      plant: ({ world }) => putAction(world, 'prewarm-1-1700', 300, [2, 2]),
    },
  ],
  [
    'a change that failed',
    {
      ...{ id: 'activities', status: 'fail', saw: /1 of \d+ in the last 24 h failed.*weights/, fix: /next run/ },
      plant: ({ world }) => {
        putAction(world, 'prewarm-1-1210', 10, [4, 4]);
        world.setAliasWeight('orders', { version: '2', weight: 0.1 });
        world.advanceTo(world.nowMs + 15 * MINUTE_MS);
      },
    },
  ],
  [
    "an action of others beside Prewarm's",
    {
      ...{
        id: 'foreign-actions',
        status: 'fail',
        saw: /nightly at\(.*sets 0 to 0/,
        fix: /delete-scheduled-action .*nightly/,
      },
      plant: ({ world }) => {
        putAction(world, 'prewarm-1-1300', 60, [2, 2]);
        putAction(world, 'nightly', 90, [0, 0]);
      },
    },
  ],
  [
    'an action of others before Prewarm acts',
    {
      ...{ id: 'foreign-actions', status: 'warn', saw: /will fight a plan/, fix: /delete-scheduled-action/ },
      plant: ({ world }) => putAction(world, 'nightly', 90, [0, 0]),
    },
  ],
  [
    'a policy beside pinned levels',
    {
      ...{
        id: 'foreign-policies',
        status: 'warn',
        saw: /track \(TargetTrackingScaling at 0\.7\)/,
        fix: /scalingMode to floor/,
      },
      plant: ({ world }) => putPolicy(world, 'track'),
    },
  ],
  [
    'target tracking that cannot scale in while idle',
    {
      ...{
        id: 'idle-scale-in',
        status: 'warn',
        saw: /track tracks a metric without values/,
        fix: /FILL\(m1, REPEAT\)/,
      },
      plant: ({ world }) => putPolicy(world, 'track'),
    },
  ],
  [
    'a registration whose alias is gone',
    {
      ...{
        id: 'orphans',
        status: 'warn',
        saw: /function:orders:live/,
        fix: /deregister-scalable-target .*function:orders:live/,
      },
      plant: ({ world }) => world.deleteAlias('orders'),
    },
  ],
  [
    'callers that bypass the alias',
    {
      ...{ id: 'bypass', status: 'fail', saw: /went past the alias/, fix: /:live/ },
      plant: ({ world }) => {
        const invocations = new Float64Array(288).fill(500);
        world.fillHistory(
          'orders',
          { startMs: world.nowMs - 24 * HOUR_MS, stepSeconds: 300, invocations, averageDurationMs: 1000 },
          'function',
        );
      },
    },
  ],
  [
    'a queue on the bare function',
    {
      ...{
        id: 'bypass',
        status: 'warn',
        saw: /arn:aws:sqs:.*:jobs/,
        fix: /update-event-source-mapping --uuid \S+ --function-name orders:live/,
      },
      plant: ({ world }) =>
        world.surround('orders', { eventSources: [{ arn: 'arn:aws:sqs:us-east-1:123456789012:jobs' }] }),
    },
  ],
  [
    'an account too small for the level',
    {
      id: 'account-headroom',
      status: 'fail',
      saw: /limit 120, .* 20 left/,
      fix: /maxCapacity to 20/,
      options: { accountConcurrency: 120, bounds: [30, 50] },
    },
  ],
  [
    'a reservation too small for the level',
    {
      id: 'reserved-concurrency',
      status: 'fail',
      saw: /5 reserved, highest level 30/,
      fix: /maxCapacity to 5/,
      options: { spec: { reservedConcurrency: 5 }, bounds: [30, 50] },
    },
  ],
  [
    'refused requests',
    {
      ...{ id: 'throttles', status: 'warn', saw: /\d+ requests were refused/, fix: /raise/ },
      options: { spec: { reservedConcurrency: 1 }, demand: () => 600, bounds: null },
    },
  ],
  [
    'too little history',
    {
      id: 'history',
      status: 'warn',
      saw: /^0\.\d days are known/,
      fix: /wait 0\.\d days more/,
      options: { demand: (step) => (step > 1380 ? 30 : NaN), behaviour: { idleConcurrencyZeros: false } },
    },
  ],
  [
    'capacity that is held though it does not pay',
    {
      ...{
        id: 'need',
        status: 'warn',
        saw: /^you do not need provisioned concurrency.*20 environments are held: \$/,
        fix: /minCapacity 0/,
      },
      options: { bounds: [20, 50], demand: () => 2 },
      flags: '--cold-start-price-usd 0.0001',
    },
  ],
  [
    'a right that the caller lacks',
    {
      ...{ id: 'caller-permissions', status: 'warn', saw: /12 of 13 .* lambda:ListAliases/, fix: /lambda:ListAliases/ },
      plant: ({ server }) => server.inject({ operation: 'ListAliases', kind: 'access-denied' }),
    },
  ],
  [
    'a controller that fails',
    {
      ...{ id: 'controller', status: 'fail', saw: /12 runs in the last two hours, 12 failed/, fix: /aws logs tail/ },
      plant: ({ world }) => logRuns(world, { Ticks: 12, Failures: 12, Writes: 0 }),
    },
  ],
  [
    'a controller that has fallen silent',
    {
      ...{ id: 'controller', status: 'fail', saw: /no run since about 2026-11-02T0/, fix: /log of the controller/ },
      plant: ({ world }) => logRuns(world, { Ticks: 12, Failures: 0, Writes: 0 }, 6),
    },
  ],
  [
    'a controller that may lack a right',
    {
      ...{ id: 'controller-permissions', status: 'warn', saw: /2 of 12 runs failed/, fix: /simulate-principal-policy/ },
      plant: ({ world }) => logRuns(world, { Ticks: 12, Failures: 2, Writes: 0 }),
    },
  ],
  [
    'a target full of actions of others',
    {
      ...{ id: 'quotas', status: 'fail', saw: /195 of others of 200/, fix: /delete scheduled actions/ },
      plant: ({ world }) => {
        for (let i = 0; i < 195; i++) putAction(world, `other-${i}`, 60 + i, [1, 1]);
      },
    },
  ],
];
