// Starts the real server as a process: what it prints, what it answers, how it ends.

import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client, credentials } from '@grpc/grpc-js'
import manifest from '../../package.json'

const ROOT = resolve(import.meta.dir, '../..')
const folder = await mkdtemp(join(tmpdir(), 'parley-serve-'))
const running = new Set<Bun.Subprocess>()
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const READY = /is ready: (http:\/\/127\.0\.0\.1:(\d+))/

function start(environment: Record<string, string>) {
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), 'serve'], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      PARLEY_DATA: join(folder, 'data'),
      ...environment,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  running.add(child)
  void child.exited.then(() => running.delete(child))
  return child
}

/** Reads what is printed until the address and the two lines after it are there. */
async function untilReady(child: ReturnType<typeof start>) {
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  let printed = ''
  while (!(READY.test(printed) && printed.includes('  language'))) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`ended early: ${printed}${await new Response(child.stderr).text()}`)
    printed += decoder.decode(value)
  }
  const [, url = '', port = ''] = READY.exec(printed) ?? []
  const rest = async () => {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      printed += decoder.decode(piece.value)
    }
    return printed
  }
  return { url, port, printed, rest }
}

const MCP_TYPES = 'application/json, text/event-stream'
const MCP_PING = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
})

describe('parley serve', () => {
  test('prints the address, what is loaded and the language, and nothing else; Ctrl-C ends it with 0', async () => {
    const first = start({})
    const { url, rest } = await untilReady(first)
    expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ status: 'ok' })
    const deployed = await fetch(`${url}/api/operations/deploy_model`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sample: 'iris' }),
    })
    expect(deployed.status).toBe(200)
    first.kill('SIGINT')
    expect(await first.exited).toBe(0)
    expect((await rest()).replace(url, 'URL')).toBe(
      [
        `Parley ${manifest.version} is ready: URL`,
        '  models    none yet: drop a file into the chat',
        '  language  offline interpreter (set ANTHROPIC_API_KEY for Claude)',
        '',
      ].join('\n'),
    )
    expect(await new Response(first.stderr).text()).toBe('')

    const second = start({ ANTHROPIC_API_KEY: 'never-used', GRPC_PORT: '0' })
    const again = await untilReady(second)
    expect(again.printed).toContain('  models    iris\n')
    expect(again.printed).toContain('Claude (claude-opus-5-5)')
    expect(again.printed).not.toContain('never-used')
    const [, grpc] = /^ {2}grpc {6}(127\.0\.0\.1:\d+)$/m.exec(again.printed) ?? []
    const client = new Client(grpc ?? '', credentials.createInsecure())
    await new Promise<void>((resolve, reject) =>
      client.waitForReady(Date.now() + 5000, (error) => (error ? reject(error) : resolve())),
    )
    client.close()
    second.kill('SIGTERM')
    expect(await second.exited).toBe(0)
  }, 30_000)

  test('a proxy may name it, and its visitors need a key', async () => {
    const data = join(folder, 'proxied')
    const settings = { PARLEY_DATA: data, PARLEY_ALLOWED_HOSTS: 'parley.example.com' }
    const keyless = start(settings)
    expect(await keyless.exited).toBe(2)
    expect(await new Response(keyless.stderr).text()).toContain(
      'PARLEY_ALLOWED_HOSTS lets others in through a proxy, and no API key works.',
    )
    const made = Bun.spawnSync(
      [process.execPath, join(ROOT, 'bin/parley.ts'), 'keys', 'create', '--name', 'web', '--json'],
      { env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: data } },
    )
    const [key = ''] = /parley_\w+/.exec(made.stdout.toString()) ?? []
    const child = start(settings)
    const { url } = await untilReady(child)
    const ask = async (path: string, host: string, headers: Record<string, string> = {}) => {
      const init = path === '/mcp' ? { method: 'POST', body: MCP_PING } : {}
      const response = await fetch(url + path, {
        ...init,
        headers: { host, 'content-type': 'application/json', accept: MCP_TYPES, ...headers },
      })
      await response.body?.cancel()
      return response.status
    }
    const own = { authorization: `Bearer ${key}` }
    expect(await ask('/api/models', 'parley.example.com', own)).toBe(200)
    expect(await ask('/api/models', 'parley.example.com')).toBe(401)
    expect(await ask('/api/models', 'evil.example.com', own)).toBe(403)
    const page = { ...own, origin: 'https://parley.example.com' }
    expect(await ask('/mcp', 'parley.example.com', page)).toBe(200)
    expect(await ask('/mcp', 'evil.example.com', own)).toBe(403)
    child.kill('SIGINT')
    expect(await child.exited).toBe(0)
  }, 30_000)

  test('what is in flight ends before the process does', async () => {
    const child = start({ PARLEY_DATA: join(folder, 'drain') })
    const { url } = await untilReady(child)
    await fetch(`${url}/api/operations/deploy_model`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sample: 'churn' }),
    })
    const row = '24,70,1680\n'
    const table = `tenure,monthly_charges,total_charges\n${row.repeat(200_000)}`
    const answer = fetch(`${url}/api/predict/churn/batch`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: table,
    })
    const response = await answer
    child.kill('SIGINT')
    const lines = (await response.text()).trimEnd().split('\n')
    expect(lines).toHaveLength(200_001)
    expect(await child.exited).toBe(0)
  }, 30_000)

  test('a taken port is one sentence', async () => {
    const holder = start({ PARLEY_DATA: join(folder, 'holder') })
    const { port } = await untilReady(holder)
    const late = start({ PARLEY_DATA: join(folder, 'late'), PORT: port })
    expect(await late.exited).toBe(1)
    const complaint = await new Response(late.stderr).text()
    expect(complaint.trim().split('\n')).toHaveLength(1)
    expect(complaint).toContain(`Port ${port} on 127.0.0.1 is taken.`)
    holder.kill('SIGINT')
    expect(await holder.exited).toBe(0)
  }, 20_000)
})
