// Trees of scikit-learn beyond their predictions: decision functions, layouts of nodes, and what is refused.

import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { createEncoder } from '#core/engine/encoder.ts'
import { createSession } from '#core/engine/session.ts'
import { decompress, detectCodec } from '#core/formats/decompress.ts'
import type { ModelDescription } from '#core/formats/description.ts'
import { createBudget } from '#core/formats/limits.ts'
import { attributesOf, isArray, isRecord } from '#core/formats/pickle/access.ts'
import type { NdArray, PickleRecord, PickleValue } from '#core/formats/pickle/value.ts'
import { readPickleFile } from '#core/formats/pickle-file.ts'
import { describeSklearn } from '#core/formats/sklearn/describe-sklearn.ts'
import { readRecords } from '#core/formats/sklearn/trees-nodes.ts'
import { shareClasses } from '#core/formats/sklearn/trees-tree.ts'
import { toOnnx } from '#core/graph/to-onnx.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import { type CorpusFile, corpusFiles } from './corpus.ts'

const FILES = corpusFiles('sklearn')

function fixture(name: string): CorpusFile {
  const file = FILES.find((candidate) => candidate.name.startsWith(`${name}.`))
  if (file === undefined) throw new Error(`no fixture ${name}`)
  return file
}

/** The object of a file; each call reads it anew, so that a test may damage it. */
function load({ path }: CorpusFile): PickleRecord {
  const bytes = new Uint8Array(readFileSync(path))
  const codec = detectCodec(bytes)
  const content = codec === null ? bytes : decompress(bytes, codec, createBudget())
  const value = readPickleFile(content, createBudget()).objects[0]?.value
  if (!isRecord(value)) throw new Error(`${path} holds no object`)
  return value
}

/** The same model as one that answers with its decision function. */
function asScores(predictor: Predictor, width: number): Predictor {
  if (predictor.kind === 'chain') {
    return { ...predictor, predictor: asScores(predictor.predictor, width) }
  }
  const identity = new Float64Array(width * width)
  for (let index = 0; index < width; index++) identity[index * width + index] = 1
  const answer = { kind: 'scores' } as const
  return {
    kind: 'stack',
    members: [{ columns: null, predictor, classes: null, answer, answerWidth: width }],
    passthrough: false,
    final: {
      kind: 'linear',
      coefficients: { rows: width, columns: width, data: identity },
      intercept: new Float64Array(width),
      link: 'identity',
    },
  }
}

async function scoresOf(file: CorpusFile, width: number): Promise<readonly number[]> {
  const { columns, rows } = file.expected
  const described = describeSklearn(load(file), columns === null ? {} : { features: columns })
  if (described.predictor.kind !== 'pipeline') throw new Error('no pipeline')
  const description: ModelDescription = {
    ...described,
    task: 'regression',
    classes: null,
    predictor: { kind: 'pipeline', predictor: asScores(described.predictor.predictor, width) },
  }
  const { onnx, binding } = toOnnx(description)
  const names = description.inputs.map((field) => field.name)
  const table = rows.map((row) =>
    Object.fromEntries(row.map((cell, index) => [names[index] ?? '', cell])),
  )
  const outputs = [{ name: 'prediction', type: 'number' } as const]
  const encoded = createEncoder(
    { task: 'regression', inputs: description.inputs, namesKnown: true, outputs },
    binding,
  ).encode(table, String)
  if (!encoded.ok) throw new Error(encoded.failure.message)
  const session = await createSession(onnx, binding)
  try {
    return [...((await session.run(encoded.value)).values?.data ?? [])]
  } finally {
    await session.release()
  }
}

type Scored = { readonly scores?: readonly (readonly number[])[] | null }

describe('decision functions', () => {
  const SCORED =
    /\/(isolation_forest|boosting_(binary|multiclass|exponential)|histogram_(binary|multiclass))/
  const files = FILES.filter((file) => SCORED.test(`/${file.title}`))
  const versions = [...new Set(files.map((file) => file.version))]
  for (const version of versions) {
    test(`are those of scikit-learn ${version}`, async () => {
      const own = files.filter((file) => file.version === version)
      expect(own.length).toBeGreaterThan(0)
      for (const file of own) {
        const { scores } = file.expected as CorpusFile['expected'] & Scored
        if (!scores) throw new Error(`${file.name} has no scores`)
        const found = await scoresOf(file, scores[0]?.length ?? 0)
        scores.flat().forEach((score, index) => {
          const difference = Math.abs((found[index] ?? Number.NaN) - score)
          expect([file.name, difference <= 1e-9 * Math.max(1, Math.abs(score))]).toEqual([
            file.name,
            true,
          ])
        })
      }
    })
  }
})

describe('missing values', () => {
  const inputsOf = (name: string) => describeSklearn(load(fixture(name)), {}).inputs

  test('are taken by trees since 1.3, and by forests since 1.4', () => {
    expect(inputsOf('1.4.2/tree_binary')[0]?.nullable).toBe(true)
    expect(inputsOf('1.2.2/tree_binary')[0]?.nullable).toBeUndefined()
    expect(inputsOf('1.4.2/forest_binary')[0]?.nullable).toBe(true)
    expect(inputsOf('1.2.2/forest_binary')[0]?.nullable).toBeUndefined()
  })

  test('are refused by boosting whatever its trees would do with them', () => {
    expect(inputsOf('1.9.1/boosting_binary')[0]?.nullable).toBeUndefined()
  })
})

