// What preprocessing does to columns.

import { type ColumnTable, NUMBER } from './column-rules.ts'
import type { Preprocessor } from './preprocessing.ts'

const numbers = (_: unknown, width: number) => Array.from({ length: width }, () => NUMBER)

export const PREPROCESSING_COLUMNS: ColumnTable<Preprocessor> = {
  scale: {
    widthAfter: (_, width) => width,
    needsBefore: (_, width, after) =>
      Array.from({ length: width }, (__, index) => ({
        ...NUMBER,
        optional: after[index]?.optional === true,
      })),
  },
  project: { widthAfter: (node) => node.components.rows, needsBefore: numbers },
  select: {
    widthAfter: (node) => node.columns.length,
    needsBefore: (node, width, after) =>
      Array.from({ length: width }, (_, column) => {
        const place = node.columns.indexOf(column)
        return after[place] ?? { kind: 'unknown' }
      }),
  },
  lookup: {
    widthAfter: (node) => node.table.columns,
    needsBefore: (node) => [{ kind: 'text', categories: node.keys, open: node.fallback !== null }],
  },
}
