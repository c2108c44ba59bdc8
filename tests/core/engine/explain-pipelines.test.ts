// Explanations of pipelines are exact: they equal what shap and LightGBM work out, and add up to the library's own answers.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEncoder } from '#core/engine/encoder.ts'
import { createExplainer, type Explanation } from '#core/engine/explain.ts'
import { FormatError } from '#core/formats/format-error.ts'
import { createBudget } from '#core/formats/limits.ts'
import { readModelFile } from '#core/formats/read-model.ts'
import {
  type CorpusFile,
  corpusFiles,
  type Expected,
  FIXTURES_FOLDER,
} from '../formats/sklearn/corpus.ts'
import linear from './contributions/linear.golden.json'
import golden from './contributions/sklearn.golden.json'

type Rows = Expected['rows']

/** Opens a fixture with the names of its columns, and explains its rows, one explanation a group; null where none is exact. */
function open(path: string, columns: readonly string[] | null) {
  const bytes = new Uint8Array(readFileSync(path))
  const hints = columns === null ? {} : { features: columns }
  const { onnx, binding, signature } = readModelFile(bytes, hints, createBudget())
  const explainer = createExplainer(onnx, binding)
  if (explainer === null) return null
  const names = signature.inputs.map(({ name }) => name)
  const encoder = createEncoder(signature, binding)
  const encode = (...rows: readonly Rows[number][]) => {
    const named = rows.map((row) => {
      const cells = (columns ?? names).map((name, index) => [name, row[index] ?? null] as const)
      return Object.fromEntries(cells.filter(([name]) => names.includes(name)))
    })
    const encoded = encoder.encode(named, () => '')
    if (!encoded.ok) throw new Error(encoded.failure.message)
    return encoded.value
  }
  return {
    explainer,
    columns: columns ?? names,
    /** Against the mean over the rows `background`, where there are any. */
    explain: (row: Rows[number], background: Rows = []) =>
      Promise.all(
        Array.from({ length: explainer.groups }, (_, group) =>
          explainer.explain(
            encode(row),
            group,
            background.length === 0 ? {} : { reference: encode(...background) },
          ),
        ),
      ),
  }
}

function opened(path: string, columns: readonly string[] | null) {
  const found = open(path, columns)
  if (found === null) throw new Error('there is no exact explanation')
  return found
}

function contributionOf({ contributions }: Explanation, field: string): number {
  return contributions.find((one) => one.field === field)?.contribution ?? 0
}

function marginOf({ baseline, contributions }: Explanation): number {
  return contributions.reduce((sum, { contribution }) => sum + contribution, baseline)
}

function expectNear(actual: number, wanted: number | undefined, tolerance: number): void {
  expect(Math.abs(actual - (wanted ?? Number.NaN))).toBeLessThan(tolerance)
}

/** shap works in float32 in places. */
const SHAP_TOLERANCE = 1e-5

describe('shap’s TreeExplainer', () => {
  test.each(Object.entries(golden.cases))(
    '%s',
    async (name, { file, baselines, contributions }) => {
      const folder = join(FIXTURES_FOLDER, 'sklearn/1.6.1')
      const expected: Expected = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
      const { explain, columns } = opened(join(folder, file), expected.columns)
      for (const [index, wanted] of contributions.entries()) {
        const explanations = await explain(expected.rows[index] ?? [])
        // Two probabilities are told as the second alone.
        const skipped = wanted.length - explanations.length
        explanations.forEach((explanation, group) => {
          const output = group + skipped
          expectNear(explanation.baseline, baselines[output], SHAP_TOLERANCE)
          columns.forEach((column, place) => {
            const actual = contributionOf(explanation, column)
            expectNear(actual, wanted[output]?.[place], SHAP_TOLERANCE)
          })
        })
      }
    },
  )
})

describe('shap’s LinearExplainer', () => {
  test.each(Object.entries(linear.cases))(
    '%s',
    async (name, { file, baselines, contributions }) => {
      const folder = join(FIXTURES_FOLDER, 'sklearn/1.6.1')
      const expected: Expected = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
      const { explain, columns } = opened(join(folder, file), expected.columns)
      const background = expected.rows.slice(linear.rows)
      expect(contributions).toHaveLength(linear.rows)
      for (const [index, wanted] of contributions.entries()) {
        const explanations = await explain(expected.rows[index] ?? [], background)
        expect(explanations).toHaveLength(wanted.length)
        explanations.forEach((explanation, output) => {
          expectNear(explanation.baseline, baselines[output], 1e-9)
          columns.forEach((column, place) => {
            expectNear(contributionOf(explanation, column), wanted[output]?.[place], 1e-9)
          })
        })
      }
    },
  )
})

type Contributed = Expected & { readonly contributions?: readonly (readonly number[])[] }

