// Reads signed bars back from the text that people see, to hold them against the figures that they stand for.

export interface Bar {
  readonly name: string
  /** Blocks left of the middle line, which lower, and right of it, which raise. */
  readonly lowers: number
  readonly raises: number
  readonly figure: number
}

const BAR = /^\s*(?<name>.+?) = .*?\s{2,}(?<left>█*)│(?<right>█*)\s+(?<figure>[+-][\d.]+)$/gm

export function readBars(text: string): Bar[] {
  return [...text.matchAll(BAR)].map(({ groups = {} }) => ({
    name: groups['name'] ?? '',
    lowers: (groups['left'] ?? '').length,
    raises: (groups['right'] ?? '').length,
    figure: Number(groups['figure']),
  }))
}

export interface Contribution {
  readonly name: string
  readonly contribution: number
}

/** Three digits of a figure are shown. */
const SHOWN_DIGITS = 0.01

/** What is wrong with the bars; empty where each stands on the side of its sign, in its length and with its figure. */
export function problemsOfBars(bars: readonly Bar[], contributions: readonly Contribution[]) {
  const problems: string[] = []
  const largest = Math.max(...contributions.map(({ contribution }) => Math.abs(contribution)))
  const longest = Math.max(...bars.map(({ lowers, raises }) => lowers + raises))
  for (const { name, contribution } of contributions) {
    const bar = bars.find((one) => one.name === name)
    if (bar === undefined) {
      problems.push(`${name} has no bar`)
      continue
    }
    const share = Math.abs(contribution) / largest
    const expected = share * longest
    const [length, other] = contribution < 0 ? [bar.lowers, bar.raises] : [bar.raises, bar.lowers]
    if (other > 0) problems.push(`${name} stands on the wrong side`)
    if (Math.abs(length - expected) > 1) problems.push(`${name} is ${length} long, not ${expected}`)
    if (Math.abs(bar.figure - contribution) > SHOWN_DIGITS * Math.abs(contribution)) {
      problems.push(`${name} says ${bar.figure}, not ${contribution}`)
    }
  }
  return problems
}
