// Reads support vector machines with kernels, as libsvm's parameters stand in scikit-learn's objects.

import type { Kernel, KernelMachine, KernelTarget } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { asText } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import { checkWidth } from './column-vectors.ts'
import {
  attribute,
  type FittedObject,
  firstAttribute,
  numbersOfValue,
  optionalNumber,
  readFlag,
  readNumber,
  readText,
  refuse,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import type { PredictorReader, Reading, ReadPredictor, TableShape } from './reading.ts'
import { readDenseMatrix } from './sparse.ts'

/** Class names of scikit-learn → their readers. */
export const VECTOR_MACHINE_READERS: Readonly<Record<string, PredictorReader>> = {
  SVC: readClassifier,
  NuSVC: readClassifier,
  SVR: (object, table, reading) => ({
    predictor: readMachine(object, { kind: 'value' }, 1, table, reading),
    classes: null,
    outputs: 1,
  }),
  NuSVR: (object, table, reading) => ({
    predictor: readMachine(object, { kind: 'value' }, 1, table, reading),
    classes: null,
    outputs: 1,
  }),
  OneClassSVM: (object, table, reading) => ({
    predictor: readMachine(object, { kind: 'inlier' }, 1, table, reading),
    classes: ['-1', '1'],
    outputs: 1,
  }),
}

/** Classes that are told apart by pairs: 100 make 4,950 of them, each with a weight for every support vector. */
const MAX_PAIRED_CLASSES = 100

/** Numbers of support vectors, and of their weights in all pairs, that a graph carries: 32 MB each. */
const MAX_VECTOR_VALUES = 4 * 1024 * 1024

function readClassifier(object: FittedObject, table: TableShape, reading: Reading): ReadPredictor {
  const classes = readClasses(object)
  const pairs = (classes.length * (classes.length - 1)) / 2
  if (classes.length > MAX_PAIRED_CLASSES) {
    throw refuse(
      object,
      `tells ${classes.length} classes apart by pairs; Parley reads up to ${MAX_PAIRED_CLASSES}. Use LinearSVC, or OneVsRestClassifier.`,
    )
  }
  const counts = numbersOfValue(firstAttribute(object, '_n_support', 'n_support_'))
  if (counts === null || counts.length !== classes.length || classes.length < 2) {
    throw refuse(object, 'does not say how many support vectors each class has.')
  }
  const target: KernelTarget = {
    kind: 'classes',
    vectorCounts: Int32Array.from(counts),
    platt: readPlatt(object, pairs),
    breakTies: readBreakTies(object, classes.length),
    scores: isPairwise(object) ? 'pairs' : 'classes',
  }
  return { predictor: readMachine(object, target, pairs, table, reading), classes, outputs: 1 }
}

/** None and, until 0.18, also a missing parameter mean one against one. */
function isPairwise(object: FittedObject): boolean {
  return readText(object, 'decision_function_shape', 'ovo') === 'ovo'
}

/** Ties are broken by the scores of classes only; two classes have none to break. */
function readBreakTies(object: FittedObject, classCount: number): boolean {
  return classCount > 2 && !isPairwise(object) && readFlag(object, 'break_ties', false)
}

/** Old files keep the parameters without the underscore before their names, and empty ones where there are none. */
function readPlatt(
  object: FittedObject,
  pairs: number,
): { readonly a: Float64Array; readonly b: Float64Array } | null {
  if (!readFlag(object, 'probability', false)) return null
  const a = numbersOfValue(firstAttribute(object, '_probA', 'probA_'))
  const b = numbersOfValue(firstAttribute(object, '_probB', 'probB_'))
  if (a === null || b === null || a.length === 0) return null
  if (a.length === pairs && b.length === pairs) return { a, b }
  throw refuse(object, `has not one probability curve for each of its ${pairs} pairs of classes.`)
}

function readMachine(
  object: FittedObject,
  target: KernelTarget,
  sums: number,
  table: TableShape,
  { budget }: Reading,
): KernelMachine {
  // First: a kernel that is not read leaves vectors that say nothing.
  const kernel = readKernel(object)
  const vectors = readDenseMatrix(object, 'support_vectors_', budget)
  checkWidth(object, vectors.columns, table)
  const dualCoefficients = readDenseMatrix(object, '_dual_coef_', budget)
  const intercept = numbersOfValue(attribute(object, '_intercept_'))
  checkVectors(object, vectors, dualCoefficients, target)
  if (Math.max(vectors.data.length, vectors.rows * sums) > MAX_VECTOR_VALUES) {
    throw refuse(
      object,
      `keeps ${vectors.rows} support vectors of ${vectors.columns} columns, more than Parley compares rows with. Train on fewer rows or columns.`,
    )
  }
  if (intercept === null || intercept.length !== sums) {
    throw refuse(object, `has not the ${sums} intercepts that its classes need.`)
  }
  return { kind: 'kernel', kernel, vectors, dualCoefficients, intercept, target }
}

function checkVectors(
  object: FittedObject,
  vectors: Matrix,
  weights: Matrix,
  target: KernelTarget,
): void {
  const isClassifier = target.kind === 'classes'
  const rows = isClassifier ? target.vectorCounts.length - 1 : 1
  const counted = isClassifier
    ? target.vectorCounts.reduce((sum, count) => sum + count, 0)
    : vectors.rows
  const isSound =
    weights.rows === rows &&
    weights.columns === vectors.rows &&
    counted === vectors.rows &&
    !(isClassifier && target.vectorCounts.some((count) => count < 0))
  if (!isSound) {
    throw refuse(
      object,
      `has ${vectors.rows} support vectors and weights for ${weights.columns}; the file is damaged.`,
    )
  }
}

/** scikit-learn's names of the kernels that are read. */
const KERNELS: Readonly<Record<string, (object: FittedObject) => Kernel>> = {
  linear: () => ({ kind: 'linear' }),
  rbf: (object) => ({ kind: 'rbf', gamma: readNumber(object, '_gamma') }),
  poly: (object) => ({
    kind: 'poly',
    gamma: readNumber(object, '_gamma'),
    degree: readNumber(object, 'degree'),
    coef0: optionalNumber(object, 'coef0') ?? 0,
  }),
  sigmoid: (object) => ({
    kind: 'sigmoid',
    gamma: readNumber(object, '_gamma'),
    coef0: optionalNumber(object, 'coef0') ?? 0,
  }),
}

function readKernel(object: FittedObject): Kernel {
  const name = asText(attribute(object, 'kernel'))
  if (name === null) {
    throw refuse(object, 'uses a kernel of your own, which Parley does not run. Use a named one.')
  }
  const read = Object.hasOwn(KERNELS, name) ? KERNELS[name] : undefined
  if (read !== undefined) return read(object)
  throw refuse(
    object,
    `uses the kernel ${printable(name)}, which Parley does not read. Use one of ${Object.keys(KERNELS).join(', ')}.`,
  )
}