describe('LightGBM’s pred_contrib', () => {
  const files = corpusFiles('lightgbm').filter(
    ({ expected }) => (expected as Contributed).contributions !== undefined,
  )
  test('is there for six models of each release', () => {
    expect(files).toHaveLength(36)
  })
  test.each(files.map((file) => [file.name, file] as const))(
    '%s',
    async (_, { path, expected }) => {
      const { explain, columns } = opened(path, expected.columns)
      for (const [index, wanted] of ((expected as Contributed).contributions ?? []).entries()) {
        const explanations = await explain(expected.rows[index] ?? [])
        const width = columns.length + 1
        expect(explanations).toHaveLength(wanted.length / width)
        explanations.forEach((explanation, group) => {
          const own = wanted.slice(group * width, (group + 1) * width)
          expectNear(explanation.baseline, own.at(-1), 1e-9)
          columns.forEach((column, place) => {
            expectNear(contributionOf(explanation, column), own[place], 1e-9)
          })
        })
      }
    },
  )
})

type Scored = Expected & {
  readonly scores?: readonly (readonly number[] | number)[] | null
  readonly margins?: readonly (readonly number[])[]
}

/** What the explanations of a row should add up to, one number a group; null where the library's answer does not say. */
function wantedTotals(
  expected: Scored,
  row: number,
  scale: string,
  groups: number,
): readonly number[] | null {
  const probabilities = expected.probabilities?.[row] ?? []
  switch (scale) {
    case 'probability':
      return probabilities.slice(-groups)
    case 'log_odds': {
      const [first = 0, second = 0] = probabilities
      return [Math.log(second / first)]
    }
    case 'value':
      return (expected.values?.[row] ?? []).slice(0, groups)
    case 'log':
      return (expected.values?.[row] ?? []).map(Math.log)
    default: {
      const scores = [expected.scores?.[row] ?? expected.margins?.[row] ?? []].flat()
      return scores.length === groups ? scores : null
    }
  }
}

/** Every kind of fixture once, the releases in turn. */
function oneOfEach(library: string): readonly CorpusFile[] {
  const titles = Map.groupBy(corpusFiles(library), ({ title }) => title)
  return [...titles.values()].flatMap((files, turn) => files[turn % files.length] ?? [])
}

/** LightGBM adds these up to other margins than those that its probabilities come from. */
const OTHER_MARGINS: readonly string[] = ['rf_multiclass']

/** Log-odds of probabilities near 0 and 1 have few digits; the explanations of LightGBM's float32 ones no more. */
const TOTAL_TOLERANCE = 1e-6

describe('every explanation adds up to the library’s own answer', () => {
  test.each(['sklearn', 'lightgbm'])('%s', async (library) => {
    let explained = 0
    const wrong: string[] = []
    for (const { name, title, path, expected } of oneOfEach(library)) {
      const found = openReadable(path, expected.columns)
      if (found === null || OTHER_MARGINS.includes(title)) continue
      explained++
      for (const [index, row] of expected.rows.slice(0, 3).entries()) {
        const explanations = await found.explain(row)
        const { scale, groups } = found.explainer
        const wanted = wantedTotals(expected, index, scale, groups)
        const isRight = explanations.every((explanation, group) => {
          const total = wanted === null ? marginOf(explanation) : (wanted[group] ?? Number.NaN)
          const isExtreme = !Number.isFinite(total) && scale === 'log_odds'
          const difference = Math.abs(marginOf(explanation) - total)
          return isExtreme || difference <= TOTAL_TOLERANCE * Math.max(1, Math.abs(total))
        })
        if (!isRight) wrong.push(`${name} row ${index}`)
      }
    }
    expect(wrong).toEqual([])
    expect(explained).toBeGreaterThan(library === 'sklearn' ? 100 : 50)
  })
})

test('an input of a linear pipeline moves its own contribution and no other', async () => {
  let moved = 0
  const wrong: string[] = []
  for (const { name, path, expected } of oneOfEach('sklearn')) {
    const found = openReadable(path, expected.columns)
    const [first, second] = expected.rows
    if (!found?.explainer.wantsReference || first === undefined || second === undefined) continue
    const [before] = await found.explain(first)
    for (const [place, column] of found.columns.entries()) {
      const [after] = await found.explain(first.with(place, second[place] ?? null))
      if (before === undefined || after === undefined) throw new Error(`${name} has no group`)
      for (const other of found.columns) {
        const change = contributionOf(after, other) - contributionOf(before, other)
        if (other !== column && Math.abs(change) > 1e-9) wrong.push(`${name}: ${column} → ${other}`)
        if (other === column && change !== 0) moved++
      }
    }
  }
  expect(wrong).toEqual([])
  expect(moved).toBeGreaterThan(200)
})

function openReadable(path: string, columns: readonly string[] | null) {
  try {
    return open(path, columns)
  } catch (error) {
    if (error instanceof FormatError) return null
    throw error
  }
}
