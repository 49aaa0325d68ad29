import { type Chart, drawCharts } from './charts.js';
import { Html, html, jsonFor } from './html.js';
import { readLibraries } from './libraries.js';
import { STYLE } from './style.js';

export interface PageContent {
  readonly title: string;
  readonly body: Html;
  /** `<figure data-chart="0">` shows the first of them. */
  readonly charts: readonly Chart[];
}

/** Lets a page use only what is in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** Follows the system's choice of light and dark until somebody presses the button. */
const THEME = `
const root = document.documentElement;
root.dataset.theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
document.querySelector('button').onclick = () => { root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark'; };`;

/**
 * Makes pages that hold all they need, so that they open from disk.
 *
 * @throws StintError `DEPENDENCY_MISSING`: at once, not when the page is made
 */
export function openPage(): (content: PageContent) => string {
  const libraries = readLibraries();
  return ({ title, body, charts }) => {
    const scripts = [...libraries, `(${drawCharts})(Plot, document, ${jsonFor(charts).text});`].map(
      (code) => new Html(`<script>${code}</script>\n`),
    );
    return html`<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${body}
</main>
<script>${new Html(THEME)}</script>
${scripts}</body>
</html>
`.text;
  };
}
