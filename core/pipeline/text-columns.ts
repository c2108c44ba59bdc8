// What text transformers do to columns.

import type { ColumnTable } from './column-rules.ts'
import type { TextTransformer } from './text.ts'

export const TEXT_COLUMNS: ColumnTable<TextTransformer> = {
  text: {
    widthAfter: ({ vectorizer: { features } }) =>
      features.kind === 'hash' ? features.count : features.terms.length,
    needsBefore: () => [{ kind: 'text', prose: true }],
  },
}
