/** What the demo shows at its end: the decision, the chart of the day, and cold starts and dollars side by side. */
import { policyResults } from '../demo/result.ts';
import { bySlot, type Scenario, type Simulated } from '../demo/simulate.ts';
import { ASSUMED, ASSUMED_SENTENCE, PRICES_SENTENCE, WORKLOAD_SOURCE } from '../demo/workload.ts';
import { isoUtc, SLOT_MS } from '../time.ts';
import { chartLegend, renderChart } from './chart.ts';
import { renderTable, type Terminal } from './terminal.ts';

export interface DemoResult {
  scenario: Scenario;
  withPrewarm: Simulated;
  onDemand: Simulated;
  /** The controller's log lines, in order. */
  log: readonly string[];
}

const CHART_HEIGHT = 16;

/** One day at a time fits a terminal; of several days the last is drawn. */
const CHART_SLOTS = 288;

/** The demo's result for machines. */
export function demoJson(result: DemoResult): Record<string, unknown> {
  const { scenario, withPrewarm } = result;
  return {
    schema: 'prewarm/demo/1',
    simulated: {
      from: isoUtc(scenario.startMs),
      to: isoUtc(scenario.endMs),
      ticks: withPrewarm.ticks,
      seed: scenario.seed,
    },
    assumptions: ASSUMED,
    apiCalls: countCalls(withPrewarm),
    policies: policyResults(scenario, result),
    timeline: Array.from(bySlot(withPrewarm.minutes.requestedProvisioned), (capacity, slot) => ({
      at: isoUtc(scenario.startMs + slot * SLOT_MS),
      capacity,
    })),
  };
}

function countCalls({ calls }: Simulated): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of calls) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

export function demoText(result: DemoResult, terminal: Terminal): string {
  const { scenario, withPrewarm } = result;
  const name = `${scenario.functionName}:${scenario.alias}`;
  return [
    terminal.paint('strong', `${name}, ${isoUtc(scenario.startMs)} to ${isoUtc(scenario.endMs)}`),
    `workload   ${WORKLOAD_SOURCE}`,
    `assumed    ${ASSUMED_SENTENCE}`,
    `times      in ${terminal.zone}`,
    ...decisionLines(result.log),
    scheduledLine(withPrewarm),
    '',
    ...chartOf(withPrewarm, scenario, terminal),
    '',
    ...comparison(result, terminal),
    terminal.paint('dim', PRICES_SENTENCE),
  ].join('\n');
}

/** What is left of it with --quiet: cold starts and dollars side by side. */
export function demoSummary(result: DemoResult, terminal: Terminal): string {
  return comparison(result, terminal).join('\n');
}

/** What the controller's last log line says of forecast and decision. */
function decisionLines(log: readonly string[]): string[] {
  const last = log.map((line) => JSON.parse(line) as Decision).findLast((line) => line.outcome !== undefined);
  if (!last) return ['decided    nothing: no tick came through'];
  return [`forecast   ${last.model ?? 'none'}`, `decided    ${last.policy ?? 'none'}: ${last.reason ?? ''}`];
}

function scheduledLine(simulated: Simulated): string {
  const calls = countCalls(simulated);
  const [put = 0, removed = 0, set = 0] = ['PutScheduledAction', 'DeleteScheduledAction', 'RegisterScalableTarget'].map(
    (name) => calls[name] ?? 0,
  );
  return `scheduled  ${simulated.ticks} ticks, ${put + removed + set} writes (${put} actions put, ${removed} deleted, ${set} levels set at once)`;
}

interface Decision {
  outcome?: string;
  model?: string;
  policy?: string;
  reason?: string;
}

function chartOf({ minutes }: Simulated, scenario: Scenario, terminal: Terminal): string[] {
  const actual = bySlot(minutes.maxConcurrency).slice(-CHART_SLOTS);
  const plan = bySlot(minutes.usableProvisioned).slice(-CHART_SLOTS);
  const startMs = scenario.endMs - actual.length * SLOT_MS;
  const words = { actual: 'concurrent executions (busiest moment)', plan: 'provisioned and ready', band: false };
  return [
    ...chartLegend(words, terminal),
    ...renderChart({ startMs, slotMs: SLOT_MS, actual, band: null, plan }, CHART_HEIGHT, terminal),
  ];
}

function comparison(result: DemoResult, terminal: Terminal): string[] {
  const rows = policyResults(result.scenario, result).map((policy) => [
    policy.name,
    String(policy.coldStarts),
    `${(policy.coldStartRate * 100).toFixed(2)} %`,
    `$${policy.costUsd.toFixed(2)}`,
    `$${policy.effectiveCostUsd.toFixed(2)}`,
    policy.provisionedHours.toFixed(1),
    policy.utilization === null ? '-' : `${(policy.utilization * 100).toFixed(0)} %`,
  ]);
  return renderTable(['', 'cold starts', 'of requests', 'bill', 'all in', 'env-hours', 'utilised'], rows, { terminal });
}
