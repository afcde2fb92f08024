/** How good forecasts were: error by lead time against repeating the day before, and calibration. */
import uPlot from 'uplot';
import { fittingSize, mountChart, themedAxis, themedLine } from '../shared/chart.ts';
import { byId, element, fill } from '../shared/dom.ts';
import { type Clock, duration, number, percent } from '../shared/format.ts';
import { color } from '../shared/theme.ts';
import type { Quality, ReportModel } from './model.ts';

const HEIGHT = 260;

export function showQuality({ quality, json }: ReportModel, clock: Clock): void {
  const host = byId('quality');
  if (!quality || quality.leads.length === 0) {
    const model = json.schema === 'prewarm/preview/1' ? ` The model is ${json.forecast.model}.` : '';
    fill(
      host,
      element('p', { class: 'lead' }, `No forecast could be scored, or the JSON does not carry its quality.${model}`),
    );
    return;
  }
  const error = element('div', { class: 'chart' });
  const calibration = element('div', { class: 'chart' });
  fill(
    host,
    element('p', { class: 'lead' }, summary(quality, clock)),
    element(
      'div',
      { class: 'pair' },
      element(
        'figure',
        {},
        element('figcaption', {}, element('h3', {}, 'Typical error by lead time'), keys(ERROR_KEYS)),
        error,
      ),
      element(
        'figure',
        {},
        element(
          'figcaption',
          {},
          element('h3', {}, 'Calibration: share of peaks at or below each quantile'),
          keys(calibrationKeys(quality)),
        ),
        calibration,
      ),
    ),
    qualityTable(quality),
  );
  mountError(error, quality);
  mountCalibration(calibration, quality);
}

function leadName({ fromSeconds, toSeconds }: Quality['leads'][number]): string {
  return fromSeconds === 0 ? `up to ${duration(toSeconds)}` : `${duration(fromSeconds)}–${duration(toSeconds)}`;
}

function summary(quality: Quality, clock: Clock): string {
  const nearest = quality.leads[0];
  if (!nearest) return '';
  const at90 = nearest.coverage[quality.levels.indexOf(0.9)];
  const { medianError, repeatedDayError } = nearest;
  const gain = medianError !== null && repeatedDayError ? 1 - medianError / repeatedDayError : null;
  const compared =
    gain === null
      ? ''
      : ` Its middle was off by ${number(medianError ?? NaN)} on average, ${percent(Math.abs(gain), 0)} ${gain >= 0 ? 'less' : 'more'} than repeating the day before.`;
  return `Forecast anew from ${number(quality.origins)} moments between ${clock.date(Date.parse(quality.from))} and ${clock.date(Date.parse(quality.to))}, each with only what was known then. At a lead of ${leadName(nearest)}, ${at90 === undefined ? '–' : percent(at90, 0)} of the peaks came at or below the 90 % quantile.${compared} Peaks are whole numbers: where demand is small, more of them than the level says lie at or below a quantile.`;
}

const ERROR_KEYS: readonly (readonly [string, string])[] = [
  ['Forecast', '--band'],
  ['The day before, repeated', '--ink-3'],
];

/** From the nearest lead to the farthest. */
const LEAD_COLORS = ['--plan', '--line-4', '--line-1', '--band', '--line-5'];

function calibrationKeys({ leads }: Quality): (readonly [string, string])[] {
  return leads.map((lead, i) => [leadName(lead), LEAD_COLORS[i] ?? '--line-5']);
}

function keys(entries: readonly (readonly [string, string])[]): HTMLElement {
  return element(
    'div',
    { class: 'row keys' },
    ...entries.map(([label, property]) => {
      const swatch = element('span', { class: 'swatch', 'aria-hidden': 'true' });
      swatch.style.setProperty('--swatch', `var(${property})`);
      return element('span', { class: 'key' }, swatch, label);
    }),
  );
}

function mountError(host: HTMLElement, { leads }: Quality): void {
  const at = leads.map((_, i) => i);
  const names = leads.map(leadName);
  mountChart(
    host,
    {
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [-0.4, leads.length - 0.6] },
        y: { range: (_: uPlot, __: number, most: number) => [0, most * 1.12] },
      },
      axes: [
        themedAxis({
          splits: () => at,
          values: () => names.map((name) => name.replace('up to ', '≤ ').split('–').join('–\n')),
          grid: { show: false },
          space: 20,
          size: 46,
        }),
        themedAxis({ size: fittingSize(), values: (_: uPlot, ticks: number[]) => ticks.map((tick) => number(tick)) }),
      ],
      series: [
        {},
        themedLine('--band', { width: 2, points: { show: true, size: 8, fill: () => color('--band') } }),
        themedLine('--ink-3', {
          width: 1.5,
          dash: [5, 4],
          points: { show: true, size: 6, fill: () => color('--paper') },
        }),
      ],
    },
    [at, leads.map(({ medianError }) => medianError), leads.map(({ repeatedDayError }) => repeatedDayError)],
  );
}

function mountCalibration(host: HTMLElement, { levels, leads }: Quality): void {
  const share = (_: uPlot, ticks: number[]) => ticks.map((tick) => percent(tick, 0));
  mountChart(
    host,
    {
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, range: [0, 1] }, y: { range: [0, 1.02] } },
      axes: [
        themedAxis({ values: share, label: 'quantile of the forecast', labelSize: 18 }),
        themedAxis({ values: share, size: fittingSize() }),
      ],
      series: [
        {},
        themedLine('--ink-3', { dash: [3, 4], width: 1 }),
        ...leads.map((_, i) =>
          themedLine(LEAD_COLORS[i] ?? '--line-5', { width: 1.75, points: { show: true, size: 6 } }),
        ),
      ],
    },
    [[0, ...levels, 1], [0, ...levels, 1], ...leads.map(({ coverage }) => [null, ...coverage, null])],
  );
}

function qualityTable({ levels, leads }: Quality): HTMLElement {
  const shown = [0.5, 0.9, 0.99].filter((level) => levels.includes(level));
  const head = [
    'Lead',
    'Peaks scored',
    'Error of the median',
    'Of the day before',
    ...shown.map((level) => `At or below p${level * 100}`),
  ];
  return element(
    'details',
    {},
    element('summary', {}, 'As a table'),
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Forecast quality by lead time' },
      element(
        'table',
        { class: 'table' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...head.map((title, i) => element('th', { scope: 'col', ...(i > 0 ? { class: 'number' } : {}) }, title)),
          ),
        ),
        element(
          'tbody',
          {},
          ...leads.map((lead) =>
            element(
              'tr',
              {},
              element('td', {}, leadName(lead)),
              ...[
                number(lead.scored),
                number(lead.medianError ?? NaN),
                number(lead.repeatedDayError ?? NaN),
                ...shown.map((level) => percent(lead.coverage[levels.indexOf(level)] ?? NaN, 1)),
              ].map((cell) => element('td', { class: 'number' }, cell)),
            ),
          ),
        ),
      ),
    ),
  );
}
