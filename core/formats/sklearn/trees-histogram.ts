// Reads histogram gradient boosting: packed nodes, sets of categories, and the encoder that stands before them since 1.4.

import type { ColumnPart, Transformer } from '#core/pipeline/pipeline.ts'
import type { GroupedTree, TreeLink, TreePredictor } from '#core/pipeline/trees.ts'
import { chargeBytes } from '../limits.ts'
import { asText, isRecord, itemsOf } from '../pickle/access.ts'
import type { PickleValue } from '../pickle/value.ts'
import {
  attribute,
  type FittedObject,
  numbersOfValue,
  openInner,
  openObject,
  readItems,
  readText,
  readVector,
  refuse,
} from './fitted-object.ts'
import { readClasses } from './linear.ts'
import type { Reading, ReadPredictor, TableShape } from './reading.ts'
import { readRecords } from './trees-nodes.ts'
import { checkNodes, damaged } from './trees-tree.ts'

/** Bits of one set of categories: 8 words of 32. */
const SET_WORDS = 8

/** What a node costs as part of a `DecisionTree`. */
const NODE_BYTES = 64

/** How each regression's loss turns margins into values; classifiers have links of their own. */
const VALUE_LINKS: Readonly<Record<string, TreeLink>> = {
  squared_error: { kind: 'identity' },
  least_squares: { kind: 'identity' },
  absolute_error: { kind: 'identity' },
  least_absolute_deviation: { kind: 'identity' },
  quantile: { kind: 'identity' },
  poisson: { kind: 'exp' },
  gamma: { kind: 'exp' },
}

export function readHistogram(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): ReadPredictor {
  const classes = object.name.endsWith('Classifier') ? readClasses(object) : null
  const outputs = classes === null || classes.length === 2 ? 1 : classes.length
  const known = readKnown(object)
  const trees: GroupedTree[] = []
  for (const stage of readItems(object, '_predictors')) {
    const members = itemsOf(stage) ?? []
    if (members.length !== outputs) {
      throw damaged(object, `has ${members.length} trees a stage for ${outputs}`)
    }
    members.forEach((member, group) => {
      trees.push(readTreePredictor(openInner(object, member), group, { known, table, reading }))
    })
  }
  const predictor: TreePredictor = {
    kind: 'forest',
    outputs,
    base: readBase(object, outputs),
    scale: 1,
    trees,
    precision: 'float64',
    takesMissing: true,
    link: linkOf(object, classes?.length ?? null),
  }
  const steps = readPreparation(object, table, reading)
  return {
    predictor: steps.length === 0 ? predictor : { kind: 'chain', steps, predictor },
    classes,
    outputs: 1,
  }
}

function readBase(object: FittedObject, outputs: number): Float64Array {
  const base = readVector(object, '_baseline_prediction')
  if (base.length === outputs) return base
  throw damaged(object, `begins with ${base.length} numbers for ${outputs}`)
}

function linkOf(object: FittedObject, classCount: number | null): TreeLink {
  if (classCount !== null) return { kind: classCount === 2 ? 'sigmoid' : 'softmax' }
  const loss = readText(object, 'loss', '')
  const link = Object.hasOwn(VALUE_LINKS, loss) ? VALUE_LINKS[loss] : undefined
  if (link !== undefined) return link
  throw refuse(
    object,
    `was trained with the loss ${loss === '' ? 'of a function' : loss}, and Parley does not know what its values mean. It knows ${Object.keys(VALUE_LINKS).join(', ')}.`,
  )
}

/** Known codes of each categorical column, by its position among those that the trees see. */
function readKnown(object: FittedObject): ReadonlyMap<number, Float64Array> {
  const known = new Map<number, Float64Array>()
  const mapper = attribute(object, '_bin_mapper')
  if (!isRecord(mapper)) return known
  const inner = openObject(mapper, object.path)
  const isCategorical = numbersOfValue(attribute(inner, 'is_categorical_'))
  if (isCategorical?.includes(1) !== true) return known
  readItems(inner, 'bin_thresholds_').forEach((value, column) => {
    const codes = isCategorical[column] === 1 ? numbersOfValue(value) : null
    if (codes !== null) known.set(column, codes)
  })
  return known
}

interface Around {
  readonly known: ReadonlyMap<number, Float64Array>
  readonly table: TableShape
  readonly reading: Reading
}

