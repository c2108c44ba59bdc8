// What a command's words name on this machine: a file becomes an upload, a card its text.

import { basename } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { MAX_CARD_BYTES } from '#core/operations/card.ts'
import type { Operation, Ports } from '#core/operations/operation.ts'

/** The same as the server's, so that a file that deploys here deploys there. */
const MAXIMUM_UPLOAD_BYTES = 512 * 1024 * 1024
/** Options that name a text file where other surfaces take the text. */
export const TEXT_FILE_FIELDS: readonly string[] = ['card']
const MODEL_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/

type Input = Readonly<Record<string, unknown>>

export interface ReadFiles {
  readonly input: Input
  /** The upload that was made for this command, to be removed after it. */
  readonly upload: string | null
}

export async function readFiles(
  operation: Operation,
  input: Input,
  options: { readonly ports: Ports; readonly owner: string },
): Promise<Outcome<ReadFiles>> {
  const { card } = input
  if (operation.name !== 'deploy_model' || typeof card !== 'string') {
    return storeFile(operation, input, options)
  }
  const text = await readCard(card)
  return text.ok ? storeFile(operation, { ...input, card: text.value }, options) : text
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

/** A FILE argument becomes an upload; what is no file but names a model is taken as that name. */
async function storeFile(
  operation: Operation,
  input: Input,
  { ports, owner }: { readonly ports: Ports; readonly owner: string },
): Promise<Outcome<ReadFiles>> {
  const path = input['upload']
  if (typeof path !== 'string') return succeed({ input, upload: null })
  const file = Bun.file(path)
  if (!(await file.exists())) {
    if (operation.name === 'deploy_model' && MODEL_NAME.test(path) && input['name'] === undefined) {
      const { upload: _, ...rest } = input
      return succeed({ input: { ...rest, name: path }, upload: null })
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
  return succeed({ input: { ...input, upload: upload.value.id }, upload: upload.value.id })
}
