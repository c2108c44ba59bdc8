// Neighbours, support vectors and centres: exact distances, ties, libsvm's coupling, and files that cannot be right.

import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { PickleValue } from '#core/formats/pickle/value.ts'
import type { KernelMachine, Metric, NearestNeighbours } from '#core/pipeline/distances.ts'
import type { Matrix } from '#core/pipeline/matrix.ts'
import { answersOf, array, fitted, matrix, read, refusal, texts } from './predictors.ts'

const NEIGHBOURS = 'neighbors._regression'

function regression(points: Matrix, options: Partial<NearestNeighbours> = {}): NearestNeighbours {
  const values = {
    rows: points.rows,
    columns: 1,
    data: Float64Array.from({ length: points.rows }, (_, row) => row),
  }
  return {
    kind: 'neighbours',
    points,
    count: 1,
    metric: { kind: 'euclidean' },
    weights: 'uniform',
    targets: { kind: 'values', values },
    ...options,
  }
}

/** Numbers between -1 and 1 that are the same in every run. */
function noise(length: number, seed: number): Float64Array {
  return Float64Array.from({ length }, (_, index) =>
    Math.sin((index + 1) * 12.9898 + seed * 78.233),
  )
}

function rowsOf({ rows, columns, data }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, row) => [
    ...data.subarray(row * columns, (row + 1) * columns),
  ])
}

type Pair = readonly (readonly [number, number])[]

function sumOf(pairs: Pair, term: (left: number, right: number, column: number) => number): number {
  return pairs.reduce((sum, [left, right], column) => sum + term(left, right, column), 0)
}

/** Numbers that order points as the distances do, straight from their definitions. */
const ORDERS: { readonly [Kind in Metric['kind']]?: (pairs: Pair) => number } = {
  euclidean: (pairs) => sumOf(pairs, (left, right) => (left - right) ** 2),
  manhattan: (pairs) => sumOf(pairs, (left, right) => Math.abs(left - right)),
  chebyshev: (pairs) => Math.max(...pairs.map(([left, right]) => Math.abs(left - right))),
  minkowski: (pairs) =>
    sumOf(pairs, (left, right, column) => (column + 1) * Math.abs(left - right) ** 3),
  canberra: (pairs) =>
    sumOf(pairs, (left, right) => Math.abs(left - right) / (Math.abs(left) + Math.abs(right))),
  'bray-curtis': (pairs) =>
    sumOf(pairs, (left, right) => Math.abs(left - right)) /
    sumOf(pairs, (left, right) => Math.abs(left + right)),
  correlation(pairs) {
    const middles = [0, 1].map((side) => sumOf(pairs, (...both) => both[side] ?? 0) / pairs.length)
    const centred = pairs.map(
      ([left, right]) => [left - (middles[0] ?? 0), right - (middles[1] ?? 0)] as const,
    )
    const norm = (side: 0 | 1) =>
      Math.sqrt(centred.reduce((sum, pair) => sum + pair[side] * pair[side], 0))
    return -sumOf(centred, (left, right) => left * right) / (norm(0) * norm(1))
  },
  mahalanobis: (pairs) =>
    sumOf(pairs, (left, right, column) => (column + 1) * (left - right) ** 2) +
    (pairs[0] === undefined || pairs[1] === undefined
      ? 0
      : (pairs[0][0] - pairs[0][1]) * (pairs[1][0] - pairs[1][1])),
  'nan-euclidean'(pairs) {
    const shared = pairs.filter(([left, right]) => !Number.isNaN(left - right))
    return sumOf(shared, (left, right) => (left - right) ** 2) / shared.length
  },
}

/** The mean number of the nearest points, found one by one. */
function expectedMean(
  points: Matrix,
  row: readonly number[],
  count: number,
  kind: Metric['kind'],
): number {
  const distances = rowsOf(points).map((point, index) => {
    const pairs = point.map((value, column) => [row[column] ?? 0, value] as const)
    return { index, order: ORDERS[kind]?.(pairs) ?? Number.NaN }
  })
  const nearest = distances.sort((a, b) => a.order - b.order || a.index - b.index).slice(0, count)
  return nearest.reduce((total, { index }) => total + index, 0) / count
}

/** 1 to 5 on the diagonal, and a half beside the first two. */
const INVERSE: Matrix = {
  rows: 5,
  columns: 5,
  data: Float64Array.from({ length: 25 }, (_, at) =>
    at % 6 === 0 ? at / 6 + 1 : at === 1 || at === 5 ? 0.5 : 0,
  ),
}

