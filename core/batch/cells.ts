// From the text of a cell to a value of a feature.

import type { InputField, Scalar } from '#core/model.ts'

/** What programs write into a cell without a value: pandas, R, spreadsheets, databases. */
const MISSING_WORDS: ReadonlySet<string> = new Set([
  'na',
  'n/a',
  '#n/a',
  '<na>',
  'nan',
  '-nan',
  'null',
  'none',
  '\\n',
])

/** Numbers become numbers, missing words null; what is neither stays text for the model's validator to judge. */
export function cellValue(text: string, field: InputField): Scalar {
  const bareText = text.trim()
  if (bareText === '') return null
  if (field.type === 'float' || field.type === 'integer') {
    const number = Number(bareText)
    if (Number.isFinite(number)) return number
    return MISSING_WORDS.has(bareText.toLowerCase()) ? null : bareText
  }
  if (field.categories?.includes(text)) return text
  return MISSING_WORDS.has(bareText.toLowerCase()) ? null : text
}
