// Reads a SplineTransformer: its basis splines become one polynomial an interval and result.

import type { Transformer } from '#core/pipeline/pipeline.ts'
import type { SplineColumn } from '#core/pipeline/preprocessing.ts'
import { isRecord, itemsOf } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import { checkWidth } from './column-vectors.ts'
import {
  type FittedObject,
  openInner,
  readFlag,
  readItems,
  readMatrix,
  readNumber,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import type { TableShape, TransformerReader } from './reading.ts'

export const SPLINE_READERS: Readonly<Record<string, TransformerReader>> = {
  SplineTransformer: readSplines,
}

const EXTRAPOLATIONS = ['constant', 'linear', 'continue', 'error'] as const

type Extrapolation = (typeof EXTRAPOLATIONS)[number]

/** Higher degrees swing too wildly to be of use. */
const MAX_DEGREE = 10

/** Coefficients of one column: intervals times results times powers. */
const MAX_COEFFICIENTS = 1_000_000

function readSplines(object: FittedObject, table: TableShape): Transformer {
  const rule = readText(object, 'extrapolation', 'constant')
  const extrapolation = EXTRAPOLATIONS.find((known) => known === rule)
  if (extrapolation === undefined) {
    throw refuse(
      object,
      `goes on beyond its knots by the rule ${printable(rule)}, which Parley does not know. Use constant, linear or continue.`,
    )
  }
  if (readText(object, 'handle_missing', 'error') === 'zeros') {
    throw refuse(
      object,
      'gives zeros for missing values, which Parley does not. Fill them in before.',
    )
  }
  const bias = readFlag(object, 'include_bias', true)
  const columns = readItems(object, 'bsplines_').map((value, index) => {
    const inner = insideDelegate(openInner(object, value))
    // scikit-learn counts straight splines as parabolas once it has gone on beyond those of the first column.
    const isRaised = extrapolation === 'linear' && index > 0 && readNumber(inner, 'k') <= 1
    return readColumn(inner, { extrapolation, bias, isRaised })
  })
  checkWidth(object, columns.length, table)
  return { kind: 'splines', columns }
}

/** Newer releases of SciPy keep all of a spline in an object that it passes its calls on to, the first of its state. */
function insideDelegate(object: FittedObject): FittedObject {
  const [delegate] = itemsOf(object.record.state) ?? []
  return isRecord(delegate) ? openInner(object, delegate) : object
}

interface ColumnRules {
  readonly extrapolation: Extrapolation
  readonly bias: boolean
  readonly isRaised: boolean
}

function readColumn(
  object: FittedObject,
  { extrapolation, bias, isRaised }: ColumnRules,
): SplineColumn {
  const knots = readVector(object, 't')
  const degree = readNumber(object, 'k')
  const count = knots.length - degree - 1
  const ascends = knots.every((knot, index) => index === 0 || knot >= (knots[index - 1] ?? 0))
  if (!(Number.isInteger(degree) && degree >= 0 && degree <= MAX_DEGREE && count > degree)) {
    throw refuse(object, 'has fewer knots than its degree needs.')
  }
  if (!ascends) throw refuse(object, 'has knots that do not ascend.')
  if (count * (count + 2) * (degree + 1) > MAX_COEFFICIENTS) {
    throw refuse(object, `has ${knots.length} knots, which are too many.`)
  }
  checkIdentity(object, count)
  const outputs = bias ? count : count - 1
  const ends = isRaised ? ([degree + 1, count - 1] as const) : ([degree, count] as const)
  if (!((knots[ends[0]] ?? 0) <= (knots[ends[1]] ?? 0))) {
    throw refuse(object, 'goes on in straight lines beyond too few knots. Use three or more.')
  }
  return joinIntervals(intervalsOf(knots, degree, ends, extrapolation), outputs, degree + 1)
}

/** Periodic splines mix their basis; all others are the basis itself. */
function checkIdentity(object: FittedObject, count: number): void {
  const { rows, columns, data } = readMatrix(object, 'c')
  const isIdentity =
    rows === count &&
    columns === count &&
    data.every((value, at) => value === (at % (count + 1) === 0 ? 1 : 0))
  if (!isIdentity) throw refuse(object, 'mixes its splines, which Parley does not calculate.')
}

/** Coefficients from the constant up. */
type Polynomial = readonly number[]

interface Interval {
  readonly start: number
  /** One polynomial a spline, of the distance from `start`. */
  readonly splines: readonly Polynomial[]
}

/**
 * `ends` are the positions of the first and the last knot that count: between them the splines are what they are, and
 * beyond them the rule holds.
 */
function intervalsOf(
  knots: Float64Array,
  degree: number,
  ends: readonly [number, number],
  extrapolation: Extrapolation,
): readonly Interval[] {
  const at = (index: number) => knots[index] ?? 0
  const count = knots.length - degree - 1
  const [low, high] = ends
  const inside: Interval[] = []
  for (let place = low; place < high; place++) {
    if (at(place) < at(place + 1)) {
      inside.push({ start: at(place), splines: basisAt(knots, degree, place) })
    }
  }
  // As many splines as the degree reach beyond an end, and the library sets no others.
  const reach = extrapolation === 'linear' ? Math.max(2, degree) : degree
  const isSet = (index: number) =>
    extrapolation === 'continue' || extrapolation === 'error' || index < reach
  const goesOnFlat = extrapolation === 'continue' && at(degree) === at(degree + 1)
  const atStart = goesOnFlat ? emptySplines(count) : splinesAt(knots, degree, at(low))
  const atEnd = splinesAt(knots, degree, at(high))
  const below = atStart.map((spline, index) => (isSet(index) ? outside(spline, extrapolation) : []))
  const above = atEnd.map((spline, index) =>
    isSet(count - 1 - index) ? outside(spline, extrapolation) : [],
  )
  return [
    { start: at(low), splines: below },
    ...inside,
    // A value at the last knot is inside.
    { start: at(high), splines: atEnd },
    { start: numberAbove(at(high)), splines: above },
  ]
}

function emptySplines(count: number): readonly Polynomial[] {
  return Array.from({ length: count }, () => [])
}

/**
 * The splines around a point. SciPy takes the last interval that begins there or before for the one that it is in, and has
 * no splines where that one, between knots of one value, is empty.
 */
function splinesAt(knots: Float64Array, degree: number, point: number): readonly Polynomial[] {
  const count = knots.length - degree - 1
  let place = degree
  while (place < count - 1 && point >= (knots[place + 1] ?? 0)) place++
  const start = knots[place] ?? 0
  if (start === knots[place + 1]) return emptySplines(count)
  return basisAt(knots, degree, place).map((spline) => moved(spline, point - start))
}

const WORD = new DataView(new ArrayBuffer(8))

/** The smallest double above a finite one. */
function numberAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  WORD.setFloat64(0, value)
  WORD.setBigInt64(0, WORD.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return WORD.getFloat64(0)
}

/** What goes on beyond a knot from a polynomial around it. */
function outside(spline: Polynomial, extrapolation: Extrapolation): Polynomial {
  switch (extrapolation) {
    case 'constant':
      return spline.slice(0, 1)
    case 'linear':
      return spline.slice(0, 2)
    case 'continue':
      return spline
    case 'error':
      return [Number.NaN]
  }
}

/** The recursion of de Boor and Cox on the interval that begins at `place`, with polynomials in place of numbers. */
function basisAt(knots: Float64Array, degree: number, place: number): readonly Polynomial[] {
  const at = (index: number) => knots[index] ?? 0
  const origin = at(place)
  let splines: Polynomial[] = Array.from({ length: knots.length - 1 }, (_, index) =>
    index === place ? [1] : [],
  )
  for (let own = 1; own <= degree; own++) {
    splines = Array.from({ length: knots.length - 1 - own }, (_, index) => {
      const rise = at(index + own) - at(index)
      const fall = at(index + own + 1) - at(index + 1)
      const rising =
        rise > 0 ? timesLine(splines[index], (origin - at(index)) / rise, 1 / rise) : []
      const falling =
        fall > 0
          ? timesLine(splines[index + 1], (at(index + own + 1) - origin) / fall, -1 / fall)
          : []
      return sumOf(rising, falling)
    })
  }
  return splines
}

function timesLine(spline: Polynomial | undefined, constant: number, slope: number): Polynomial {
  if (spline === undefined || spline.length === 0) return []
  return sumOf(
    spline.map((value) => value * constant),
    [0, ...spline.map((value) => value * slope)],
  )
}

function sumOf(left: Polynomial, right: Polynomial): Polynomial {
  return Array.from(
    { length: Math.max(left.length, right.length) },
    (_, power) => (left[power] ?? 0) + (right[power] ?? 0),
  )
}

/** The same polynomial around a point `distance` further on. */
function moved(spline: Polynomial, distance: number): Polynomial {
  return spline.reduceRight<Polynomial>(
    (sum, coefficient) => sumOf(timesLine(sum, distance, 1), [coefficient]),
    [],
  )
}

function joinIntervals(
  intervals: readonly Interval[],
  outputs: number,
  size: number,
): SplineColumn {
  const data = new Float64Array(intervals.length * outputs * size)
  intervals.forEach(({ splines }, interval) => {
    for (let output = 0; output < outputs; output++) {
      const start = (interval * outputs + output) * size
      splines[output]?.forEach((coefficient, power) => {
        data[start + power] = coefficient
      })
    }
  })
  return {
    knots: Float64Array.from(intervals, ({ start }) => start),
    coefficients: { rows: intervals.length, columns: outputs * size, data },
    outputs,
  }
}
