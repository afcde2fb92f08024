/** Two stacks of one program: `production` acts within its cap, every other one observes. */
import * as pulumi from '@pulumi/pulumi';
import { createApplication } from '../../infra/pulumi/application';
import { readSettings } from '../../infra/pulumi/settings';

const given = readSettings();
const isProduction = pulumi.getStack() === 'production';

export = createApplication({
  ...given,
  mode: isProduction ? 'act' : 'observe',
  maxCapacity: isProduction ? 40 : 2,
  // Any setting of docs/configuration.md; the controller checks them.
  settings: { coldStartPriceUsd: 0.2, timeZone: 'Europe/Berlin', holidays: 'DE-BE', ...given.settings },
});
