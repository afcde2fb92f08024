/** The report's page: reads the JSON in it, and shows it from the answer down to the assumptions. */
import type { PreviewJson } from '../../report/preview-json.ts';
import type { ReplayJson } from '../../report/replay-json.ts';
import { append, byId, cleanName, element, fill, nameElement } from '../shared/dom.ts';
import { clockIn } from '../shared/format.ts';
import { followPrinting, themeButton } from '../shared/theme.ts';
import { showAssumptions } from './assumptions.ts';
import { mountFrontier } from './frontier.ts';
import { showHeatMaps } from './heatmap.ts';
import { modelOf, type ReportModel } from './model.ts';
import { showQuality } from './quality.ts';
import { showSchedule } from './schedule.ts';
import { showSlot } from './slot.ts';
import { mountTimeline } from './timeline.ts';
import { showVerdict } from './verdict.ts';

const json = JSON.parse(byId('report-data').textContent) as PreviewJson | ReplayJson;
const model = modelOf(json);
const clock = clockIn('UTC');

showHeader(model);
showVerdict(model);
const empty = model.timeline.grid.length === 0;
if (empty) {
  for (const section of document.querySelectorAll<HTMLElement>('[data-needs-time]')) section.hidden = true;
} else {
  showHeatMaps(model, clock);
}
const timeline = empty ? null : mountTimeline(model, clock, (slotMs) => showSlot(model, clock, slotMs));
const frontier = mountFrontier(model);
showQuality(model, clock);
showSchedule(model, clock, (slotMs) => {
  timeline?.select(slotMs);
  byId('timeline-chart').scrollIntoView({ block: 'center' });
});
showAssumptions(model, (aim) => frontier?.setAim(aim));
explainMissing(model);
followPrinting();
document.documentElement.dataset.ready = 'true';

function showHeader({ kind, title, source, fromMs, toMs, nowMs }: ReportModel): void {
  document.title = `${cleanName(title)} · Prewarm ${kind}`;
  const when = nowMs === null ? `${clock.date(fromMs)} to ${clock.date(toMs)}` : `as of ${clock.moment(nowMs)} UTC`;
  fill(
    byId('header'),
    element(
      'div',
      { class: 'brand' },
      element('h1', {}, nameElement(title)),
      element(
        'p',
        { class: 'dim small' },
        `Prewarm ${kind}, ${when}`,
        ...(source === null ? [] : [' · ', nameElement(source)]),
      ),
    ),
    themeButton(),
  );
}

/** What an older JSON, or one of `apply`, leaves out, where it is missed. */
function explainMissing({ timeline: { demand, band }, kind }: ReportModel): void {
  const missing = [...(demand ? [] : ['demand']), ...(band.length > 0 ? [] : ['forecast'])];
  if (missing.length === 0) return;
  append(byId('timeline-missing'), [
    `The JSON carries no ${missing.join(' and no ')}: make it anew with prewarm ${kind} --json to see ${missing.length > 1 ? 'them' : 'it'} here.`,
  ]);
}
