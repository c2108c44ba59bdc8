// Looks at the header of an uploaded table, to see which model it is for. Its cells are data and never requests.

import type { Registry } from '#core/registry/registry.ts'

/** Larger tables are named a model by the person: reading them whole for one line would cost more than it saves. */
const MAX_LOOKED_AT_BYTES = 2_000_000
const MAX_HEADER_BYTES = 64_000
const TEXT_TABLE = /\.(?:csv|tsv|tab)$/i
const BYTE_ORDER_MARK = /^\uFEFF/
const QUOTES = /^"|"$/g

export async function readColumns(
  registry: Pick<Registry, 'readUpload'>,
  file: { readonly id: string; readonly fileName: string; readonly sizeBytes: number },
): Promise<readonly string[] | null> {
  if (!TEXT_TABLE.test(file.fileName) || file.sizeBytes > MAX_LOOKED_AT_BYTES) return null
  const bytes = await registry.readUpload(file.id).catch(() => null)
  if (bytes === null) return null
  const text = new TextDecoder().decode(bytes.subarray(0, MAX_HEADER_BYTES))
  const [header = ''] = text.replace(BYTE_ORDER_MARK, '').split('\n')
  const delimiter = ['\t', ';', ','].find((mark) => header.includes(mark)) ?? ','
  return header.split(delimiter).map((cell) => cell.trim().replace(QUOTES, ''))
}
