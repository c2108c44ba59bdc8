// Reads multipart/form-data as it arrives: text fields are capped, files are handed on as streams, nothing is held whole.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import {
  FORM_OVERHEAD_BYTES,
  MAXIMUM_FIELD_BYTES,
  MAXIMUM_FIELDS,
  MAXIMUM_FILE_NAME_LENGTH,
  MAXIMUM_PART_HEADER_BYTES,
  UPLOAD_DEADLINE_MS,
} from '../limits.ts'
import { BodyDeadline, declaredLength, lateBody, tooLarge, withDeadline } from './body.ts'
import { cleanFileName, type Disposition, readDisposition } from './disposition.ts'

const BOUNDARY = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i
const CRLF = Buffer.from('\r\n')
const HEADER_END = Buffer.from('\r\n\r\n')
const DASH = 0x2d

export interface FilePart {
  readonly fieldName: string
  /** The last part of the name that came, without control characters; never a path. */
  readonly fileName: string
  readonly content: ReadableStream<Uint8Array>
}

export interface FormRules {
  /** Names of text fields, which may also come as text files; others are refused with this list. */
  readonly textFields: readonly string[]
  /** Names of file fields. */
  readonly fileFields: readonly string[]
  readonly maximumFiles: number
  readonly maximumFileBytes: number
}

export interface Form<File> {
  /** Values of each text field in the order they came. */
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly files: readonly File[]
}

/**
 * `receive` gets each file while it arrives and must read its content to the end or fail; the first failure ends the
 * reading and what is left of the body is not read. What `receive` made before a failure is the caller's to remove.
 */
export async function readForm<File>(
  request: Request,
  rules: FormRules,
  receive: (file: FilePart) => Promise<Outcome<File>>,
): Promise<Outcome<Form<File>>> {
  const type = request.headers.get('content-type') ?? ''
  if (!type.toLowerCase().startsWith('multipart/form-data')) {
    return fail('unsupported_file', 'Send a form: "Content-Type: multipart/form-data".')
  }
  const found = BOUNDARY.exec(type)
  const boundary = found?.[1] ?? found?.[2]
  if (boundary === undefined || request.body === null) {
    return malformed('the Content-Type header names no boundary')
  }
  const maximum = rules.maximumFiles * rules.maximumFileBytes + FORM_OVERHEAD_BYTES
  const declared = declaredLength(request)
  if (declared !== null && declared > maximum) return tooLarge('The upload', rules.maximumFileBytes)
  const reader = withDeadline(request.body, UPLOAD_DEADLINE_MS).getReader()
  const source = openSource(reader, boundary)
  try {
    const form = await readParts(source, rules, receive)
    if (form.ok) await drainEpilogue(reader)
    else await reader.cancel()
    return form
  } catch (error) {
    if (error instanceof BodyDeadline) return lateBody(UPLOAD_DEADLINE_MS)
    throw error
  }
}

function malformed(reason: string): Outcome<never> {
  return fail('malformed_request', `The form could not be read: ${reason}.`)
}

/** The unread bytes of the body; `buffer` always starts where the next thing is expected. */
interface Source {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
  /** `\r\n--boundary`. */
  readonly delimiter: Buffer
  buffer: Buffer
}

function openSource(reader: ReadableStreamDefaultReader<Uint8Array>, boundary: string): Source {
  // The first delimiter may open the body; giving it the line break that the others have makes them all alike.
  return { reader, delimiter: Buffer.from(`\r\n--${boundary}`, 'latin1'), buffer: CRLF }
}

/** Adds what arrives next; false at the end of the body. */
async function fill(source: Source): Promise<boolean> {
  const next = await source.reader.read()
  if (next.done) return false
  source.buffer =
    source.buffer.length === 0
      ? Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
      : Buffer.concat([source.buffer, next.value])
  return true
}

async function readParts<File>(
  source: Source,
  rules: FormRules,
  receive: (file: FilePart) => Promise<Outcome<File>>,
): Promise<Outcome<Form<File>>> {
  const fields = new Map<string, string[]>()
  const files: File[] = []
  let fieldCount = 0
  const preamble = await readText(
    source,
    'What stands before the first part',
    MAXIMUM_PART_HEADER_BYTES,
  )
  if (!preamble.ok) return malformed('it does not begin with its boundary')
  for (;;) {
    const header = await readPartHeader(source)
    if (header === 'end') return succeed({ fields, files })
    if (!header.ok) return header
    const { name, fileName } = header.value
    if (fileName === null && rules.fileFields.includes(name)) return fileSentAsText(name)
    if (fileName === null || rules.textFields.includes(name)) {
      if (!rules.textFields.includes(name)) return unknownField(name, rules)
      fieldCount += 1
      if (fieldCount > MAXIMUM_FIELDS) return fail('too_large', 'The form has too many fields.')
      const text = await readText(source, `The field ${name}`, MAXIMUM_FIELD_BYTES)
      if (!text.ok) return text
      fields.set(name, [...(fields.get(name) ?? []), text.value])
      continue
    }
    if (!rules.fileFields.includes(name)) return unknownField(name, rules)
    if (fileName === '' && (await isEmptyPart(source))) continue
    if (files.length >= rules.maximumFiles) return tooManyFiles(rules.maximumFiles)
    const received = await receiveFile(source, rules, name, cleanFileName(fileName), receive)
    if (!received.ok) return received
    files.push(received.value)
  }
}

