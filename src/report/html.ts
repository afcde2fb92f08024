/** A report as one HTML file: a pure function of the versioned JSON and the bundled page. */
import { createHash } from 'node:crypto';
import type { PreviewJson } from './preview-json.ts';
import type { ReplayJson } from './replay-json.ts';

/** The page's script and style, without the tags around them. */
export interface Page {
  script: string;
  style: string;
}

/**
 * Opens from disk and asks nobody for anything: the policy in it allows this script and this style alone, by their hashes. The JSON is
 * a data block, which no browser runs, and in which no tag can begin.
 */
export function reportHtml(json: PreviewJson | ReplayJson, { script, style }: Page): string {
  const kind = json.schema === 'prewarm/preview/1' ? 'preview' : 'replay';
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Prewarm ${kind}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
${BODY}
<script type="application/json" id="report-data">${dataBlock(json)}</script>
<script>${script}</script>
</body>
</html>
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

/** JSON in which neither a tag nor a comment can begin. */
function dataBlock(json: unknown): string {
  return JSON.stringify(json).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const BODY = `<div class="wrap">
<header id="header"></header>
<main>
<noscript><p class="card">This report draws its charts with the script in it, which this browser does not run.</p></noscript>
<section class="card" aria-label="Verdict">
<div id="verdict"></div>
<div id="notes"></div>
</section>
<section class="card" data-needs-time aria-labelledby="timeline-title">
<h2 id="timeline-title">Demand, forecast and plan</h2>
<p class="lead">Concurrent executions. Drag to zoom; with the chart in focus, arrows move slot by slot (with shift, by the hour), + and − zoom, Escape shows all.</p>
<p class="lead" id="timeline-missing"></p>
<div class="row keys toolbar" id="timeline-keys" role="group" aria-label="Series"></div>
<div class="chart" id="timeline-chart" tabindex="0" role="application" aria-roledescription="chart" aria-label="Demand, forecast and plan over time" aria-describedby="slot"></div>
<div class="row between"><p class="dim small" id="timeline-range" role="status"></p><div class="row no-print" id="timeline-tools"></div></div>
<div id="slot" aria-live="polite"></div>
</section>
<section class="card" aria-labelledby="frontier-title">
<h2 id="frontier-title">What else could have been held</h2>
<p class="lead">Each point is a policy: what it would have cost, and how many cold starts it would have left. Further down and to the left is better; the line joins those that nothing beats.</p>
<div class="row keys toolbar" id="frontier-keys"></div>
<div class="chart" id="frontier-chart" tabindex="0" role="application" aria-roledescription="chart" aria-label="Policies by dollars and cold starts a day; arrow keys go from one to the next" aria-describedby="frontier-point"></div>
<p class="readout" id="frontier-point" aria-live="polite"></p>
</section>
<section class="card" data-needs-time aria-labelledby="heat-title">
<h2 id="heat-title">What a week looks like</h2>
<p class="lead">The average of each hour (UTC), both on one scale.</p>
<div class="pair" id="heat-maps"></div>
<div class="row" id="heat-scale"></div>
</section>
<section class="card" aria-labelledby="quality-title">
<h2 id="quality-title">How good the forecasts were</h2>
<div id="quality"></div>
</section>
<section class="card" aria-labelledby="schedule-title">
<h2 id="schedule-title">The schedule</h2>
<div id="schedule"></div>
</section>
<section class="card" aria-labelledby="assumptions-title">
<h2 id="assumptions-title">Assumptions</h2>
<div id="assumptions"></div>
</section>
</main>
<footer>Made by Prewarm from its own JSON. Nothing on this page came from, or goes to, the network.</footer>
</div>`;
