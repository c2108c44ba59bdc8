// Reads what makes other columns of many: principal components and their kin, polynomials.

import type { Matrix } from '#core/pipeline/matrix.ts'
import type { Transformer } from '#core/pipeline/pipeline.ts'
import { combinationCount } from '#core/pipeline/polynomial-terms.ts'
import { asNumber, itemsOf } from '../pickle/access.ts'
import { checkWidth, readColumnVector } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  optionalVector,
  readFlag,
  readMatrix,
  readNumber,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import { invert, MAX_INVERTED } from './inverse-matrix.ts'
import type { TableShape, TransformerReader } from './reading.ts'

export const PROJECTION_READERS: Readonly<Record<string, TransformerReader>> = {
  PCA: readPrincipalComponents,
  IncrementalPCA: readPrincipalComponents,
  TruncatedSVD: (object, table) => ({
    kind: 'project',
    mean: null,
    components: readComponents(object, 'components_', table),
    divide: null,
  }),
  FastICA: (object, table) => ({
    kind: 'project',
    mean: attribute(object, 'whiten') === false ? null : readColumnVector(object, 'mean_', table),
    components: readComponents(object, 'components_', table),
    divide: null,
  }),
  FactorAnalysis: readFactors,
  LinearDiscriminantAnalysis: readDiscriminants,
  PolynomialFeatures: readPolynomial,
}

/** One row a component, one number a column. */
function readComponents(object: FittedObject, name: string, table: TableShape): Matrix {
  const components = readMatrix(object, name)
  checkWidth(object, components.columns, table)
  return components
}

/** The least that scikit-learn divides by when it whitens. */
const SMALLEST_SCALE = 2 ** -52

function readPrincipalComponents(object: FittedObject, table: TableShape): Transformer {
  const components = readComponents(object, 'components_', table)
  const mean = optionalVector(object, 'mean_')
  if (mean !== null) checkWidth(object, mean.length, table)
  if (!readFlag(object, 'whiten', false)) {
    return { kind: 'project', mean, components, divide: null }
  }
  const divide = readVector(object, 'explained_variance_').map((variance) =>
    Math.max(SMALLEST_SCALE, Math.sqrt(variance)),
  )
  if (divide.length !== components.rows) {
    throw refuse(object, 'has variances that do not fit its components.')
  }
  return { kind: 'project', mean, components, divide }
}

/** The posterior means of the factors: (x - mean) · Ψ⁻¹Wᵀ · (I + WΨ⁻¹Wᵀ)⁻¹ for loadings W and noise variances Ψ. */
function readFactors(object: FittedObject, table: TableShape): Transformer {
  const { rows, columns, data } = readComponents(object, 'components_', table)
  if (rows > MAX_INVERTED) {
    throw refuse(object, `has ${rows} factors; Parley reads up to ${MAX_INVERTED}.`)
  }
  const noise = readColumnVector(object, 'noise_variance_', table)
  const scaled = data.map((loading, at) => loading / (noise[at % columns] ?? 1))
  const precision = new Float64Array(rows * rows)
  for (let at = 0; at < precision.length; at++) {
    const [row, other] = [Math.floor(at / rows), at % rows]
    let sum = row === other ? 1 : 0
    for (let column = 0; column < columns; column++) {
      sum += (scaled[row * columns + column] ?? 0) * (data[other * columns + column] ?? 0)
    }
    precision[at] = sum
  }
  const covariance = invert({ rows, columns: rows, data: precision })
  if (covariance === null) throw refuse(object, 'has factors that depend on each other.')
  const components = new Float64Array(rows * columns)
  for (let at = 0; at < components.length; at++) {
    const [row, column] = [Math.floor(at / columns), at % columns]
    for (let other = 0; other < rows; other++) {
      components[at] =
        (components[at] ?? 0) +
        (covariance.data[other * rows + row] ?? 0) * (scaled[other * columns + column] ?? 0)
    }
  }
  return {
    kind: 'project',
    mean: readColumnVector(object, 'mean_', table),
    components: { rows, columns, data: components },
    divide: null,
  }
}

/** The directions that tell classes apart best, as columns of `scalings_`. */
function readDiscriminants(object: FittedObject, table: TableShape): Transformer {
  const solver = readText(object, 'solver', 'svd')
  if (solver !== 'svd' && solver !== 'eigen') {
    throw refuse(object, `does not transform with the solver ${solver}; fit it with svd or eigen.`)
  }
  const scalings = readMatrix(object, 'scalings_')
  checkWidth(object, scalings.rows, table)
  const most = readNumber(object, '_max_components')
  const count = Math.min(scalings.columns, most)
  if (!Number.isInteger(count) || count < 1) throw refuse(object, 'has no components.')
  const data = new Float64Array(count * scalings.rows)
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < scalings.rows; column++) {
      data[row * scalings.rows + column] = scalings.data[column * scalings.columns + row] ?? 0
    }
  }
  return {
    kind: 'project',
    mean: solver === 'svd' ? readColumnVector(object, 'xbar_', table) : null,
    components: { rows: count, columns: scalings.rows, data },
    divide: null,
  }
}

/** Products beyond this number are no model of a table. */
const MAX_PRODUCTS = 100_000

/** Higher degrees overflow or vanish. */
const MAX_DEGREE = 32

function readPolynomial(object: FittedObject, table: TableShape): Transformer {
  const range = itemsOf(attribute(object, 'degree'))?.map(asNumber)
  const [lowest = 1, highest = readDegree(object, range)] = range ?? []
  const bias = readFlag(object, 'include_bias', true)
  const interactionsOnly = readFlag(object, 'interaction_only', false)
  if (!isDegree(lowest) || !isDegree(highest) || lowest > highest) {
    throw refuse(object, `makes products of a degree that is no number from 0 to ${MAX_DEGREE}.`)
  }
  let count = 0
  for (let degree = 1; degree <= highest; degree++) {
    count += combinationCount(table.width, degree, interactionsOnly)
  }
  if (!(count <= MAX_PRODUCTS)) {
    throw refuse(
      object,
      `makes ${count} products of ${table.width} columns; Parley calculates up to ${MAX_PRODUCTS}.`,
    )
  }
  return {
    kind: 'polynomial',
    lowest: Math.max(1, lowest),
    highest,
    interactionsOnly,
    bias,
  }
}

function readDegree(object: FittedObject, range: readonly unknown[] | undefined): number {
  return range === undefined ? readNumber(object, 'degree') : Number.NaN
}

function isDegree(degree: number | null): degree is number {
  return degree !== null && Number.isInteger(degree) && degree >= 0 && degree <= MAX_DEGREE
}
