/** The alias and the version behind it. */
import { type Check, type Examined, lambdaCommand, provisionedOf, targetName, verdict } from '../check.ts';
import { MINUTE_MS } from '../../time.ts';

const VERSION_FIX = (x: Examined) =>
  `${lambdaCommand(x, 'publish-version')}, then ${lambdaCommand(x, 'update-alias', `--name ${x.facts.target.alias} --function-version VERSION`)}`;

export function aliasExists(x: Examined): Check {
  const { functionName, alias } = x.facts.target;
  const say = verdict('alias-exists', 'provisioned concurrency belongs to an alias, which deployments move along');
  const create = lambdaCommand(x, 'create-alias', '--name live --function-version VERSION');
  if (alias === '$LATEST') {
    return say.fail('$LATEST cannot hold provisioned concurrency', `${create}, then give --alias live`);
  }
  if (/^\d+$/.test(alias)) {
    return say.fail(
      `${alias} is a version, which the next deployment leaves behind`,
      `${create}, then give --alias live`,
    );
  }
  const { exists, region, aliases } = x.facts;
  if (!exists)
    return say.fail(`there is no function ${functionName} in ${region}`, 'check the name, --region and --profile');
  return say.on(x.facts.alias, (found) => {
    if (found) return say.pass(`alias ${alias} points to version ${found.version}`);
    const others = aliases.known ? aliases.value.map(({ name }) => name) : [];
    return say.fail(
      `there is no alias ${targetName(x)} in ${region}; the function has ${others.join(', ') || 'none'}`,
      lambdaCommand(x, 'create-alias', `--name ${alias} --function-version VERSION`),
    );
  });
}

export function aliasVersion(x: Examined): Check {
  const say = verdict(
    'alias-version',
    'an alias of $LATEST cannot hold provisioned concurrency: only published versions can',
  );
  return say.on(x.facts.alias, (alias) => {
    if (!alias) return say.skipped('there is no such alias');
    if (alias.version === '$LATEST') return say.fail(`alias ${alias.name} points to $LATEST`, VERSION_FIX(x));
    return say.pass(`version ${alias.version} is published`);
  });
}

/** CodeDeploy's longest predefined shift takes 90 minutes, the last step included. */
const LONGEST_DEPLOYMENT_MS = 100 * MINUTE_MS;

export function aliasWeights(x: Examined): Check {
  const say = verdict(
    'alias-weights',
    'while an alias splits its traffic its provisioned concurrency cannot be changed: every scheduled action fails',
  );
  return say.on(x.facts.alias, (alias) => {
    if (!alias) return say.skipped('there is no such alias');
    const weights = Object.entries(alias.weights);
    if (weights.length === 0) return say.pass(`all traffic goes to version ${alias.version}`);
    const shares = weights.map(([version, share]) => `${Math.round(share * 100)} % to version ${version}`).join(', ');
    const seen = `alias ${alias.name} points to version ${alias.version} and sends ${shares}`;
    const fix = lambdaCommand(
      x,
      'update-alias',
      `--name ${alias.name} --function-version ${alias.version} --routing-config 'AdditionalVersionWeights={}'`,
    );
    const left = leftBehind(x);
    return left === null
      ? say.warn(`${seen}; a deployment may be under way`, `wait for the deployment; if none is running: ${fix}`)
      : say.fail(`${seen}; left behind by a deployment that failed: ${left}`, fix);
  });
}

/** What shows that no deployment is under way any more; null where nothing does. */
function leftBehind(x: Examined): string | null {
  const provisioned = provisionedOf(x);
  if (provisioned?.status === 'FAILED')
    return `the new version's environments failed to start (${provisioned.statusReason})`;
  const { activities } = x.facts;
  if (!activities.known) return null;
  const refused = activities.value.filter(({ status, message }) => status === 'Failed' && /weights/i.test(message));
  const first = Math.min(...refused.map(({ atMs }) => atMs));
  const minutes = Math.round((x.nowMs - first) / MINUTE_MS);
  return x.nowMs - first > LONGEST_DEPLOYMENT_MS && refused.length > 1
    ? `${refused.length} changes were refused because of weights over ${minutes} minutes`
    : null;
}

export function functionState(x: Examined): Check {
  const say = verdict(
    'function-state',
    'only an active function of the ordinary kind can hold provisioned concurrency',
  );
  return say.on(x.facts.fn, (fn) => {
    if (!fn) return say.skipped('there is no such function or alias');
    if (fn.unsupported !== null)
      return say.fail(
        `the function uses ${fn.unsupported}, which excludes provisioned concurrency`,
        'scale this function by other means: Prewarm cannot',
      );
    if (fn.state === 'Active')
      return say.pass(`active, ${fn.memoryMb} MB, ${fn.architecture}, timeout ${fn.timeoutSeconds} s`);
    const seen = `state ${fn.state}${fn.stateReason === '' ? '' : `: ${fn.stateReason}`}`;
    return say.warn(seen, `${lambdaCommand(x, 'get-function-configuration')} says more; deploy the function again`);
  });
}

export function snapStart(x: Examined): Check {
  const say = verdict('snap-start', 'SnapStart and provisioned concurrency exclude each other on a version');
  return say.on(x.facts.fn, (fn) => {
    if (!fn) return say.skipped('there is no such function or alias');
    if (!fn.snapStart) return say.pass(`SnapStart is off for version ${fn.version}`);
    return say.fail(
      `SnapStart is on for version ${fn.version}`,
      `keep SnapStart and do without Prewarm, or: ${lambdaCommand(x, 'update-function-configuration', '--snap-start ApplyOn=None')}, then ${VERSION_FIX(x)}`,
    );
  });
}
