// What a transformer does to the columns of a table: how many come out, and what must come in.

import { type ColumnNeed, type ColumnRules, type ColumnTable, UNKNOWN } from './column-rules.ts'
import type { ColumnPart, Composition, Transformer } from './pipeline.ts'
import { PREPROCESSING_COLUMNS } from './preprocessing-columns.ts'
import { TEXT_COLUMNS } from './text-columns.ts'

const COMPOSITION_COLUMNS: ColumnTable<Composition> = {
  identity: { widthAfter: (_, width) => width, needsBefore: (_, __, after) => after },
  sequence: {
    widthAfter: (node, width) => widthOfSteps(node.steps, width),
    needsBefore: (node, width, after) => needsOfSteps(node.steps, width, after),
  },
  columns: {
    widthAfter: (node) => node.parts.reduce((count, part) => count + partWidth(part), 0),
    needsBefore(node, width, after) {
      const needs = Array.from({ length: width }, () => UNKNOWN)
      let start = 0
      for (const part of node.parts) {
        const end = start + partWidth(part)
        const partNeeds = needsBefore(
          part.transformer,
          part.columns.length,
          after.slice(start, end),
        )
        part.columns.forEach((column, index) => {
          needs[column] = mergeNeeds(needs[column] ?? UNKNOWN, partNeeds[index] ?? UNKNOWN)
        })
        start = end
      }
      return needs
    },
  },
}

const TABLE: ColumnTable<Transformer> = {
  ...COMPOSITION_COLUMNS,
  ...PREPROCESSING_COLUMNS,
  ...TEXT_COLUMNS,
}

export function widthAfter(node: Transformer, width: number): number {
  return rulesOf(node).widthAfter(node, width)
}

/** `after` has one need for each column that comes out. */
export function needsBefore(
  node: Transformer,
  width: number,
  after: readonly ColumnNeed[],
): readonly ColumnNeed[] {
  return rulesOf(node).needsBefore(node, width, after)
}

export function widthOfSteps(steps: readonly Transformer[], width: number): number {
  return steps.reduce((count, step) => widthAfter(step, count), width)
}

/** What `width` columns need before a row of steps whose results need `after`. */
export function needsOfSteps(
  steps: readonly Transformer[],
  width: number,
  after: readonly ColumnNeed[],
): readonly ColumnNeed[] {
  const widths = [width]
  for (const step of steps) widths.push(widthAfter(step, widths.at(-1) ?? 0))
  let needs = after
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index]
    if (step !== undefined) needs = needsBefore(step, widths[index] ?? 0, needs)
  }
  return needs
}

/** A column that two steps read must satisfy both. */
export function mergeNeeds(first: ColumnNeed, second: ColumnNeed): ColumnNeed {
  // Of vocabularies that several members share, nearly all needs are one and the same.
  if (first === second || second.kind === 'unknown') return first
  if (first.kind === 'unknown') return second
  return {
    ...first,
    ...second,
    // Whoever compares texts knows what the column holds; a count of what is missing does not.
    kind: first.kind === 'text' ? 'text' : second.kind,
    optional: first.optional === true && second.optional === true,
    nullable: takesNull(first) && takesNull(second),
    ...mergeCategories(first, second),
  }
}

/** A list that is not open holds for both. */
function mergeCategories(
  first: ColumnNeed,
  second: ColumnNeed,
): Pick<ColumnNeed, 'categories' | 'open'> {
  const closed = [second, first].find((need) => need.categories !== undefined && !need.open)
  const listed = closed ?? [second, first].find((need) => need.categories !== undefined)
  if (listed?.categories === undefined) return {}
  return { categories: listed.categories, open: closed === undefined }
}

function takesNull(need: ColumnNeed): boolean {
  return need.optional === true || need.nullable === true
}

function partWidth(part: ColumnPart): number {
  return widthAfter(part.transformer, part.columns.length)
}

function rulesOf(node: Transformer): ColumnRules<Transformer> {
  // The table has the rules of each kind under its own name, which the type of a lookup cannot say.
  return TABLE[node.kind] as ColumnRules<Transformer>
}
