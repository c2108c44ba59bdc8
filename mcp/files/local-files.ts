// Gives tools that take a file a `path` too, for clients on this machine: the file becomes an upload before the call goes on.

import type { CallToolRequestParams, Tool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { joinWords } from '#core/presentation/phrases.ts'
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
      return { ...listed, tools: listed.tools.map(withPaths) }
    },
    async callTool(parameters, exchange) {
      const answered = await answeredPath(exchange, upload)
      if (!answered.ok) return failureOf(answered.failure)
      let named = parameters
      for (const argument of PATH_ARGUMENTS) {
        const stored = await withUpload(named, argument, (path) => upload(path, exchange))
        if (!stored.ok) return failureOf(stored.failure)
        named = stored.value
      }
      return backend.callTool(named, answered.value)
    },
  }
}

interface PathArgument {
  readonly name: string
  /** The argument that takes the handle of the same file. */
  readonly handle: string
  /** Other ways to name that file. */
  readonly others: readonly string[]
  readonly description: string
}

const PATH_ARGUMENTS: readonly PathArgument[] = [
  {
    name: 'path',
    handle: 'upload',
    others: ['url', 'upload'],
    description: 'Path of the file on this machine, inside an allowed folder',
  },
  {
    name: 'lookup_path',
    handle: 'lookup',
    others: ['lookup'],
    description: 'Path of the table to join, inside an allowed folder, instead of its handle',
  },
]

function withPaths(tool: Tool): Tool {
  const { properties = {} } = tool.inputSchema
  const paths = PATH_ARGUMENTS.filter(({ handle }) => Object.hasOwn(properties, handle))
  if (paths.length === 0) return tool
  const added = paths.map(({ name, description }) => [
    name,
    { type: 'string', minLength: 1, description },
  ])
  return {
    ...tool,
    inputSchema: {
      ...tool.inputSchema,
      properties: { ...Object.fromEntries(added), ...properties },
    },
  }
}

async function withUpload(
  parameters: CallToolRequestParams,
  { name, handle, others }: PathArgument,
  upload: (path: string) => Promise<Outcome<string>>,
): Promise<Outcome<CallToolRequestParams>> {
  const { [name]: path, ...rest } = parameters.arguments ?? {}
  if (path === undefined) return succeed(parameters)
  if (typeof path !== 'string' || path === '') {
    return fail('invalid_input', `The ${name} of the file must be a text.`, [
      { path: name, message: 'must be a text' },
    ])
  }
  if (others.some((other) => Object.hasOwn(rest, other))) {
    const ways = joinWords([name, ...others])
    return fail('invalid_input', `Give one of ${ways}.`, [
      { path: name, message: `cannot stand beside ${joinWords(others, 'or')}` },
    ])
  }
  const stored = await upload(path)
  return stored.ok
    ? succeed({ ...parameters, arguments: { ...rest, [handle]: stored.value } })
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
