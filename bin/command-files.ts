// What a command's words name on this machine: a file becomes an upload, a card its text.

import { basename } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { MAX_CARD_BYTES } from '#core/operations/card.ts'
import type { Operation, Ports } from '#core/operations/operation.ts'

/** The same as the server's, so that a file that deploys here deploys there. */
const MAXIMUM_UPLOAD_BYTES = 512 * 1024 * 1024
/** Options that name a text file where other surfaces take the text. */
export const TEXT_FILE_FIELDS: readonly string[] = ['card']
/** The first line of a table with the most columns that are taken. */
const MAXIMUM_HEADER_BYTES = 1024 * 1024
const LINE_END = /\r?\n/
const BYTE_ORDER_MARK = /^\uFEFF/
const QUOTES = /^"|"$/g
const MODEL_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/

type Input = Readonly<Record<string, unknown>>

export interface ReadFiles {
  readonly input: Input
  /** Uploads that were made for this command, to be removed after it. */
  readonly uploads: readonly string[]
}

export async function readFiles(
  operation: Operation,
  input: Input,
  options: { readonly ports: Ports; readonly owner: string },
): Promise<Outcome<ReadFiles>> {
  if (operation.name !== 'deploy_model') return storeFiles(operation, input, options)
  const said = { ...input }
  if (typeof input['card'] === 'string') {
    const text = await readCard(input['card'])
    if (!text.ok) return text
    said['card'] = text.value
  }
  said['accept'] = await readColumnNames(input['accept'])
  if (said['accept'] === undefined) delete said['accept']
  return storeFiles(operation, said, options)
}

/** The first line of a CSV file where one of that name is here, else the names as they were typed. */
async function readColumnNames(given: unknown): Promise<unknown> {
  if (!Array.isArray(given) || given.length !== 1) return given
  const file = Bun.file(String(given[0]))
  if (!(await file.exists())) return given
  const [line = ''] = (await file.slice(0, MAXIMUM_HEADER_BYTES).text()).split(LINE_END)
  return line
    .replace(BYTE_ORDER_MARK, '')
    .split(',')
    .map((name) => name.trim().replace(QUOTES, ''))
}

async function readCard(path: string): Promise<Outcome<string>> {
  const file = Bun.file(path)
  if (!(await file.exists())) return fail('not_found', `There is no file "${path}" here.`)
  if (file.size > MAX_CARD_BYTES) {
    return fail('too_large', 'The card is larger than 64 KB.', [
      { path: 'card', message: 'must have at most 64 KB' },
    ])
  }
  return succeed(await file.text())
}

async function storeFiles(
  operation: Operation,
  input: Input,
  options: { readonly ports: Ports; readonly owner: string },
): Promise<Outcome<ReadFiles>> {
  const table = input['lookup']
  const stored = await storeFile(operation, input, options)
  if (!stored.ok || operation.name !== 'deploy_model' || typeof table !== 'string') return stored
  const file = Bun.file(table)
  const { ports, owner } = options
  const upload = (await file.exists())
    ? await ports.registry.createUpload({
        fileName: basename(table),
        owner,
        content: file.stream(),
        maximumBytes: MAXIMUM_UPLOAD_BYTES,
      })
    : fail('not_found', `There is no file "${table}" here.`)
  if (!upload.ok) {
    for (const id of stored.value.uploads) await ports.registry.deleteUpload(id)
    return upload
  }
  const { input: said, uploads } = stored.value
  const { id } = upload.value
  return succeed({ input: { ...said, lookup: id }, uploads: [...uploads, id] })
}

/** A FILE argument becomes an upload; what is no file but names a model is taken as that name. */
async function storeFile(
  operation: Operation,
  input: Input,
  { ports, owner }: { readonly ports: Ports; readonly owner: string },
): Promise<Outcome<ReadFiles>> {
  const path = input['upload']
  if (typeof path !== 'string') return succeed({ input, uploads: [] })
  const file = Bun.file(path)
  if (!(await file.exists())) {
    if (operation.name === 'deploy_model' && MODEL_NAME.test(path) && input['name'] === undefined) {
      const { upload: _, ...rest } = input
      return succeed({ input: { ...rest, name: path }, uploads: [] })
    }
    return fail('not_found', `There is no file "${path}" here.`)
  }
  const upload = await ports.registry.createUpload({
    fileName: basename(path),
    owner,
    content: file.stream(),
    maximumBytes: MAXIMUM_UPLOAD_BYTES,
  })
  if (!upload.ok) return upload
  const { id } = upload.value
  return succeed({ input: { ...input, upload: id }, uploads: [id] })
}
