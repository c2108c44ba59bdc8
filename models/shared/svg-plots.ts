// Plots as inline SVG, for reports that are one file and load nothing.

export interface Axis {
  readonly label: string
  readonly show: (value: number) => string
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Bar {
  readonly label: string
  readonly value: number
  /** What stands at the bar's end. */
  readonly text: string
  readonly series?: 0 | 1
}

const WIDTH = 640
const HEIGHT = 360
const MARGIN = { left: 76, right: 32, top: 14, bottom: 48 } as const
const TICKS = 5
const BAR_HEIGHT = 22
const BAR_GAP = 6
/** Share of a bar plot's width that the names take. */
const LABEL_WIDTH = 190
const END_TEXT_WIDTH = 170
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const UNSAFE = /[&<>"']/g

export function escapeHtml(text: string): string {
  return text.replace(UNSAFE, (sign) => ESCAPES[sign] ?? sign)
}

/** Points over two linear axes; `diagonal` draws where both are equal, `level` a horizontal line at 0. */
export function scatterPlot(
  title: string,
  points: readonly Point[],
  axes: { readonly x: Axis; readonly y: Axis },
  guide: 'diagonal' | 'level',
): string {
  const x = scaleOf(
    points.map((point) => point.x),
    guide === 'diagonal' ? points.map((p) => p.y) : [],
  )
  const y =
    guide === 'diagonal'
      ? x
      : scaleOf(
          points.map((point) => point.y),
          [0],
        )
  const place = { x: (value: number) => along(value, x), y: (value: number) => up(value, y) }
  const dots = points.map(({ x: right, y: high }) => {
    return `<circle cx="${place.x(right)}" cy="${place.y(high)}" r="2"/>`
  })
  const [from, to] = guide === 'diagonal' ? [x.low, x.high] : [0, 0]
  const line = `<line class="guide" x1="${place.x(x.low)}" y1="${place.y(from)}" x2="${place.x(x.high)}" y2="${place.y(to)}"/>`
  return frame(title, HEIGHT, [
    ...horizontalAxis(x, axes.x),
    ...verticalAxis(y, axes.y),
    `<g class="dots">${dots.join('')}</g>`,
    line,
  ])
}

/** How often values fall into each of `count` equal steps from `low` to `high`; those beyond are in the outermost. */
export function histogram(
  title: string,
  values: Iterable<number>,
  { low, high, count }: { readonly low: number; readonly high: number; readonly count: number },
  axis: Axis,
): string {
  const counts = new Array<number>(count).fill(0)
  for (const value of values) {
    const step = Math.floor(((value - low) / (high - low)) * count)
    const place = Math.min(count - 1, Math.max(0, step))
    counts[place] = (counts[place] ?? 0) + 1
  }
  const x = { low, high }
  const y = { low: 0, high: Math.max(...counts, 1) }
  const bars = counts.map((many, index) => {
    const left = along(low + (index / count) * (high - low), x)
    const right = along(low + ((index + 1) / count) * (high - low), x)
    const top = up(many, y)
    const width = Math.max(1, right - left - 1).toFixed(1)
    return `<rect x="${left}" y="${top}" width="${width}" height="${(up(0, y) - top).toFixed(1)}"/>`
  })
  return frame(title, HEIGHT, [
    ...horizontalAxis(x, axis),
    ...verticalAxis(y, { label: 'homes', show: (value) => String(Math.round(value)) }),
    `<g class="bars">${bars.join('')}</g>`,
  ])
}

/** Bars to the right, one below the other. */
export function barPlot(title: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const room = WIDTH - LABEL_WIDTH - END_TEXT_WIDTH
  const rows = bars.map(({ label, value, text, series = 0 }, index) => {
    const top = index * (BAR_HEIGHT + BAR_GAP) + BAR_GAP
    const middle = top + BAR_HEIGHT / 2 + 4
    const width = Math.max(1, (Math.max(0, value) / most) * room).toFixed(1)
    return [
      `<text class="name" x="${LABEL_WIDTH - 8}" y="${middle}">${escapeHtml(label)}</text>`,
      `<rect class="series-${series}" x="${LABEL_WIDTH}" y="${top}" width="${width}" height="${BAR_HEIGHT}"/>`,
      `<text x="${(LABEL_WIDTH + Number(width) + 6).toFixed(1)}" y="${middle}">${escapeHtml(text)}</text>`,
    ].join('')
  })
  return frame(title, bars.length * (BAR_HEIGHT + BAR_GAP) + BAR_GAP, rows)
}

interface Scale {
  readonly low: number
  readonly high: number
}

function scaleOf(values: readonly number[], others: readonly number[]): Scale {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of [...values, ...others]) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low < high ? { low, high } : { low: low - 1, high: low + 1 }
}

function along(value: number, { low, high }: Scale): number {
  const room = WIDTH - MARGIN.left - MARGIN.right
  return Number((MARGIN.left + ((value - low) / (high - low)) * room).toFixed(1))
}

function up(value: number, { low, high }: Scale): number {
  const room = HEIGHT - MARGIN.top - MARGIN.bottom
  return Number((HEIGHT - MARGIN.bottom - ((value - low) / (high - low)) * room).toFixed(1))
}

function ticksOf({ low, high }: Scale): readonly number[] {
  const raw = (high - low) / TICKS
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power
  const first = Math.ceil(low / step)
  const last = Math.floor(high / step)
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
}

function horizontalAxis(scale: Scale, { label, show }: Axis): readonly string[] {
  const bottom = HEIGHT - MARGIN.bottom
  const ticks = ticksOf(scale).map((value) => {
    const at = along(value, scale)
    return `<line class="grid" x1="${at}" y1="${MARGIN.top}" x2="${at}" y2="${bottom}"/><text class="middle" x="${at}" y="${bottom + 18}">${escapeHtml(show(value))}</text>`
  })
  const center = (MARGIN.left + WIDTH - MARGIN.right) / 2
  return [
    ...ticks,
    `<text class="middle" x="${center}" y="${HEIGHT - 8}">${escapeHtml(label)}</text>`,
  ]
}

function verticalAxis(scale: Scale, { label, show }: Axis): readonly string[] {
  const right = WIDTH - MARGIN.right
  const ticks = ticksOf(scale).map((value) => {
    const at = up(value, scale)
    return `<line class="grid" x1="${MARGIN.left}" y1="${at}" x2="${right}" y2="${at}"/><text class="name" x="${MARGIN.left - 8}" y="${at + 4}">${escapeHtml(show(value))}</text>`
  })
  const center = (MARGIN.top + HEIGHT - MARGIN.bottom) / 2
  return [
    ...ticks,
    `<text class="middle" transform="translate(14 ${center}) rotate(-90)">${escapeHtml(label)}</text>`,
  ]
}

function frame(title: string, height: number, parts: readonly string[]): string {
  const said = escapeHtml(title)
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${said}">${parts.join('')}</svg><figcaption>${said}</figcaption></figure>`
}
