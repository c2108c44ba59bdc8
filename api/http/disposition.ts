// Reads the names in the header of a form's part, and makes file names harmless.

import { MAXIMUM_FILE_NAME_LENGTH } from '../limits.ts'

const DISPOSITION = /^content-disposition:\s*form-data\s*(?:;|$)/i
const NAME = /;\s*name="((?:[^"\\]|\\.)*)"/i
const FILE_NAME = /;\s*filename="((?:[^"\\]|\\.)*)"/i
const FILE_NAME_EXTENDED = /;\s*filename\*=utf-8''([^;\s]+)/i
const QUOTED_PAIR = /\\(["\\])/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out of file names
const CONTROL = /[\u0000-\u001f\u007f]/g

export interface Disposition {
  readonly name: string
  /** As it came; null for a text field, '' for a file field that nobody filled. */
  readonly fileName: string | null
}

/** From the header lines of a part; null where they name no field. */
export function readDisposition(header: string): Disposition | null {
  const line = header.split('\r\n').find((one) => DISPOSITION.test(one))
  const name = line === undefined ? undefined : NAME.exec(line)?.[1]
  if (line === undefined || name === undefined) return null
  return { name: unquote(name), fileName: fileNameOf(line) }
}

function fileNameOf(disposition: string): string | null {
  const extended = FILE_NAME_EXTENDED.exec(disposition)?.[1]
  const plain = FILE_NAME.exec(disposition)?.[1]
  if (extended === undefined && plain === undefined) return null
  return extended === undefined ? unquote(plain ?? '') : decodeExtended(extended)
}

function decodeExtended(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Browsers write `%22`, `%0D` and `%0A` for what a quoted name cannot hold; others use backslashes. */
function unquote(text: string): string {
  return text
    .replaceAll('%22', '"')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replace(QUOTED_PAIR, '$1')
}

/** The last segment of a name, whatever system it came from. */
export function cleanFileName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
  const clean = last.replace(CONTROL, '').trim().slice(0, MAXIMUM_FILE_NAME_LENGTH)
  return clean === '' || clean === '.' || clean === '..' ? 'file' : clean
}
