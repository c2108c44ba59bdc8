// Gives tools that take a file a `path` too, for clients on this machine: the file becomes an upload before the call goes on.

import type { CallToolRequestParams, Tool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { fail, type Outcome } from '#core/errors.ts'
import { FILE_KEY } from '../asking.ts'
import type { Backend, Exchange } from '../backend.ts'
import { failureOf } from '../tools/answer.ts'
import { type LocalFile, openAllowed } from './allowed-folders.ts'

/** Stores a file where the backend's operations find it, and answers its handle. */
export type StoreFile = (file: LocalFile, exchange: Exchange) => Promise<Outcome<string>>

const HANDLE = /^[\da-f]{32}$/
const WEB_ADDRESS = /^https?:\/\//i

/** With no folder allowed the backend stays as it is. */
export function withLocalFiles(
  backend: Backend,
  { folders, store }: { readonly folders: readonly string[]; readonly store: StoreFile },
): Backend {
  if (folders.length === 0) return backend
  const upload = async (path: string, exchange: Exchange): Promise<Outcome<string>> => {
    const file = await openAllowed(path, folders)
    if (!file.ok) return file
    try {
      return await store(file.value, exchange)
    } finally {
      await file.value.close().catch(() => undefined)
    }
  }
  return {
    ...backend,
    async listTools(exchange) {
      const listed = await backend.listTools(exchange)
      return { ...listed, tools: listed.tools.map(withPath) }
    },
    async callTool(parameters, exchange) {
      const answered = await answeredPath(exchange, upload)
      if (!answered.ok) return failureOf(answered.failure)
      const path = parameters.arguments?.['path']
      if (path === undefined) return backend.callTool(parameters, answered.value)
      const stored = await uploadOf(parameters, path, (text) => upload(text, exchange))
      return stored.ok ? backend.callTool(stored.value, answered.value) : failureOf(stored.failure)
    },
  }
}

function withPath(tool: Tool): Tool {
  const { properties } = tool.inputSchema
  if (properties === undefined || !Object.hasOwn(properties, 'upload')) return tool
  const path = {
    type: 'string',
    minLength: 1,
    description: 'Path of the file on this machine, inside an allowed folder',
  }
  return { ...tool, inputSchema: { ...tool.inputSchema, properties: { path, ...properties } } }
}

async function uploadOf(
  parameters: CallToolRequestParams,
  path: unknown,
  upload: (path: string) => Promise<Outcome<string>>,
): Promise<Outcome<CallToolRequestParams>> {
  if (typeof path !== 'string' || path === '') {
    return fail('invalid_input', 'The path of the file must be a text.', [
      { path: 'path', message: 'must be a text' },
    ])
  }
  const { path: _, ...rest } = parameters.arguments ?? {}
  if ('upload' in rest || 'url' in rest) {
    return fail('invalid_input', 'Give one of path, url and upload.', [
      { path: 'path', message: 'cannot stand beside url or upload' },
    ])
  }
  const stored = await upload(path)
  return stored.ok
    ? { ok: true, value: { ...parameters, arguments: { ...rest, upload: stored.value } } }
    : stored
}

const fileAnswer = z.object({
  action: z.literal('accept'),
  content: z.object({ file: z.string() }),
})

/** "Where is the file?" may be answered with a path as well. */
async function answeredPath(
  exchange: Exchange,
  upload: (path: string, exchange: Exchange) => Promise<Outcome<string>>,
): Promise<Outcome<Exchange>> {
  const parsed = fileAnswer.safeParse(exchange.answers[FILE_KEY])
  const file = parsed.success ? parsed.data.content.file : null
  if (file === null || HANDLE.test(file) || WEB_ADDRESS.test(file)) {
    return { ok: true, value: exchange }
  }
  const stored = await upload(file, exchange)
  if (!stored.ok) return stored
  const answer = { action: 'accept', content: { file: stored.value } }
  return {
    ok: true,
    value: { ...exchange, answers: { ...exchange.answers, [FILE_KEY]: answer } },
  }
}
