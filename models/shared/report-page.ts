// A report as one HTML file: its own styles, no scripts, nothing from anywhere else.

import { escapeHtml } from './svg-plots.ts'

const STYLES = `
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5a6478; --line: #d7dce5; --paper: #ffffff; --one: #2f6fb5; --two: #b5652f; --box: #f3f5f9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa5b8; --line: #38404f; --paper: #171b23; --one: #6aa5e8; --two: #e0955c; --box: #1f2530; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 1140px; margin: 0 auto; padding: 32px 20px 80px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 1.45rem; margin: 56px 0 12px; border-top: 3px solid var(--one); padding-top: 20px; }
h3 { font-size: 1.1rem; margin: 32px 0 8px; }
p, li { max-width: 70ch; }
.lead, figcaption, .note { color: var(--soft); }
nav a { color: var(--one); margin-right: 20px; }
table { border-collapse: collapse; margin: 12px 0; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 14px 5px 0; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child, td:first-child { text-align: left; }
.tables { overflow-x: auto; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 24px; }
figure { margin: 12px 0; max-width: 660px; }
svg { width: 100%; height: auto; font-size: 14px; fill: var(--soft); }
svg .grid { stroke: var(--line); }
svg .guide { stroke: var(--two); stroke-width: 1.5; }
svg .dots circle { fill: var(--one); fill-opacity: 0.35; }
svg .bars rect, svg .series-0 { fill: var(--one); }
svg .series-1 { fill: var(--two); }
svg .name { text-anchor: end; }
svg .middle { text-anchor: middle; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 14px; margin: 20px 0; padding: 0; list-style: none; }
.facts li { background: var(--box); border-radius: 8px; padding: 14px 16px; }
.facts b { display: block; font-size: 1.5rem; line-height: 1.25; }
`

export function reportPage(title: string, body: readonly string[]): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLES}</style>`
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body><main>\n${body.join('\n')}\n</main></body></html>\n`
}

export function paragraph(text: string, style?: 'lead' | 'note'): string {
  return `<p${style === undefined ? '' : ` class="${style}"`}>${escapeHtml(text)}</p>`
}

export function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`
}

/** Large numbers with what they are. */
export function facts(items: readonly (readonly [value: string, about: string])[]): string {
  const shown = items.map(([value, about]) => {
    return `<li><b>${escapeHtml(value)}</b>${escapeHtml(about)}</li>`
  })
  return `<ul class="facts">${shown.join('')}</ul>`
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: 'th' | 'td') => {
    return `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`
  }
  const body = rows.map((row) => cells(row, 'td')).join('')
  return `<div class="tables"><table><thead>${cells(header, 'th')}</thead><tbody>${body}</tbody></table></div>`
}

export function plots(...figures: readonly string[]): string {
  return `<div class="plots">${figures.join('')}</div>`
}
