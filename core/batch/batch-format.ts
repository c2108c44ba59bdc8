// The table formats a batch may come in, and how to tell which one it is.

export const BATCH_FORMATS = ['csv', 'jsonl', 'parquet'] as const

export type BatchFormat = (typeof BATCH_FORMATS)[number]

interface FormatFacts {
  readonly contentType: string
  /** Other types that clients send for it. */
  readonly alsoKnownAs: readonly string[]
  readonly extension: string
}

export const FORMAT_FACTS = {
  csv: {
    contentType: 'text/csv; charset=utf-8',
    alsoKnownAs: ['text/csv', 'application/csv', 'text/tab-separated-values', 'text/plain'],
    extension: '.csv',
  },
  jsonl: {
    contentType: 'application/jsonl; charset=utf-8',
    alsoKnownAs: [
      'application/jsonl',
      'application/x-jsonlines',
      'application/jsonlines',
      'application/x-ndjson',
      'application/ndjson',
    ],
    extension: '.jsonl',
  },
  parquet: {
    contentType: 'application/vnd.apache.parquet',
    alsoKnownAs: ['application/vnd.apache.parquet', 'application/x-parquet', 'application/parquet'],
    extension: '.parquet',
  },
} as const satisfies Record<BatchFormat, FormatFacts>

/** By the header of a request; null for a type that is no table, such as `application/json`. */
export function formatOfContentType(contentType: string | null): BatchFormat | null {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return (
    BATCH_FORMATS.find((format) => {
      const names: readonly string[] = FORMAT_FACTS[format].alsoKnownAs
      return names.includes(type)
    }) ?? null
  )
}

const PARQUET_MAGIC = 'PAR1'
const FIRST_SIGN = /[^\s\ufeff]/
const SNIFFED_BYTES = 512

/** By the first bytes, as the name of a file proves nothing: Parquet's magic, a brace for JSON lines, else CSV. */
export function sniffFormat(bytes: Uint8Array): BatchFormat {
  const start = new TextDecoder().decode(bytes.subarray(0, SNIFFED_BYTES))
  if (start.startsWith(PARQUET_MAGIC)) return 'parquet'
  return FIRST_SIGN.exec(start)?.[0] === '{' ? 'jsonl' : 'csv'
}