describe('nearest neighbours', () => {
  const METRICS: readonly Metric[] = [
    { kind: 'euclidean' },
    { kind: 'manhattan' },
    { kind: 'chebyshev' },
    { kind: 'minkowski', power: 3, weights: Float64Array.of(1, 2, 3, 4, 5) },
    { kind: 'canberra' },
    { kind: 'bray-curtis', divisor: 'sums' },
    { kind: 'correlation' },
    { kind: 'mahalanobis', inverse: INVERSE },
  ]

  test.each(METRICS)('of many points are those of a search one by one: %o', async (metric) => {
    const points = { rows: 1500, columns: 5, data: noise(7500, 1) }
    const asked = rowsOf({ rows: 131, columns: 5, data: noise(655, 2) })
    const { numbers } = await answersOf(regression(points, { count: 4, metric }), asked, null)
    const expected = asked.map((row) => expectedMean(points, row, 4, metric.kind))
    expect(numbers.map(([value]) => value)).toEqual(expected)
  })

  test('of many points that lack values are those of a search by what both have', async () => {
    const data = noise(7500, 5).map((value, at) => (at % 7 === 0 ? Number.NaN : value))
    const points = { rows: 1500, columns: 5, data }
    const asked = rowsOf({ rows: 40, columns: 5, data: noise(200, 6) }).map((row, at) =>
      row.map((value, column) => (column === at % 5 ? Number.NaN : value)),
    )
    const metric: Metric = { kind: 'nan-euclidean' }
    const { numbers } = await answersOf(regression(points, { count: 3, metric }), asked, null)
    const expected = asked.map((row) => expectedMean(points, row, 3, 'nan-euclidean'))
    expect(numbers.map(([value]) => value)).toEqual(expected)
  })

  test('are exact where points are near each other and far from the others', async () => {
    const sides = noise(9000, 3).map((value, at) => value + (at % 2 === 0 ? 1e8 : -1e8))
    const points = { rows: 3000, columns: 3, data: sides }
    const asked = rowsOf(points)
      .slice(0, 20)
      .map((row) => row.map((value) => value + 1e-3))
    const { numbers } = await answersOf(regression(points, { count: 3 }), asked, null)
    const expected = asked.map((row) => expectedMean(points, row, 3, 'euclidean'))
    expect(numbers.map(([value]) => value)).toEqual(expected)
  })

  test('that are equally far on different sides come in the order of the points', async () => {
    const data = noise(15_000, 4).map((value) => value * 100)
    const asked = [71.5, -33.5, 90.5, 45.5, -12.5, 8.5, 99.5, -61.5, 3.5, 27.5]
    // A quarter away in each direction of each column, at every fiftieth place.
    for (let at = 0; at < 20; at++) {
      const near = asked.map((value, column) =>
        column === at % 10 ? value + (at < 10 ? 0.25 : -0.25) : value,
      )
      data.set(near, at * 500)
    }
    const points = { rows: 1500, columns: 10, data }
    const { numbers } = await answersOf(regression(points, { count: 12 }), [asked], null)
    expect(numbers).toEqual([[(50 * 11) / 2]])
  })

  test('that are equally far come in the order of the points', async () => {
    const same = { rows: 2000, columns: 3, data: new Float64Array(6000).fill(0.1) }
    const { numbers } = await answersOf(regression(same, { count: 2 }), [[1, 2, 3]], null)
    expect(numbers).toEqual([[0.5]])
  })

  test('at distance 0 are the only ones that count by distance', async () => {
    const points = matrix([0], [1], [0], [5])
    const near = regression(points, { count: 3, weights: 'distance' })
    const { numbers } = await answersOf(near, [[0], [0.5]], null)
    expect(numbers[0]).toEqual([1])
    expect(numbers[1]?.[0]).toBeCloseTo((0 / 0.5 + 1 / 0.5 + 2 / 0.5) / 6, 12)
  })

  test('vote for the first of two classes with equally many', async () => {
    const model: NearestNeighbours = {
      ...regression(matrix([0], [1])),
      count: 2,
      targets: { kind: 'classes', codes: Int32Array.of(1, 0), classCount: 2 },
    }
    const { numbers } = await answersOf(model, [[0.1]], ['a', 'b'])
    expect(numbers).toEqual([[0.5, 0.5]])
  })
})

