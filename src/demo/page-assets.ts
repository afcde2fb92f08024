/** The files of the live page, given its bundle. */
import type { Assets } from './server.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Prewarm demo, live</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<noscript><p>This page draws what the demo tells it, which takes JavaScript.</p></noscript>
</body>
</html>
`;

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#141b24"/><path d="M5 23h6v-6h6v-7h10" fill="none" stroke="#ff9d4d" stroke-width="3"/></svg>`;

export function pageAssets({ script, style }: { script: string; style: string }): Assets {
  return {
    '/': { type: 'text/html; charset=utf-8', body: PAGE },
    '/page.js': { type: 'text/javascript; charset=utf-8', body: script },
    '/page.css': { type: 'text/css; charset=utf-8', body: style },
    '/icon.svg': { type: 'image/svg+xml', body: ICON },
  };
}
