// Whether what a model is asked and answers still looks like what it learned from, column by column.

import { type Bins, categoryBins, numberBins } from './bins.ts'
import { jensenShannon, populationStability, stabilityByChance } from './divergences.ts'
import { chiSquared, kolmogorovSmirnov } from './two-samples.ts'

export const DRIFT_VERDICTS = ['stable', 'shifting', 'drifted', 'too_few_rows'] as const

export type DriftVerdict = (typeof DRIFT_VERDICTS)[number]

/** One column of both samples: an input, or what was answered. */
export interface DriftColumn {
  readonly name: string
  readonly kind: 'number' | 'category' | 'text_length'
  readonly reference: readonly (number | string | null)[]
  readonly current: readonly (number | string | null)[]
}

export interface ColumnDrift {
  readonly name: string
  readonly kind: DriftColumn['kind']
  readonly verdict: DriftVerdict
  /** Population stability index over the bins. */
  readonly psi: number
  /** The same less what samples of these sizes show by chance; what the verdict looks at. */
  readonly psiBeyondChance: number
  /** Kolmogorov and Smirnov's distance; numbers only. */
  readonly ks: number | null
  /** Jensen and Shannon's distance over the bins, 0 to 1. */
  readonly js: number
  /** Kolmogorov-Smirnov's for numbers, chi-squared's for categories, after Holm's correction for the number of columns. */
  readonly pValue: number
  readonly bins: readonly {
    readonly label: string
    /** Shares of the rows, 0 to 1. */
    readonly reference: number
    readonly current: number
  }[]
}

/**
 * No verdict on fewer rows, on either side: at 30 against 64 a Kolmogorov-Smirnov distance under 0.3 does not show at 5 %,
 * so that "stable" would say nothing.
 */
export const LEAST_ROWS = 30
/** The chance of calling any column of an unchanged model changed. */
const SIGNIFICANCE = 0.05
/** The rule of thumb of credit scoring (Siddiqi, Credit Risk Scorecards, 2006), applied to what chance does not explain. */
export const SHIFTING_PSI = 0.1
export const DRIFTED_PSI = 0.25

/**
 * A column has drifted where the difference is both beyond chance (so that few rows raise no alarm) and large (so that many
 * rows do not make an alarm of a trifle).
 */
export function compareColumns(columns: readonly DriftColumn[]): readonly ColumnDrift[] {
  const measured = columns.map(measure)
  const corrected = holm(measured.map(({ pValue }) => pValue))
  return measured.map((one, index) => {
    const pValue = corrected[index] as number
    return { ...one, pValue, verdict: verdictOf({ ...one, pValue }) }
  })
}

/** The worst of them; too_few_rows where no column has a verdict. */
export function worstOf(verdicts: readonly DriftVerdict[]): DriftVerdict {
  const order = ['drifted', 'shifting', 'stable'] as const
  return order.find((one) => verdicts.includes(one)) ?? 'too_few_rows'
}

type Measured = Omit<ColumnDrift, 'verdict'> & { readonly isEnough: boolean }

function measure({ name, kind, reference, current }: DriftColumn): Measured {
  const bins = binsOf(kind, reference)
  const before = bins.count(reference)
  const after = bins.count(current)
  const used = before.filter((count, bin) => count + (after[bin] ?? 0) > 0).length
  const isEnough = Math.min(reference.length, current.length) >= LEAST_ROWS
  const isComparable = reference.length > 0 && current.length > 0
  const psi = isComparable ? populationStability(before, after) : 0
  const chance = isComparable ? stabilityByChance(used, reference.length, current.length) : 0
  const numbers = kind === 'category' ? null : compareNumbers(reference, current)
  return {
    name,
    kind,
    isEnough,
    psi,
    psiBeyondChance: Math.max(0, psi - chance),
    ks: numbers?.statistic ?? null,
    js: isComparable ? jensenShannon(before, after) : 0,
    pValue: isEnough ? (numbers ?? chiSquared(before, after)).pValue : 1,
    bins: bins.labels
      .map((label, bin) => ({
        label,
        reference: (before[bin] ?? 0) / Math.max(1, reference.length),
        current: (after[bin] ?? 0) / Math.max(1, current.length),
      }))
      .filter((bin) => bin.reference + bin.current > 0),
  }
}

function binsOf(kind: DriftColumn['kind'], reference: DriftColumn['reference']): Bins {
  if (kind === 'category')
    return categoryBins(reference.map((value) => (value === null ? null : String(value))))
  return numberBins(reference.map((value) => (typeof value === 'number' ? value : null)))
}

/** The values, and whether there are any: the smaller p-value of the two counts twice (Bonferroni). */
function compareNumbers(reference: DriftColumn['reference'], current: DriftColumn['current']) {
  const [before, after] = [numbersOf(reference), numbersOf(current)]
  const gaps = [reference.length - before.length, current.length - after.length] as const
  const missing = chiSquared([before.length, gaps[0]], [after.length, gaps[1]])
  if (before.length === 0 || after.length === 0) return { statistic: null, pValue: missing.pValue }
  const { statistic, pValue } = kolmogorovSmirnov(before, after)
  if (gaps[0] + gaps[1] === 0) return { statistic, pValue }
  return { statistic, pValue: Math.min(1, 2 * Math.min(pValue, missing.pValue)) }
}

const numbersOf = (values: DriftColumn['reference']) =>
  values.filter((value) => typeof value === 'number')

function verdictOf({ isEnough, pValue, psiBeyondChance }: Measured): DriftVerdict {
  if (!isEnough) return 'too_few_rows'
  if (pValue >= SIGNIFICANCE || psiBeyondChance < SHIFTING_PSI) return 'stable'
  return psiBeyondChance < DRIFTED_PSI ? 'shifting' : 'drifted'
}

/** Holm 1979: each p-value as if it alone had been looked for, never out of their order. */
function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues
    .map((_, index) => index)
    .sort((a, b) => (pValues[a] as number) - (pValues[b] as number))
  const corrected = new Array<number>(pValues.length).fill(1)
  let largest = 0
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues[index] as number) * (pValues.length - rank)))
    corrected[index] = largest
  })
  return corrected
}