describe('records of nodes', () => {
  const field = (name: string, offset: number, code: string, littleEndian = true) => ({
    name,
    offset,
    dtype: { code, littleEndian, itemSize: Number(code.slice(1)), fields: null },
  })
  const records = (
    fields: ReturnType<typeof field>[],
    data: Uint8Array,
    count: number,
  ): NdArray => {
    const itemSize = data.length / count
    return {
      kind: 'ndarray',
      dtype: { code: `V${itemSize}`, littleEndian: true, itemSize, fields },
      shape: [count],
      data,
    }
  }

  test('are read by name in either byte order, negative numbers and unaligned fields included', () => {
    const data = new Uint8Array(2 * 13)
    const view = new DataView(data.buffer)
    for (const [index, value] of [-1, 2 ** 40 + 5].entries()) {
      view.setUint8(13 * index, 1)
      view.setBigInt64(13 * index + 1, BigInt(value), false)
      view.setInt32(13 * index + 9, -value % 100, true)
    }
    const fields = [field('flag', 0, 'u1'), field('big', 1, 'i8', false), field('small', 9, 'i4')]
    const nodes = readRecords(records(fields, data, 2))
    expect([...(nodes?.field('big') ?? [])]).toEqual([-1, 2 ** 40 + 5])
    expect([...(nodes?.integers('small') ?? [])]).toEqual([1, -81])
    expect([...(nodes?.flags('flag') ?? [])]).toEqual([1, 1])
    expect(nodes?.field('threshold')).toBe(null)
  })

  test('are none where the bytes do not fill them', () => {
    const whole = records([field('flag', 0, 'u1')], new Uint8Array(4), 2)
    expect(readRecords({ ...whole, shape: [3] })).toBe(null)
    expect(readRecords({ ...whole, shape: [2, 1] })).toBe(null)
    expect(readRecords({ ...whole, dtype: { ...whole.dtype, fields: null } })).toBe(null)
  })
})

test('counts of classes become shares, and a node without weight has none', () => {
  expect([...shareClasses(Float64Array.of(3, 1, 0.25, 0.75, 0, 0), 2)]).toEqual([
    0.75, 0.25, 0.25, 0.75, 0, 0,
  ])
})

/** Sets an attribute of the object at the end of a path of attributes. */
function change(record: PickleRecord, path: readonly string[], value: PickleValue): PickleRecord {
  const [first = '', ...rest] = path
  if (rest.length === 0) {
    ;(attributesOf(record) as Map<PickleValue, PickleValue>).set(first, value)
    return record
  }
  const inner = attributesOf(record).get(first)
  if (!isRecord(inner)) throw new Error(`no object ${first}`)
  change(inner, rest, value)
  return record
}

/** Writes into a field of the first node of a tree. */
function damageNode(record: PickleRecord, name: string, value: number): PickleRecord {
  const tree = attributesOf(record).get('tree_')
  const nodes = isRecord(tree) ? attributesOf(tree).get('nodes') : undefined
  if (!isArray(nodes) || !(nodes.data instanceof Uint8Array)) throw new Error('no nodes')
  const field = nodes.dtype.fields?.find((candidate) => candidate.name === name)
  const data = nodes.data.slice()
  new DataView(data.buffer).setBigInt64(field?.offset ?? 0, BigInt(value), true)
  return change(record, ['tree_', 'nodes'], { ...nodes, data })
}

describe('files that contradict themselves', () => {
  const tree = () => load(fixture('1.9.1/tree_binary'))
  const described = (record: PickleRecord) => () => describeSklearn(record, {})

  test('are refused for a child before its parent, or outside', () => {
    expect(described(damageNode(tree(), 'left_child', 0))).toThrow('children are outside')
    expect(described(damageNode(tree(), 'right_child', 10_000))).toThrow('children are outside')
  })

  test('are refused for a column that the table has not', () => {
    expect(described(damageNode(tree(), 'feature', 4))).toThrow('splits on column 4 of 4')
    expect(described(damageNode(tree(), 'feature', -7))).toThrow('splits on column -7 of 4')
  })

  test('are refused for nodes or values that are something else', () => {
    expect(described(change(tree(), ['tree_', 'nodes'], null))).toThrow('has no nodes')
    expect(described(change(tree(), ['tree_', 'values'], 3))).toThrow('has no values')
    expect(described(change(tree(), ['tree_'], null))).toThrow('tree_')
  })

  test('are refused for more classes than names', () => {
    const record = load(fixture('1.9.1/forest_multiclass'))
    const classes = attributesOf(load(fixture('1.9.1/forest_binary'))).get('classes_') ?? null
    expect(described(change(record, ['classes_'], classes))).toThrow('3 classes beside 2 names')
  })

  test('are refused for boosting without a beginning, or with one for other classes', () => {
    const record = () => load(fixture('1.9.1/boosting_multiclass'))
    expect(described(change(record(), ['init_'], null))).toThrow('begin with')
    const other = attributesOf(load(fixture('1.9.1/boosting_binary'))).get('init_') ?? null
    expect(described(change(record(), ['init_'], other))).toThrow('begins with 1 numbers for 3')
  })

  test('are refused for an isolation forest that does not say which columns a tree sees', () => {
    const record = load(fixture('1.9.1/isolation_forest'))
    const none: PickleValue = { kind: 'list', items: [] }
    expect(described(change(record, ['estimators_features_'], none))).toThrow('which columns')
  })

  test('are refused for sets of categories that are not there', () => {
    const record = load(fixture('1.2.2/histogram_categories_positions'))
    const mapper = attributesOf(record).get('_bin_mapper')
    if (!isRecord(mapper)) throw new Error('no bins')
    change(mapper, ['is_categorical_'], null)
    expect(described(record)).toThrow('set of categories at node')
  })

  test('are refused with the loss where it is a function or unknown', () => {
    const record = () => load(fixture('1.9.1/histogram_regressor'))
    expect(described(change(record(), ['loss'], 'huberish'))).toThrow('the loss huberish')
    expect(described(change(record(), ['loss'], null))).toThrow('the loss of a function')
  })
})
