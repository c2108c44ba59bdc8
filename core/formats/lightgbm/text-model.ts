// LightGBM's text model taken apart: the header, one block of lines a tree, the parameters and the names of categories.

import { FormatError } from '../format-error.ts'
import { type Budget, chargeBytes, chargeWork } from '../limits.ts'

/** Everything before the first tree and after the last, and each tree's own lines. */
export interface TextModel {
  /** Keys and values of the header; a key that stands alone (`average_output`) has the value ''. */
  readonly header: ReadonlyMap<string, string>
  readonly trees: readonly ReadonlyMap<string, string>[]
  /** Parameters of training as `[key: value]` lines; empty where the file has none. */
  readonly parameters: ReadonlyMap<string, string>
  /** Categories of each column that was categorical in pandas, in the order of the columns; null where it was none. */
  readonly pandasCategories: readonly (readonly CategoryName[])[] | null
}

export type CategoryName = string | number | boolean

/** How such a text begins; versions before 2 had another layout. */
export const TEXT_MODEL_START = /^tree\r?\nversion=v\d/

/** The layouts that are read. */
const KNOWN_VERSIONS = /^tree\r?\nversion=v[234]\r?\n/

/** A tree has about 20 lines; a text of more lines than this is no model. */
const MAX_LINES = 4_000_000

const TREE_START = 'Tree='
/** What stands behind the last tree; the first since version 3. */
const TREES_ENDS: ReadonlySet<string> = new Set([
  'end of trees',
  'feature importances:',
  'feature_importances:',
])
const CATEGORIES_START = 'pandas_categorical:'
const PARAMETER = /^\[([^:]+): ?(.*)\]$/

/** Throws FormatError for a text that is no model or breaks off. */
export function parseTextModel(text: string, budget: Budget): TextModel {
  if (!KNOWN_VERSIONS.test(text)) {
    throw new FormatError(
      'This LightGBM model is of a version that Parley does not read; it reads versions 2 to 4 (LightGBM 2.0 and later).',
      0,
    )
  }
  chargeBytes(budget, text.length, 0)
  const header = new Map<string, string>()
  const trees: Map<string, string>[] = []
  const parameters = new Map<string, string>()
  let pandasCategories: TextModel['pandasCategories'] = null
  let isOver = false
  let count = 0
  for (const line of linesOf(text)) {
    if (++count > MAX_LINES) throw new FormatError('This text has too many lines for a model.', 0)
    chargeWork(budget, 1 + (line.length >> 6), 0)
    if (isOver) {
      const parameter = PARAMETER.exec(line)
      if (parameter !== null) parameters.set(parameter[1] ?? '', parameter[2] ?? '')
      else if (line.startsWith(CATEGORIES_START)) pandasCategories = readCategories(line)
    } else if (line.startsWith(TREE_START)) {
      trees.push(new Map())
    } else if (TREES_ENDS.has(line)) {
      isOver = true
    } else if (line !== '') {
      const split = line.indexOf('=')
      const target = trees.at(-1) ?? header
      if (split === -1) target.set(line, '')
      else target.set(line.slice(0, split), line.slice(split + 1))
    }
  }
  if (!isOver) checkWhole(header, trees)
  return { header, trees, parameters, pandasCategories }
}

/** Version 2 wrote nothing after its trees at first: then the header has a size for each, and each ends with its shrinkage. */
function checkWhole(
  header: ReadonlyMap<string, string>,
  trees: readonly ReadonlyMap<string, string>[],
): void {
  const sizes = header.get('tree_sizes')?.trim().split(' ') ?? []
  if (sizes.length === trees.length && trees.at(-1)?.has('shrinkage') === true) return
  throw new FormatError(
    'This LightGBM model breaks off before its last tree: the file is not whole. Save it again, and upload that.',
    0,
  )
}

function* linesOf(text: string): Generator<string> {
  let start = 0
  while (start < text.length) {
    const found = text.indexOf('\n', start)
    const end = found === -1 ? text.length : found
    yield text.charCodeAt(end - 1) === 13 ? text.slice(start, end - 1) : text.slice(start, end)
    start = end + 1
  }
}

/** A list of lists in JSON; `null` where training had no categories. */
function readCategories(line: string): TextModel['pandasCategories'] {
  let value: unknown
  try {
    value = JSON.parse(line.slice(CATEGORIES_START.length))
  } catch (error) {
    throw new FormatError(
      `The names of categories in this LightGBM model are damaged (${error instanceof Error ? error.message : 'no JSON'}).`,
      0,
    )
  }
  if (value === null) return null
  return checkCategories(value)
}

/** Throws FormatError for anything but lists of texts, numbers and truth values. */
export function checkCategories(value: unknown): readonly (readonly CategoryName[])[] {
  if (Array.isArray(value) && value.every((list) => Array.isArray(list) && list.every(isName))) {
    return value
  }
  throw new FormatError(
    'The categories of this LightGBM model are neither texts nor numbers. Turn such columns (dates, intervals) into texts before training.',
    0,
  )
}

function isName(value: unknown): value is CategoryName {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
