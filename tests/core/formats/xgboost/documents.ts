// Builds XGBoost documents for tests, sound ones and ones that an attacker might write.

/** What a JSON document can hold; typed arrays become UBJSON's typed arrays. */
export type Json =
  | null
  | boolean
  | number
  | string
  | Float32Array
  | Int32Array
  | readonly Json[]
  | { readonly [key: string]: Json }

export interface TreeParts {
  left_children: readonly number[]
  right_children: readonly number[]
  split_indices: readonly number[]
  split_conditions: readonly number[]
  default_left: readonly number[]
  [key: string]: Json
}

/** A stump on feature 1 at 0.5: -1 left, 2 right. */
export function stump(changes: Partial<TreeParts> = {}): TreeParts {
  return {
    tree_param: { num_nodes: '3', size_leaf_vector: '1', num_feature: '2', num_deleted: '0' },
    id: 0,
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    parents: [2147483647, 0, 0],
    split_indices: [1, 0, 0],
    split_conditions: [0.5, -1, 2],
    split_type: [0, 0, 0],
    default_left: [1, 0, 0],
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    base_weights: [0, -1, 2],
    loss_changes: [1, 0, 0],
    sum_hessian: [3, 1, 2],
    ...changes,
  }
}

export interface ModelParts {
  readonly trees?: readonly Json[]
  readonly treeInfo?: readonly number[]
  readonly treeCount?: string
  readonly parameters?: Readonly<Record<string, Json>>
  readonly objective?: string
  readonly booster?: Json
  readonly attributes?: Readonly<Record<string, Json>>
  readonly more?: Readonly<Record<string, Json>>
}

/** What save_model of 1.7 writes, with two features and the trees given. */
export function modelDocument(parts: ModelParts = {}): Json {
  const trees = parts.trees ?? [stump()]
  const model = {
    gbtree_model_param: {
      num_trees: parts.treeCount ?? String(trees.length),
      num_parallel_tree: '1',
    },
    trees,
    tree_info: parts.treeInfo ?? trees.map(() => 0),
    ...parts.more,
  }
  return {
    version: [1, 7, 6],
    learner: {
      attributes: parts.attributes ?? {},
      feature_names: ['a', 'b'],
      feature_types: ['float', 'float'],
      gradient_booster: parts.booster ?? { name: 'gbtree', model },
      learner_model_param: {
        base_score: '5E-1',
        num_class: '0',
        num_feature: '2',
        num_target: '1',
        ...parts.parameters,
      },
      objective: { name: parts.objective ?? 'reg:squarederror' },
    },
  }
}

export function jsonBytes(document: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document))
}

/** UBJSON in XGBoost's dialect. */
export function ubjsonBytes(document: Json): Uint8Array {
  const bytes: number[] = []
  writeUbjson(document, bytes)
  return Uint8Array.from(bytes)
}

function writeUbjson(value: Json, bytes: number[]): void {
  if (value === null) put(bytes, 'Z')
  else if (typeof value === 'boolean') put(bytes, value ? 'T' : 'F')
  else if (typeof value === 'number') putNumber(bytes, value)
  else if (typeof value === 'string') {
    put(bytes, 'S')
    putText(bytes, value)
  } else if (value instanceof Float32Array || value instanceof Int32Array) putTyped(bytes, value)
  else if (Array.isArray(value)) {
    put(bytes, '[#')
    putLength(bytes, value.length)
    for (const item of value) writeUbjson(item, bytes)
  } else {
    put(bytes, '{')
    for (const [key, item] of Object.entries(value)) {
      putText(bytes, key)
      writeUbjson(item, bytes)
    }
    put(bytes, '}')
  }
}

function putTyped(bytes: number[], values: Float32Array | Int32Array): void {
  const isFloat = values instanceof Float32Array
  put(bytes, isFloat ? '[$d#' : '[$l#')
  putLength(bytes, values.length)
  for (const value of values) {
    putView(bytes, 4, (view) => (isFloat ? view.setFloat32(0, value) : view.setInt32(0, value)))
  }
}

function putNumber(bytes: number[], value: number): void {
  const isInteger = Number.isInteger(value) && Math.abs(value) < 2 ** 31
  put(bytes, isInteger ? 'l' : 'D')
  if (isInteger) putView(bytes, 4, (view) => view.setInt32(0, value))
  else putView(bytes, 8, (view) => view.setFloat64(0, value))
}

function putText(bytes: number[], text: string): void {
  const encoded = new TextEncoder().encode(text)
  putLength(bytes, encoded.length)
  bytes.push(...encoded)
}

export function putLength(bytes: number[], length: number): void {
  put(bytes, 'L')
  putView(bytes, 8, (view) => view.setBigInt64(0, BigInt(length)))
}

export function put(bytes: number[], markers: string): void {
  for (const marker of markers) bytes.push(marker.charCodeAt(0))
}

function putView(bytes: number[], size: number, write: (view: DataView) => void): void {
  const view = new DataView(new ArrayBuffer(size))
  write(view)
  bytes.push(...new Uint8Array(view.buffer))
}
