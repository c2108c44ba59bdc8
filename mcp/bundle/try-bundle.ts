// Starts an unpacked bundle by its own manifest, as a desktop client would, and deploys a sample with it.

import { join } from 'node:path'
import { z } from 'zod'

const manifestFile = z.object({
  server: z.object({
    mcp_config: z.object({ command: z.string(), args: z.array(z.string()) }),
  }),
})

const listed = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) })
const called = z.object({ result: z.object({ isError: z.boolean().optional() }) })

/** How long a first start with a cold disk may take. */
const PATIENCE_MS = 60_000
/** No server listens there, so the bundle opens its own folder. */
const UNUSED_PORT = '1'

/** Answers how many tools it offers; throws where anything is not as it should be. */
export async function tryBundle(folder: string, dataFolder: string): Promise<number> {
  const manifest = manifestFile.parse(await Bun.file(join(folder, 'manifest.json')).json())
  const { command, args } = manifest.server.mcp_config
  // The person has allowed no folder: a client leaves that argument out.
  const words = [command, ...args]
    .filter((word) => !word.includes('user_config'))
    .map((word) => word.replace('${' + '__dirname}', folder))
  const child = Bun.spawn(words, {
    cwd: dataFolder.slice(0, dataFolder.lastIndexOf('/')),
    env: { PARLEY_DATA: dataFolder, PORT: UNUSED_PORT },
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
  const deployed = await ask(3, 'tools/call', {
    name: 'deploy_model',
    arguments: { sample: 'iris' },
  })
  if (called.parse(deployed).result.isError === true) {
    throw new Error(`the bundle could not deploy a sample: ${JSON.stringify(deployed)}`)
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
