// Whether a file of example data is what its name says, before anything is made of it.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { DataFile } from './find-data.ts'

/** The first line of every table that an example uses is far shorter. */
const HEADER_BYTES = 64 * 1024
const LINE_END = /\r?\n/
const QUOTES = /^"|"$/g
const BYTE_ORDER_MARK = /^\uFEFF/

/** Fails with `too_large`, or with `invalid_input` where its first line lacks a column. */
export async function checkFile(file: DataFile, content: Blob): Promise<Outcome<void>> {
  if (content.size > file.maximumBytes) {
    return fail('too_large', `${file.name} is larger than ${file.maximumBytes} bytes.`)
  }
  if (file.columns === undefined) return succeed(undefined)
  const [line = ''] = (await content.slice(0, HEADER_BYTES).text()).split(LINE_END)
  const names = line
    .replace(BYTE_ORDER_MARK, '')
    .split(',')
    .map((name) => name.trim().replace(QUOTES, ''))
  const missing = file.columns.filter((name) => !names.includes(name))
  if (missing.length === 0) return succeed(undefined)
  const shown = missing.slice(0, 5).join(', ')
  return fail(
    'invalid_input',
    `${file.name} has no column ${shown}; it is not the table it should be.`,
  )
}
