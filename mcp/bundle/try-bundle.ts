// Starts an unpacked bundle by its own manifest, as a desktop client would, and uses it.

import { join, sep } from 'node:path'
import { getMcpConfigForManifest, v0_3 } from '@anthropic-ai/mcpb'
import { z } from 'zod'

const listed = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) })
const called = z.object({ result: z.object({ isError: z.boolean().optional() }) })

/** One call for each part with packages, workers or files of its own: reading, engine, learners, explaining, phrases. */
const CALLS = [
  ['deploy_model', { sample: 'churn' }],
  ['predict_churn', { tenure: 24, monthly_charges: 70, total_charges: 1680 }],
  ['train_model', { data: 'iris', learner: 'logreg', deploy: true }],
  [
    'explain_prediction',
    { model: 'churn', features: { tenure: 24, monthly_charges: 70, total_charges: 1680 } },
  ],
  ['suggest_phrases', { text: 'have a <blank> day' }],
] as const
/** Ids below are taken. */
const CALLS_FROM = 3

/** How long a first start with a cold disk may take. */
const PATIENCE_MS = 60_000
/** No server listens there, so the bundle opens its own folder. */
const UNUSED_PORT = '1'

interface TryOptions {
  /** The unpacked bundle. */
  readonly folder: string
  /** Stands for the person's home; the bundle keeps its data below it. */
  readonly home: string
  /** What the person filled in; nothing by default. */
  readonly settings?: Readonly<Record<string, string | string[]>>
}

/** Answers how many tools it offers; throws where anything is not as it should be. */
export async function tryBundle({ folder, home, settings = {} }: TryOptions): Promise<number> {
  const manifest = v0_3.McpbManifestSchema.parse(
    await Bun.file(join(folder, 'manifest.json')).json(),
  )
  // As the bundle format's own package fills in settings for clients.
  const start = await getMcpConfigForManifest({
    manifest,
    extensionPath: folder,
    systemDirs: { HOME: home },
    userConfig: { ...settings },
    pathSeparator: sep,
  })
  if (start === undefined) throw new Error('the manifest says not how it is started')
  const child = Bun.spawn([start.command, ...(start.args ?? [])], {
    cwd: home,
    env: { HOME: home, PORT: UNUSED_PORT, ...start.env },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
    timeout: PATIENCE_MS,
  })
  const lines = linesOf(child.stdout)
  const ask = async (id: number, method: string, params: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    await child.stdin.flush()
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) throw new Error('the bundle ended before it answered')
      const message: unknown = JSON.parse(value)
      if (z.object({ id: z.literal(id) }).safeParse(message).success) return message
    }
  }
  await ask(1, 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bundle-check', version: '1' },
  })
  const { tools } = listed.parse(await ask(2, 'tools/list', {})).result
  for (const [index, [name, given]] of CALLS.entries()) {
    const params = { name, arguments: given }
    const answer = await ask(CALLS_FROM + index, 'tools/call', params)
    if (called.parse(answer).result.isError === true) {
      throw new Error(`in the bundle ${name} failed: ${JSON.stringify(answer)}`)
    }
  }
  await child.stdin.end()
  if ((await child.exited) !== 0) throw new Error('the bundle did not end cleanly')
  return tools.length
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of stream) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield line
  }
}