/** libsvm's loop over the pairs' probabilities, as the paper has it. */
function coupled(count: number, pairs: readonly number[]): readonly number[] {
  const r = Array.from({ length: count }, () => new Array<number>(count).fill(0))
  let pair = 0
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const first = Math.min(Math.max(pairs[pair++] ?? 0, 1e-7), 1 - 1e-7)
      ;(r[i] as number[])[j] = first
      ;(r[j] as number[])[i] = 1 - first
    }
  }
  const at = (i: number, j: number) => r[i]?.[j] ?? 0
  const q = (t: number, j: number) =>
    t === j
      ? r.reduce((sum, _, other) => sum + (other === t ? 0 : at(other, t) ** 2), 0)
      : -at(j, t) * at(t, j)
  let p = new Array<number>(count).fill(1 / count)
  for (let round = 0; round < 100; round++) {
    let products = p.map((_, t) => p.reduce((sum, share, j) => sum + q(t, j) * share, 0))
    let value = p.reduce((sum, share, t) => sum + share * (products[t] ?? 0), 0)
    const error = Math.max(...products.map((product) => Math.abs(product - value)))
    if (error < 0.005 / count) break
    for (let t = 0; t < count; t++) {
      const own = products[t] ?? 0
      const change = (value - own) / q(t, t)
      const size = 1 + change
      value = (value + change * (change * q(t, t) + 2 * own)) / size / size
      products = products.map((product, j) => (product + change * q(t, j)) / size)
      p = p.map((share, j) => (j === t ? share + change : share) / size)
    }
  }
  return p
}

/** A machine whose decision for each pair of classes is the column of that pair: each class has a unit vector for each. */
function machineOf(classCount: number): KernelMachine {
  const pairs = (classCount * (classCount - 1)) / 2
  const count = classCount * pairs
  const vectors = new Float64Array(count * pairs)
  for (let at = 0; at < count; at++) vectors[at * pairs + (at % pairs)] = 1
  const weights = new Float64Array((classCount - 1) * count)
  let pair = 0
  for (let first = 0; first < classCount; first++) {
    for (let second = first + 1; second < classCount; second++) {
      weights[(second - 1) * count + first * pairs + pair] = 1
      pair++
    }
  }
  return {
    kind: 'kernel',
    kernel: { kind: 'linear' },
    vectors: { rows: count, columns: pairs, data: vectors },
    dualCoefficients: { rows: classCount - 1, columns: count, data: weights },
    intercept: new Float64Array(pairs),
    target: classTarget(classCount, -1),
  }
}

/** The probability of the first class of a pair is 1 / (1 + exp(slope · decision)). */
function classTarget(classCount: number, slope: number): KernelMachine['target'] {
  const pairs = (classCount * (classCount - 1)) / 2
  return {
    kind: 'classes',
    vectorCounts: new Int32Array(classCount).fill(pairs),
    platt: { a: new Float64Array(pairs).fill(slope), b: new Float64Array(pairs) },
    breakTies: false,
    scores: 'classes',
  }
}

function namesOf(classCount: number): readonly string[] {
  return Array.from({ length: classCount }, (_, index) => `class ${index}`)
}

describe('probabilities of support vector machines', () => {
  test.each([2, 3, 4, 6, 9, 12])('of %d classes are coupled as libsvm does it', async (count) => {
    const machine = machineOf(count)
    const decisions = fc.array(fc.double({ min: -25, max: 25, noNaN: true }), {
      minLength: machine.intercept.length,
      maxLength: machine.intercept.length,
    })
    const rows = fc.sample(decisions, { numRuns: 200, seed: 7 })
    const { numbers } = await answersOf(machine, rows, namesOf(count))
    rows.forEach((row, index) => {
      const shares = coupled(
        count,
        row.map((decision) => 1 / (1 + Math.exp(-decision))),
      )
      shares.forEach((share, place) => {
        expect(Math.abs((numbers[index]?.[place] ?? 0) - share)).toBeLessThan(1e-9)
      })
    })
  })

  test('may contradict the label, which goes by the votes', async () => {
    const machine = { ...machineOf(2), target: classTarget(2, 1) }
    const { labels, numbers } = await answersOf(machine, [[3], [-3], [0]], ['a', 'b'])
    expect(labels).toEqual(['a', 'b', 'b'])
    expect(numbers.map(([first = 0]) => first > 0.49)).toEqual([false, true, true])
  })

  test('leave a tie of votes to the first class, unless ties are broken by scores', async () => {
    const machine = machineOf(3)
    // 0 beats 1, 2 beats 0 clearly, 1 beats 2: one vote each.
    const row = [0.1, -5, 0.1]
    const byVotes = await answersOf(machine, [row], namesOf(3))
    expect(byVotes.labels).toEqual(['class 0'])
    const target = { ...machine.target, breakTies: true } as KernelMachine['target']
    const byScores = await answersOf({ ...machine, target }, [row], namesOf(3))
    expect(byScores.labels).toEqual(['class 2'])
  })
})

