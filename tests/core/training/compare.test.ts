import { describe, expect, test } from 'bun:test'
import { type TrainingJob, trainAutomatically } from '#core/training/automatic.ts'
import { createRandom } from '#core/training/random.ts'

const ports = {
  signal: new AbortController().signal,
  progress: () => {},
  now: () => 0,
  parleyVersion: '0.0.0-test',
}

const job = (target: string, over: Partial<TrainingJob> = {}): TrainingJob => ({
  dataName: 'made.csv',
  wish: { target },
  learner: 'auto',
  seed: 1,
  testShare: 0.25,
  ...over,
})

type Cell = string | number

/** A table of rows that `make` draws, as CSV. */
function tableOf(
  names: string,
  rows: number,
  make: (random: ReturnType<typeof createRandom>) => readonly Cell[],
) {
  const random = createRandom('compare')
  const lines = Array.from({ length: rows }, () => make(random).join(','))
  return new TextEncoder().encode([names, ...lines].join('\n'))
}

async function train(bytes: Uint8Array, wanted: TrainingJob) {
  const outcome = await trainAutomatically(wanted, bytes, ports)
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value.trained
}

const STRAIGHT = tableOf('a,b,y', 200, (random) => {
  const [a, b] = [random.normal(), random.normal()]
  return [a, b, a + b + 0.3 * random.normal() > 0 ? 'up' : 'down']
})
const CROSSED = tableOf('a,b,y', 400, (random) => {
  const [a, b] = [random.normal(), random.normal()]
  return [a, b, a * b > 0 ? 'same' : 'other']
})
const NOISE = tableOf('a,b,y', 300, (random) => [
  random.normal(),
  random.normal(),
  random.next() < 0.5 ? 'up' : 'down',
])

describe('the comparison', () => {
  test('takes the simplest learner where it is as good as the others', async () => {
    const { comparison, learner } = await train(STRAIGHT, job('y'))
    expect(learner).toBe('logreg')
    expect(comparison.learners.map((one) => one.learner)).toEqual([
      'baseline',
      'logreg',
      'hgb',
      'rf',
      'knn',
    ])
    expect(comparison.beatsBaseline).toBe(true)
  })

  test('takes a complicated one where the simple one sees nothing', async () => {
    const { comparison, learner, metrics } = await train(CROSSED, job('y'))
    expect(['hgb', 'rf', 'knn']).toContain(learner)
    const [, linear] = comparison.learners
    expect(linear?.means['accuracy']).toBeLessThan(0.65)
    expect(metrics['accuracy']).toBeGreaterThan(0.85)
  })

  test('says that the columns say nothing where nobody beats the naive guess', async () => {
    const { comparison, warnings } = await train(NOISE, job('y'))
    expect(comparison.beatsBaseline).toBe(false)
    expect(warnings[0]).toStartWith('It predicts y no better than a naive guess')
  })

  test('the naive guess is the share of the most frequent class, and for numbers R² of about 0', async () => {
    const { comparison } = await train(
      tableOf('a,y', 100, (random) => [random.normal(), random.next() < 0.8 ? 'often' : 'seldom']),
      job('y'),
    )
    expect(comparison.learners[0]?.means['accuracy']).toBeWithin(0.65, 0.9)
    const numbers = await train(
      tableOf('a,y', 100, (random) => {
        const a = random.normal()
        return [a, 3 * a + 0.1 * random.normal()]
      }),
      job('y'),
    )
    expect(numbers.comparison.learners[0]?.means['r2']).toBeWithin(-0.2, 0.01)
    expect(numbers.learner).toBe('ridge')
    expect(numbers.metrics['r2']).toBeGreaterThan(0.98)
  })

  test('measures one learner alone where it is named', async () => {
    const { comparison, learner } = await train(STRAIGHT, job('y', { learner: 'knn' }))
    expect(comparison.learners.map((one) => one.learner)).toEqual(['baseline', 'knn'])
    expect(learner).toBe('knn')
  })

  test('is the same for the same seed, and not for another one', async () => {
    const [first, again, other] = [
      await train(STRAIGHT, job('y')),
      await train(STRAIGHT, job('y')),
      await train(STRAIGHT, job('y', { seed: 2 })),
    ]
    expect(again).toEqual(first)
    expect(other.comparison).not.toEqual(first.comparison)
  })

  test('goes on with a class that a fold has no row of', async () => {
    let row = 0
    const bytes = tableOf('a,y', 60, (random) => [
      random.normal(),
      row++ < 2 ? 'rare' : row % 2 ? 'odd' : 'even',
    ])
    const { warnings, comparison } = await train(bytes, job('y'))
    expect(comparison.learners.every(({ means }) => Number.isFinite(means['macro_f1']))).toBe(true)
    expect(warnings.join(' ')).toContain('Only 2 of 60 rows')
  })

  test('refuses a learner that cannot learn that, before anything is compared', async () => {
    const outcome = await trainAutomatically(job('y', { learner: 'ridge' }), STRAIGHT, ports)
    expect(outcome.ok ? '' : outcome.failure.message).toContain('Take logreg, knn, rf or hgb.')
  })
})

describe('what a training leaves', () => {
  const leaky = tableOf('id,a,refund,y', 240, (random) => {
    const y = random.next() < 0.4 ? 'yes' : 'no'
    return [`K-${random.below(1_000_000)}`, random.normal(), y === 'yes' ? 1 : 0, y]
  })

  test('warns of a feature that gives the target away, and leaves identifiers out', async () => {
    const { warnings, features } = await train(leaky, job('y'))
    expect(features).toEqual(['a', 'refund'])
    expect(warnings.join('\n')).toContain('refund alone predicts y almost perfectly')
    expect(warnings.join('\n')).toContain('id names or numbers the rows')
  })

  test('is a report that adds up: confusion, shares, rows of the training data', async () => {
    const { report, rows, features } = await train(STRAIGHT, job('y'))
    expect(report.confusion?.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(rows.test)
    expect(report.perClass?.map(({ label }) => label)).toEqual(['down', 'up'])
    const shares = report.importance?.map(({ share }) => share) ?? []
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
    expect(report.background).toHaveLength(64)
    expect(Object.keys(report.background?.[0] ?? {})).toEqual([...features])
    expect(report.evaluation).toBe(
      '25 % of the rows, put aside, stratified by class, evenly over easy and hard rows, seed 1',
    )
  })

  test('gives the important column the larger share', async () => {
    const bytes = tableOf('weak,strong,y', 200, (random) => {
      const [weak, strong] = [random.normal(), random.normal()]
      return [weak, strong, 0.1 * weak + strong]
    })
    const { report } = await train(bytes, job('y'))
    expect(report.importance?.map(({ name }) => name)).toEqual(['strong', 'weak'])
    expect(report.residuals?.predicted).toHaveLength(50)
    expect(report.residuals?.actual).toHaveLength(50)
  })
})
