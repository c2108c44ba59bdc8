// A page of its own with plots of a run: no script, no address, so that it can be kept and sent.

import type { Sample } from './connections.ts'

export interface Section {
  readonly title: string
  readonly samples: readonly (Sample & { readonly memoryMb: number })[]
}

interface Plot {
  readonly title: string
  readonly unit: string
  readonly value: (sample: Section['samples'][number]) => number
}

const PLOTS: readonly Plot[] = [
  { title: 'Connections', unit: '', value: ({ connections }) => connections },
  { title: 'Requests a second', unit: '', value: ({ requestsPerSecond }) => requestsPerSecond },
  { title: 'Latency, median', unit: ' ms', value: ({ p50Ms }) => p50Ms },
  { title: 'Latency, 99 %', unit: ' ms', value: ({ p99Ms }) => p99Ms },
  { title: 'Errors', unit: '', value: ({ errors }) => errors },
  { title: 'Memory of the server', unit: ' MB', value: ({ memoryMb }) => memoryMb },
]

const WIDTH = 640
const HEIGHT = 120
const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;max-width:720px;margin:2rem auto;padding:0 1rem;color:#1c2530;background:#fff}svg{display:block;margin:.25rem 0 1rem;background:#f5f7fa}polyline{fill:none;stroke:#2f6fd6;stroke-width:1.5}h3{font-size:14px;margin:0}small{color:#56616d}'

/** HTML; `about` is said on top. */
export function renderReport(about: string, sections: readonly Section[]): string {
  const body = sections.map(
    (section) =>
      `<h2>${escapeText(section.title)}</h2>${PLOTS.map((plot) => draw(plot, section)).join('')}`,
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Load on Parley</title><style>${STYLE}</style><h1>Load on Parley</h1><p>${escapeText(about)}</p>${body.join('')}</html>\n`
}

function draw({ title, unit, value }: Plot, { samples }: Section): string {
  const values = samples.map(value).filter((one) => Number.isFinite(one))
  const most = Math.max(...values, 0)
  const end = samples.at(-1)?.atSeconds ?? 1
  const points = samples
    .filter((sample) => Number.isFinite(value(sample)))
    .map((sample) => {
      const x = (sample.atSeconds / end) * WIDTH
      const y = HEIGHT - (most === 0 ? 0 : (value(sample) / most) * (HEIGHT - 8))
      return `${x.toFixed(1)},${y.toFixed(1)}`
    })
  const label = `${title}: at most ${format(most)}${unit}, at the end ${format(values.at(-1) ?? 0)}${unit}`
  return `<h3>${escapeText(title)} <small>at most ${format(most)}${unit}, ${Math.round(end)} s</small></h3><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeText(label)}"><polyline points="${points.join(' ')}"/></svg>`
}

function format(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US')
}

const SPECIAL = /[&<>"]/g

function escapeText(text: string): string {
  return text.replace(SPECIAL, (found) => `&#${found.charCodeAt(0)};`)
}