function readTreePredictor(object: FittedObject, group: number, around: Around): GroupedTree {
  const nodes = readRecords(attribute(object, 'nodes'))
  if (nodes === null || nodes.count === 0) throw damaged(object, 'has no nodes')
  const { count } = nodes
  chargeBytes(around.reading.budget, count * NODE_BYTES, object.record.offset)
  const need = (...names: readonly string[]): Float64Array => {
    for (const name of names) {
      const field = nodes.field(name)
      if (field !== null) return field
    }
    throw damaged(object, `has nodes without ${names[0]}`)
  }
  const isLeaf = need('is_leaf')
  const childOf = (children: Float64Array) =>
    Int32Array.from(children, (child, node) => (isLeaf[node] === 1 ? -1 : child))
  const left = childOf(need('left'))
  const right = childOf(need('right'))
  const feature = Int32Array.from(need('feature_idx'))
  checkNodes(object, { left, right, feature }, around.table.width)
  const tree = {
    left,
    right,
    feature,
    threshold: need('num_threshold', 'threshold'),
    missingLeft: nodes.flags('missing_go_to_left') ?? new Uint8Array(count),
    values: need('value'),
    cover: need('count'),
    categories: new Map<number, Int32Array>(),
    group,
  }
  const isCategorical = nodes.field('is_categorical')
  if (isCategorical?.includes(1) === true) {
    addCategories(object, tree, {
      isCategorical,
      setIndex: need('bitset_idx'),
      known: around.known,
    })
  }
  return tree
}

interface CategoryFields {
  readonly isCategorical: Float64Array
  readonly setIndex: Float64Array
  readonly known: Around['known']
}

/** Unknown codes go the way of missing values; where that is left, the children change places and the other codes are listed. */
function addCategories(
  object: FittedObject,
  tree: GroupedTree & { readonly categories: Map<number, Int32Array> },
  { isCategorical, setIndex, known }: CategoryFields,
): void {
  const words = numbersOfValue(attribute(object, 'raw_left_cat_bitsets'))
  if (words === null) throw damaged(object, 'has no sets of categories')
  for (let node = 0; node < isCategorical.length; node++) {
    if (isCategorical[node] !== 1 || tree.left[node] === -1) continue
    const codes = known.get(tree.feature[node] as number)
    const start = (setIndex[node] as number) * SET_WORDS
    if (codes === undefined || start + SET_WORDS > words.length) {
      throw damaged(object, `has a set of categories at node ${node} that belongs to no column`)
    }
    const missingGoesLeft = tree.missingLeft[node] === 1
    const listed = codes.filter((code) => isInSet(words, start, code) !== missingGoesLeft)
    tree.categories.set(node, Int32Array.from(listed))
    if (!missingGoesLeft) continue
    const first = tree.left[node] as number
    tree.left[node] = tree.right[node] as number
    tree.right[node] = first
    tree.missingLeft[node] = 0
  }
}

function isInSet(words: Float64Array, start: number, code: number): boolean {
  if (!(code >= 0 && code < SET_WORDS * 32)) return false
  return (((words[start + (code >> 5)] as number) >>> (code & 31)) & 1) === 1
}

/** Since 1.4 categorical columns are encoded first and stand before all others. */
function readPreparation(
  object: FittedObject,
  table: TableShape,
  reading: Reading,
): readonly Transformer[] {
  const value = attribute(object, '_preprocessor')
  if (!isRecord(value)) return []
  const parts: ColumnPart[] = []
  for (const item of readItems(openObject(value, object.path), 'transformers_')) {
    const [name, step, mask] = itemsOf(item) ?? []
    if (asText(step) === 'drop') continue
    const columns = maskedColumns(object, mask, table.width)
    if (columns.length === 0) continue
    const inner: TableShape = {
      width: columns.length,
      names: table.names === null ? null : columns.map((column) => table.names?.[column] ?? ''),
    }
    // The other step only checks that numbers are numbers.
    const transformer: Transformer =
      asText(name) === 'encoder'
        ? reading.transformer(object, step, 'categories', inner)
        : { kind: 'identity' }
    parts.push({ columns, transformer, weight: 1 })
  }
  return [{ kind: 'columns', parts }]
}

function maskedColumns(
  object: FittedObject,
  mask: PickleValue | undefined,
  width: number,
): readonly number[] {
  const flags = numbersOfValue(mask)
  if (flags === null || flags.length !== width) {
    throw damaged(object, 'does not say which of its columns are categories')
  }
  return [...flags.keys()].filter((column) => flags[column] === 1)
}