describe('kernels over many support vectors', () => {
  test('keep their digits whichever way they are calculated', async () => {
    const vectors = { rows: 1200, columns: 6, data: noise(7200, 5) }
    const weights = noise(1200, 6)
    for (const shift of [0, 1e6]) {
      const moved = { ...vectors, data: vectors.data.map((value) => value + shift) }
      const row = [0.1, 0.2, 0.3, -0.4, 0.5, 0.6].map((value) => value + shift)
      const { numbers } = await answersOf(
        {
          kind: 'kernel',
          kernel: { kind: 'rbf', gamma: 0.7 },
          vectors: moved,
          dualCoefficients: { rows: 1, columns: 1200, data: weights },
          intercept: Float64Array.of(0.25),
          target: { kind: 'value' },
        },
        [row, row],
        null,
      )
      const expected = rowsOf(moved).reduce((sum, vector, index) => {
        const square = vector.reduce((total, value, at) => total + ((row[at] ?? 0) - value) ** 2, 0)
        return sum + (weights[index] ?? 0) * Math.exp(-0.7 * square)
      }, 0.25)
      expect(numbers[0]?.[0]).toBeCloseTo(expected, 9)
      expect(numbers[1]).toEqual(numbers[0] as number[])
    }
  })
})

describe('what is refused, by name', () => {
  const points = {
    _fit_X: array([[1], [2]]),
    _y: array([3, 4]),
    n_neighbors: 1,
    weights: 'uniform',
    effective_metric_: 'euclidean',
  }
  const weighted: PickleValue = { kind: 'dict', entries: new Map([['w', array([1, 2])]]) }
  const machine = {
    kernel: 'rbf',
    _gamma: 0.5,
    support_vectors_: array([[1], [2]]),
    _dual_coef_: array([[1, -1]]),
    _intercept_: array([0.5]),
    _n_support: array([1, 1]),
    classes_: texts('a', 'b'),
  }

  test.each([
    ['a metric', { effective_metric_: 'precomputed' }, 'uses the metric precomputed'],
    ['places of other columns', { effective_metric_: 'haversine' }, 'rows of 1 columns, not of 2'],
    ['a metric without its numbers', { effective_metric_: 'seuclidean' }, 'without a usable V'],
    [
      'a parameter that is not applied',
      { effective_metric_: 'hamming', effective_metric_params_: weighted },
      'gives its metric hamming the parameter w',
    ],
    [
      'weights of other columns',
      { effective_metric_: 'minkowski', p: 3, effective_metric_params_: weighted },
      'whose w is not one number a column',
    ],
    ['more neighbours than points', { n_neighbors: 9 }, 'asks for 9 neighbours of 2 points'],
    ['values for other points', { _y: array([1, 2, 3]) }, 'not one value for each of its points'],
    [
      'weights of their own',
      { weights: { kind: 'global', module: 'sklearn', name: 'Weigh', offset: 0 } as const },
      'a function of your own',
    ],
  ])('%s', (_, change, words) => {
    const record = fitted(NEIGHBOURS, 'KNeighborsRegressor', { ...points, ...change })
    expect(refusal(record, 1)).toContain(words)
  })

  test('classes that no point can have', () => {
    const parts = { ...points, _y: array([0, 7]), classes_: texts('a', 'b') }
    const record = fitted('neighbors._classification', 'KNeighborsClassifier', parts)
    expect(refusal(record, 1)).toContain('whose classes it does not name')
  })

  test.each([
    ['a kernel', { kernel: 'precomputed' }, 'uses the kernel precomputed'],
    ['vectors without weights', { _dual_coef_: array([[1]]) }, 'weights for 1'],
    ['other counts of vectors', { _n_support: array([1, 5]) }, '2 support vectors'],
    ['a missing intercept', { _intercept_: array([]) }, 'not the 1 intercepts'],
    [
      'curves for other pairs',
      { probability: true, _probA: array([1, 2]), _probB: array([1, 2]) },
      'not one probability curve',
    ],
  ])('%s of a support vector machine', (_, change, words) => {
    const record = fitted('svm._classes', 'SVC', { ...machine, ...change })
    expect(refusal(record, 1)).toContain(words)
  })

  test('probabilities of more classes than can be coupled', () => {
    const row = new Array<number>(210).fill(0)
    return expect(answersOf(machineOf(21), [row], namesOf(21))).rejects.toThrow(
      'couples at most 20',
    )
  })

  test('an honest file is not', () => {
    expect(read(fitted('svm._classes', 'SVC', machine), 1).classes).toEqual(['a', 'b'])
    expect(read(fitted(NEIGHBOURS, 'KNeighborsRegressor', points), 1).outputs).toBe(1)
  })
})
