// Whether a file of example data is what its name says, before anything is made of it.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { DataFile } from './find-data.ts'

/** The first line of every table that an example uses is far shorter. */
const HEADER_BYTES = 64 * 1024
const LINE_END = /\r?\n/
const QUOTES = /^"|"$/g
const BYTE_ORDER_MARK = /^\uFEFF/

/** Fails with `too_large`, or with `invalid_input` where its first line lacks a column or its bytes are others. */
export async function checkFile(file: DataFile, content: Blob): Promise<Outcome<void>> {
  if (content.size > file.maximumBytes) {
    return fail('too_large', `${file.name} is larger than ${file.maximumBytes} bytes.`)
  }
  const lacking = await findLacking(file, content)
  if (lacking.length > 0) {
    const shown = lacking.slice(0, 5).join(', ')
    return fail(
      'invalid_input',
      `${file.name} has no column ${shown}; it is not the table it should be.`,
    )
  }
  if (file.sha256 === undefined || (await sha256Of(content)) === file.sha256.toLowerCase()) {
    return succeed(undefined)
  }
  return fail('invalid_input', `${file.name} has another sha256 than it should have.`)
}

/** Columns that the first line does not name. */
async function findLacking({ columns }: DataFile, content: Blob): Promise<readonly string[]> {
  if (columns === undefined) return []
  const [line = ''] = (await content.slice(0, HEADER_BYTES).text()).split(LINE_END)
  const names = line
    .replace(BYTE_ORDER_MARK, '')
    .split(',')
    .map((name) => name.trim().replace(QUOTES, ''))
  return columns.filter((name) => !names.includes(name))
}

/** In pieces: the file may be larger than the memory. */
async function sha256Of(content: Blob): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256')
  for await (const piece of content.stream()) hasher.update(piece)
  return hasher.digest('hex')
}
