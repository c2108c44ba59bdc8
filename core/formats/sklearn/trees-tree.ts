// One decision tree of scikit-learn's `tree_`, of every version's node layout.

import type { GroupedTree } from '#core/pipeline/trees.ts'
import { chargeBytes } from '../limits.ts'
import { isArray } from '../pickle/access.ts'
import { attribute, type FittedObject, readObject, refuse } from './fitted-object.ts'
import type { Reading } from './reading.ts'
import { readRecords } from './trees-nodes.ts'

/** What a node costs as a `DecisionTree`, beside its values. */
const NODE_BYTES = 64

/** A fitted tree, and what only some readers want of it. */
export interface ReadTree {
  /** Values as the file has them: [outputs][classes] numbers a node, in this order. */
  readonly tree: GroupedTree
  readonly outputs: number
  readonly classes: number
  /** Training rows of each node, not weighted. */
  readonly samples: () => Float64Array
  /** True where nodes say which way missing values go. */
  readonly hasMissing: boolean
}

/** Reads `tree_` of a fitted tree over `width` columns. Throws FormatError where nodes and values do not fit each other. */
export function readTree(object: FittedObject, width: number, { budget }: Reading): ReadTree {
  const inner = readObject(object, 'tree_')
  const nodes = readRecords(attribute(inner, 'nodes'))
  if (nodes === null || nodes.count === 0) throw damaged(object, 'has no nodes')
  const { count } = nodes
  const { data: values, outputs, classes } = readValues(object, attribute(inner, 'values'), count)
  chargeBytes(budget, count * NODE_BYTES, object.record.offset)
  const need = <Field>(field: Field | null, name: string): Field => {
    if (field === null) throw damaged(object, `has nodes without ${name}`)
    return field
  }
  const doubles = (name: string) => need(nodes.field(name), name)
  const integers = (name: string) => need(nodes.integers(name), name)
  const left = integers('left_child')
  const right = integers('right_child')
  const feature = integers('feature')
  checkNodes(object, { left, right, feature }, width)
  const missing = nodes.flags('missing_go_to_left')
  return {
    tree: {
      left,
      right,
      feature,
      threshold: doubles('threshold'),
      missingLeft: missing ?? new Uint8Array(count),
      values,
      cover: doubles('weighted_n_node_samples'),
      categories: new Map(),
      group: outputs * classes === 1 ? 0 : -1,
    },
    outputs,
    classes,
    samples: () => doubles('n_node_samples'),
    hasMissing: missing !== null,
  }
}

/** [nodes][outputs][classes] as one vector. */
function readValues(object: FittedObject, value: ReturnType<typeof attribute>, count: number) {
  if (!isArray(value) || !(value.data instanceof Float64Array))
    throw damaged(object, 'has no values')
  const [rows, outputs = 1, classes = 1] = value.shape
  if (rows !== count || value.shape.length > 3 || outputs * classes === 0) {
    throw damaged(object, `has ${rows} values for ${count} nodes`)
  }
  return { data: value.data, outputs, classes }
}

/** scikit-learn numbers children behind their parents, so that no tree runs in a circle. */
export function checkNodes(
  object: FittedObject,
  { left, right, feature }: Pick<GroupedTree, 'left' | 'right' | 'feature'>,
  width: number,
): void {
  const count = left.length
  for (let node = 0; node < count; node++) {
    if (left[node] === -1) continue
    const first = left[node] as number
    const second = right[node] as number
    if (!(first > node && first < count && second > node && second < count)) {
      throw damaged(object, `has a node ${node} whose children are outside of it or before it`)
    }
    const column = feature[node] as number
    if (!(column >= 0 && column < width)) {
      throw damaged(object, `splits on column ${column} of ${width}`)
    }
  }
}

/** Weighted counts or shares of the classes in each node as shares: files from 1.3 on hold those, older ones counts. */
export function shareClasses(values: Float64Array, classes: number): Float64Array {
  const shares = new Float64Array(values.length)
  for (let start = 0; start < values.length; start += classes) {
    let sum = 0
    for (let place = start; place < start + classes; place++) sum += values[place] as number
    // scikit-learn divides by 1 where a node has no weight at all.
    const divisor = sum === 0 ? 1 : sum
    for (let place = start; place < start + classes; place++) {
      shares[place] = (values[place] as number) / divisor
    }
  }
  return shares
}

/** An error about an object whose parts contradict each other: `what` goes on after its title. */
export function damaged(object: FittedObject, what: string): Error {
  return refuse(object, `${what}: the file is damaged. Save the model again, and upload that.`)
}