function unknownField(name: string, rules: FormRules): Outcome<never> {
  const known = [...rules.fileFields.map((field) => `${field} (a file)`), ...rules.textFields]
  return fail('invalid_input', `This form takes ${known.join(', ')}.`, [
    { path: name.slice(0, MAXIMUM_FILE_NAME_LENGTH), message: 'This field is not one of them.' },
  ])
}

/** Forgetting curl's @ is the usual reason. */
function fileSentAsText(name: string): Outcome<never> {
  return fail('invalid_input', `Send ${name} as a file; with curl: -F ${name}=@churn_model.pkl`, [
    { path: name, message: 'is a text here, not a file' },
  ])
}

function tooManyFiles(maximum: number): Outcome<never> {
  const message =
    maximum === 1 ? 'Send one file a request.' : `Send at most ${maximum} files a request.`
  return fail('invalid_input', message, [{ path: 'file', message }])
}

async function receiveFile<File>(
  source: Source,
  rules: FormRules,
  fieldName: string,
  fileName: string,
  receive: (file: FilePart) => Promise<Outcome<File>>,
): Promise<Outcome<File>> {
  const part = openPart(source, rules.maximumFileBytes)
  try {
    const received = await receive({ fieldName, fileName, content: part.stream })
    if (part.state.problem !== null) return part.state.problem
    if (received.ok && !part.state.ended) return malformed('a file in it was not read to its end')
    return received
  } catch (error) {
    if (part.state.problem !== null) return part.state.problem
    throw error
  }
}

/** The content of the part at hand as a stream that fails at the byte past the limit. */
function openPart(source: Source, maximumBytes: number) {
  const state: { ended: boolean; problem: Outcome<never> | null } = { ended: false, problem: null }
  let size = 0
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = await readPiece(source).catch((error: unknown) => {
        if (error instanceof BodyDeadline) state.problem = lateBody(UPLOAD_DEADLINE_MS)
        throw error
      })
      if (piece === 'end') {
        state.ended = true
        return controller.close()
      }
      if (piece === 'cut') {
        state.problem = malformed('it ends in the middle of a file')
        return controller.error(new Error('cut'))
      }
      size += piece.length
      if (size > maximumBytes) {
        state.problem = tooLarge('The file', maximumBytes)
        return controller.error(new Error('too large'))
      }
      controller.enqueue(piece)
    },
  })
  return { stream, state }
}

/** The next bytes before the delimiter; 'end' when it is reached, and then passed. */
async function readPiece(source: Source): Promise<Buffer | 'end' | 'cut'> {
  for (;;) {
    const at = source.buffer.indexOf(source.delimiter)
    if (at === 0) {
      source.buffer = source.buffer.subarray(source.delimiter.length)
      return 'end'
    }
    // A delimiter may begin in the last bytes, so those wait for what follows.
    const safe = at > 0 ? at : source.buffer.length - source.delimiter.length + 1
    if (safe > 0) {
      const piece = source.buffer.subarray(0, safe)
      source.buffer = source.buffer.subarray(safe)
      return piece
    }
    if (!(await fill(source))) return 'cut'
  }
}

/** A browser sends a file field that nobody filled as an empty part without a name; such a part is passed over. */
async function isEmptyPart(source: Source): Promise<boolean> {
  const piece = await readPiece(source)
  if (piece === 'end') return true
  if (piece !== 'cut') source.buffer = Buffer.concat([piece, source.buffer])
  return false
}

/** The text up to the delimiter. */
async function readText(
  source: Source,
  what: string,
  maximumBytes: number,
): Promise<Outcome<string>> {
  const pieces: Buffer[] = []
  let size = 0
  for (;;) {
    const piece = await readPiece(source)
    if (piece === 'end') return succeed(Buffer.concat(pieces, size).toString('utf8'))
    if (piece === 'cut') return malformed('it ends before its last boundary')
    size += piece.length
    if (size > maximumBytes) return tooLarge(what, maximumBytes)
    pieces.push(piece)
  }
}

/** The lines after a delimiter: `--` closes the form, else a part's headers follow. */
async function readPartHeader(source: Source): Promise<Outcome<Disposition> | 'end'> {
  while (source.buffer.length < 2) {
    if (!(await fill(source))) return malformed('it ends before its last boundary')
  }
  if (source.buffer[0] === DASH && source.buffer[1] === DASH) return 'end'
  let end = source.buffer.indexOf(HEADER_END)
  while (end < 0) {
    if (source.buffer.length > MAXIMUM_PART_HEADER_BYTES) return malformed('a part has no header')
    if (!(await fill(source))) return malformed('it ends inside the header of a part')
    end = source.buffer.indexOf(HEADER_END)
  }
  if (end > MAXIMUM_PART_HEADER_BYTES) return malformed('the header of a part is too long')
  const header = readDisposition(source.buffer.subarray(0, end).toString('utf8'))
  source.buffer = source.buffer.subarray(end + HEADER_END.length)
  return header === null ? malformed('a part has no name') : succeed(header)
}

/** What follows the last boundary means nothing; a little of it is read so that the connection can go on. */
async function drainEpilogue(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  let left = MAXIMUM_PART_HEADER_BYTES
  for (;;) {
    const next = await reader.read()
    if (next.done) return
    left -= next.value.byteLength
    if (left < 0) return reader.cancel()
  }
}
