// Of which input field each column of a table is made, through every kind of transformer: what exact explanations need.

import { widthAfter } from './columns.ts'
import type { Composition, Transformer } from './pipeline.ts'
import { polynomialLevels } from './polynomial-terms.ts'
import type { Encoder, FunctionName, Imputer, Rearranger, Scaler } from './preprocessing.ts'
import type { TextTransformer } from './text.ts'

/** A column of the first table; `MIXED` is made of several of them, `NOTHING` of none. */
export interface Origin {
  readonly field: number
  /** What a row says whose column is 0: what the scaler took for the centre, that something is not there, or a mere zero. */
  readonly zero: Zero
}

export type Zero = 'centre' | 'absent' | 'zero'

const MIXED_FIELD = -1
const NOTHING_FIELD = -2

const MIXED: Origin = { field: MIXED_FIELD, zero: 'zero' }
const NOTHING: Origin = { field: NOTHING_FIELD, zero: 'zero' }

/** The columns as they come in: each is its own. */
export function inputOrigins(width: number): readonly Origin[] {
  return Array.from({ length: width }, (_, field) => ({ field, zero: 'zero' }))
}

/** True where every column is made of one field, or of none. */
export function areSeparate(origins: readonly Origin[]): boolean {
  return origins.every(({ field }) => field !== MIXED_FIELD)
}

export function isNothing({ field }: Origin): boolean {
  return field === NOTHING_FIELD
}

/** The origins of what comes out, given those of what goes in. */
type OriginRule<Node> = (node: Node, before: readonly Origin[]) => readonly Origin[]

type OriginTable<Node extends { readonly kind: string }> = {
  readonly [Kind in Node['kind']]: OriginRule<Extract<Node, { readonly kind: Kind }>>
}

const COMPOSITION: OriginTable<Composition> = {
  identity: (_, before) => before,
  sequence: (node, before) => originsOfSteps(node.steps, before),
  columns: (node, before) =>
    node.parts.flatMap(({ columns, transformer }) =>
      columns.length === 0 ? [] : originsAfter(transformer, pick(before, columns)),
    ),
}

/** Functions that give 0 for 0, so that it goes on meaning what it meant. */
const KEEPS_ZERO: ReadonlySet<FunctionName> = new Set<FunctionName>([
  ...(['log1p', 'expm1', 'sqrt', 'cbrt', 'square', 'abs', 'negative', 'sign'] as const),
  ...(['floor', 'ceil', 'rint', 'trunc', 'sin', 'tan', 'arcsin', 'arctan'] as const),
  ...(['sinh', 'tanh', 'arcsinh', 'arctanh', 'sublinear'] as const),
])

const SCALERS: OriginTable<Scaler> = {
  scale(node, before) {
    const { subtract, add, clip } = node
    if (subtract === null && add === null && clip === null) return before
    return withZero(before, subtract !== null && add === null && clip === null ? 'centre' : 'zero')
  },
  // Each value depends on its neighbours in the row.
  normalize: (_, before) => {
    const joined = join(before)
    return before.map(({ zero }) => ({ ...joined, zero }))
  },
  power: (_, before) => withZero(before, 'zero'),
  quantile: (node, before) => withZero(before, node.output === 'normal' ? 'centre' : 'zero'),
  function: (node, before) => (KEEPS_ZERO.has(node.name) ? before : withZero(before, 'zero')),
  binarize: (node, before) => (node.threshold >= 0 ? before : withZero(before, 'zero')),
}

const IMPUTERS: OriginTable<Imputer> = {
  impute: (node, before) =>
    pick(
      before,
      node.columns.map(({ column }) => column),
    ),
  'missing-indicator': (node, before) => withZero(pick(before, node.columns), 'absent'),
  // What fills a gap comes from the row's other columns.
  'impute-nearest': (node, before) => node.columns.map(() => join(before)),
}

const ENCODERS: OriginTable<Encoder> = {
  'one-hot': (node, before) =>
    node.columns.flatMap(({ width }, column) => repeat(before[column], width, 'absent')),
  encode: (node, before) =>
    node.columns.flatMap(({ width }, column) => repeat(before[column], width, 'zero')),
  bins: (node, before) =>
    node.encode === 'ordinal'
      ? withZero(before, 'zero')
      : node.edges.flatMap((edges, column) => repeat(before[column], edges.length + 1, 'absent')),
  lookup: (node, before) => repeat(before[0], node.table.columns, 'zero'),
}

const REARRANGERS: OriginTable<Rearranger> = {
  project({ components: { rows, columns, data }, mean }, before) {
    return Array.from({ length: rows }, (_, row) => {
      const used = before.filter((__, column) => data[row * columns + column] !== 0)
      return { ...join(used), zero: mean === null ? 'zero' : 'centre' }
    })
  },
  distances: (node, before) => repeat(join(before), node.centres.rows, 'zero'),
  select: (node, before) => pick(before, node.columns),
  polynomial(node, before) {
    const levels = polynomialLevels(before.length, node.highest, node.interactionsOnly)
    const found: Origin[] = node.bias ? [NOTHING] : []
    let products: readonly Origin[] = before
    levels.forEach(({ parents, columns }, index) => {
      if (index > 0) {
        products = Array.from(columns, (column, place) =>
          join([products[parents[place] ?? 0] ?? MIXED, before[column] ?? MIXED]),
        )
      }
      if (index + 1 >= node.lowest) found.push(...products)
    })
    return found
  },
  splines: (node, before) =>
    node.columns.flatMap(({ outputs }, column) => repeat(before[column], outputs, 'zero')),
}

const TEXT: OriginTable<TextTransformer> = {
  text: (node, before) => repeat(before[0], widthAfter(node, 1), 'absent'),
}

const TABLE: OriginTable<Transformer> = {
  ...COMPOSITION,
  ...SCALERS,
  ...IMPUTERS,
  ...ENCODERS,
  ...REARRANGERS,
  ...TEXT,
}

function originsAfter(node: Transformer, before: readonly Origin[]): readonly Origin[] {
  // The table has the rule of each kind under its own name, which the type of a lookup cannot say.
  return (TABLE[node.kind] as OriginRule<Transformer>)(node, before)
}

export function originsOfSteps(
  steps: readonly Transformer[],
  before: readonly Origin[],
): readonly Origin[] {
  return steps.reduce((origins, step) => originsAfter(step, origins), before)
}

function pick(origins: readonly Origin[], columns: readonly number[]): readonly Origin[] {
  return columns.map((column) => origins[column] ?? MIXED)
}

function withZero(origins: readonly Origin[], zero: Zero): readonly Origin[] {
  return origins.map(({ field }) => ({ field, zero }))
}

/** The same origin for each of `count` columns: a vocabulary has tens of thousands. */
function repeat(origin: Origin = MIXED, count: number, zero: Zero): readonly Origin[] {
  return new Array<Origin>(count).fill({ field: origin.field, zero })
}

/** What is made of all of these together. */
function join(origins: readonly Origin[]): Origin {
  const [first, ...rest] = new Set(
    origins.map(({ field }) => field).filter((field) => field !== NOTHING_FIELD),
  )
  if (first === undefined) return NOTHING
  return rest.length === 0 ? { field: first, zero: 'zero' } : MIXED
}
