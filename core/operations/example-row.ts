// A row that a model accepts, made from its signature: for snippets, forms, first tries and tests.

import type { InputField, Row, Scalar, Signature } from '#core/model.ts'

/** Without the fields that the model does not look at, unless somebody gave examples of them. */
export function exampleRow({ inputs }: Pick<Signature, 'inputs'>): Row {
  const shown = inputs.filter((field) => field.unused !== true || field.example !== undefined)
  return Object.fromEntries(shown.map((field) => [field.name, exampleValue(field)]))
}

function exampleValue(field: InputField): Scalar {
  if (field.example !== undefined) return field.example
  switch (field.type) {
    case 'float':
      return middle(field, 0.01) ?? 0.5
    case 'integer':
      return middle(field, 1) ?? 1
    case 'boolean':
      return true
    case 'category':
      return field.categories?.[0] ?? 0
    case 'string':
      return field.categories?.[0] ?? 'text'
  }
}

/** Half-way between the smallest and largest value of training, to a round step. */
function middle({ minimum, maximum }: InputField, step: number): number | null {
  if (minimum === undefined || maximum === undefined) return null
  return Number((Math.round((minimum + maximum) / 2 / step) * step).toFixed(2))
}

/** `tenure=24, monthly_charges=70`, as people write it in the chat and on the command line. */
export function rowInWords(row: Row, separator = ', '): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${needsQuotes(value) ? JSON.stringify(value) : String(value)}`)
    .join(separator)
}

const SPACE_OR_COMMA = /[\s,"']/

function needsQuotes(value: Scalar): boolean {
  return typeof value === 'string' && (value === '' || SPACE_OR_COMMA.test(value))
}

/** The same request on a shell: one line that can be pasted. */
export function curlSnippet(baseUrl: string, endpoint: string, row: Row): string {
  const body = JSON.stringify(row).replaceAll("'", "'\\''")
  return `curl -X POST ${baseUrl}${endpoint} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`
}

/** Where a model answers. */
export function endpointOf(model: string): string {
  return `/api/predict/${model}`
}
