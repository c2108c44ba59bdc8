// Bins that a reference sample fixes and any other sample is counted in.

export interface Bins {
  readonly labels: readonly string[]
  readonly count: (values: readonly (number | string | null)[]) => readonly number[]
}

/** Deciles, as credit scoring has them; fewer where a decile would hold under five rows of the reference. */
const MAX_NUMBER_BINS = 10
const ROWS_A_BIN = 5
/** Numbers of few different values are counted by value: deciles would cut between nothing. */
const FEW_VALUES = 10
/** Names after the most frequent share one bin: tests on counts want some in each. */
const MAX_CATEGORY_BINS = 20

const OTHER = 'others'
const MISSING = 'missing'

/** `reference` holds one number at least. */
export function numberBins(reference: readonly (number | null)[]): Bins {
  const values = reference.filter((value) => value !== null).sort((left, right) => left - right)
  const distinct = [...new Set(values)]
  return distinct.length <= FEW_VALUES ? valueBins(distinct) : quantileBins(values)
}

function valueBins(distinct: readonly number[]): Bins {
  return namedBins(distinct.map(String))
}

function quantileBins(sorted: readonly number[]): Bins {
  const wanted = Math.max(2, Math.min(MAX_NUMBER_BINS, Math.floor(sorted.length / ROWS_A_BIN)))
  const edges = [
    ...new Set(
      Array.from({ length: wanted - 1 }, (_, index) => quantile(sorted, (index + 1) / wanted)),
    ),
  ]
  const names = edges.map(shortNumber)
  const labels = [
    `below ${names[0]}`,
    ...names.slice(1).map((name, index) => `${names[index]} to ${name}`),
    `from ${names.at(-1)}`,
    MISSING,
  ]
  return {
    labels,
    count(values) {
      const counts = new Array<number>(labels.length).fill(0)
      for (const value of values) {
        const bin =
          typeof value === 'number'
            ? edges.filter((edge) => edge <= value).length
            : edges.length + 1
        counts[bin] = (counts[bin] as number) + 1
      }
      return counts
    },
  }
}

/** Linear between the two nearest, as numpy's. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const [low, high] = [Math.floor(place), Math.ceil(place)]
  const [from, to] = [sorted[low] as number, sorted[high] as number]
  return from + (to - from) * (place - low)
}

const shortNumber = (value: number) => String(Number(value.toPrecision(3)))

/** The names of the reference, most frequent first; what it does not have is among the others. */
export function categoryBins(reference: readonly (string | null)[]): Bins {
  const counts = new Map<string, number>()
  for (const name of reference) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1)
  const byCount = [...counts].sort(([, left], [, right]) => right - left)
  return namedBins(byCount.slice(0, MAX_CATEGORY_BINS).map(([name]) => name))
}

function namedBins(names: readonly string[]): Bins {
  const labels = [...names, OTHER, MISSING]
  const places = new Map(names.map((name, place) => [name, place]))
  return {
    labels,
    count(values) {
      const counts = new Array<number>(labels.length).fill(0)
      for (const value of values) {
        const bin = value === null ? names.length + 1 : (places.get(String(value)) ?? names.length)
        counts[bin] = (counts[bin] as number) + 1
      }
      return counts
    },
  }
}
