// `parley mcp` as desktop clients start it: alone on the data folder, and beside a running server.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHURN_FILE, ROOT } from '../api/support.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../support/ports.ts'
import { connectStdio, ERAS, type McpTestServer, startMcpServer } from './support.ts'

const PATIENCE_MS = 60_000

let folder: string
let allowed: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-stdio-'))
  allowed = join(folder, 'models of mine')
  await mkdir(allowed)
  await copyFile(CHURN_FILE, join(allowed, 'churn_model.pkl'))
  await copyFile(CHURN_FILE, join(folder, 'outside.pkl'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

for (const era of ERAS) {
  describe(`parley mcp in ${era}`, () => {
    test(
      'the example conversation, with nothing else running',
      async () => {
        const client = await connectStdio(era, {
          words: ['--allow', allowed],
          environment: { PARLEY_DATA: join(folder, era), PORT: '1' },
        })
        const asked = await client.call('deploy_model', {})
        expect(asked.text).toContain('Great! Please upload your model file')
        const path = (await client.tools()).find(({ name }) => name === 'deploy_model')
        expect(path?.inputSchema).toMatchObject({ properties: { path: { type: 'string' } } })
        const changed = client.toolsChanged()
        const deployed = await client.call('deploy_model', {
          path: join(allowed, 'churn_model.pkl'),
          title: 'customer churn',
        })
        expect(deployed.text).toContain('XGBoost')
        for (const field of ['tenure', 'monthly_charges', 'total_charges', '/api/predict/churn']) {
          expect(deployed.text).toContain(field)
        }
        await changed
        expect((await client.tools()).map(({ name }) => name)).toContain('predict_churn')
        const predicted = await client.call('predict', {
          model: 'customer churn',
          features: { tenure: 24, monthly_charges: 70, total_charges: 1680 },
        })
        expect(predicted.text).toContain('23% probability of churning (Low Risk)')
        expect((await client.call('list_models', {})).text).toContain('churn')
        expect((await client.call('describe_model', { model: 'churn' })).text).toContain('tenure')
        const outside = await client.call('deploy_model', { path: join(folder, 'outside.pkl') })
        expect(outside).toMatchObject({ isError: true, error: { code: 'not_found' } })
        expect(outside.text).not.toContain('XGBoost')
        await client.close()
      },
      PATIENCE_MS,
    )
  })

  describe(`parley mcp beside a server in ${era}`, () => {
    let ports: TestPorts
    let server: McpTestServer

    beforeAll(async () => {
      ports = await createTestPorts()
      await deploySamples(ports, ['iris'])
      server = startMcpServer(ports)
    })
    afterAll(async () => {
      await server.close()
      await ports.close()
    })

    test(
      'asks the server, hears of its changes, passes forms on and sends it files',
      async () => {
        const client = await connectStdio(era, {
          words: ['--allow', allowed],
          person: () => ({ action: 'accept', content: { confirm: true, tenure: 24 } }),
          // The folder is never opened: everything is in the server's.
          environment: {
            PARLEY_DATA: join(folder, 'unused', era),
            PORT: new URL(server.url).port,
          },
        })
        expect((await client.tools()).map(({ name }) => name)).toContain('predict_iris')
        const messages: (string | undefined)[] = []
        const deployed = await client.call(
          'deploy_model',
          { path: 'churn_model.pkl' },
          { onProgress: (message) => messages.push(message) },
        )
        expect(deployed.data).toMatchObject({ name: 'churn', deployed: true })
        expect(messages.length).toBeGreaterThan(1)
        expect(await ports.registry.findModel('churn')).not.toBeNull()
        const predicted = await client.call('predict_churn', {
          monthly_charges: 70,
          total_charges: 1680,
        })
        expect(predicted.text).toContain('23% probability of churning')
        expect(await client.read('parley://models/churn/card')).toContain('tenure')
        expect(await client.complete('explain_a_prediction', 'model', 'ir')).toEqual(['iris'])
        const deleted = await client.call('delete_model', { model: 'iris' })
        expect(deleted.data).toMatchObject({ model: 'iris' })
        expect(await ports.registry.findModel('iris')).toBeNull()
        const changed = client.toolsChanged()
        await run(ports, 'deploy_model', { sample: 'price' })
        await changed
        expect(await Bun.file(join(folder, 'unused', era, 'parley.db')).exists()).toBe(false)
        await client.close()
      },
      PATIENCE_MS,
    )
  })
}

describe('the command', () => {
  const start = (words: readonly string[]) =>
    Bun.spawn([process.execPath, `${ROOT}/bin/parley.ts`, 'mcp', ...words], {
      env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: join(folder, 'data'), PORT: '1' },
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'pipe',
    })

  test.each([
    [['--allow', '/no/such/folder'], 'The folder /no/such/folder cannot be read'],
    [['--frob'], 'no option --frob'],
    [['--url', 'http://127.0.0.1:1'], 'No Parley server answers'],
  ])('%p is one sentence on standard error', async (words, sentence) => {
    const child = start(words)
    expect(await child.exited).not.toBe(0)
    expect(await new Response(child.stdout).text()).toBe('')
    expect(await new Response(child.stderr).text()).toContain(sentence)
  })

  test('beside a server that needs a key it works with that key alone, and never on the folder', async () => {
    const data = join(folder, 'locked')
    const parley = (words: readonly string[], environment: Record<string, string> = {}) =>
      Bun.spawn([process.execPath, `${ROOT}/bin/parley.ts`, ...words], {
        env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: data, ...environment },
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'pipe',
      })
    const made = parley(['keys', 'create', '--name', 'desk', '--json'])
    const [key = ''] = /parley_\w+/.exec(await new Response(made.stdout).text()) ?? []
    const server = parley(['serve'], { PORT: '0', PARLEY_REQUIRE_KEYS: '1' })
    let printed = ''
    for await (const piece of server.stdout) {
      printed += new TextDecoder().decode(piece)
      if (printed.includes('ready: http')) break
    }
    const port = /127\.0\.0\.1:(\d+)/.exec(printed)?.[1] ?? ''
    const refusals = [
      [{}, 'set PARLEY_API_KEY'],
      [{ PARLEY_API_KEY: `parley_${'0'.repeat(12)}_x` }, 'does not take the key in PARLEY_API_KEY'],
    ] as const
    for (const [environment, sentence] of refusals) {
      const child = parley(['mcp'], { PORT: port, ...environment })
      expect([await child.exited, await new Response(child.stdout).text()]).toEqual([6, ''])
      expect(await new Response(child.stderr).text()).toContain(sentence)
    }
    const served = parley(['mcp'], { PORT: port, PARLEY_API_KEY: key })
    expect([await served.exited, await new Response(served.stderr).text()]).toEqual([0, ''])
    server.kill('SIGINT')
    await server.exited
  }, 30_000)

  test('ends when the client closes its end, having written nothing but messages', async () => {
    const child = start([])
    const message = { jsonrpc: '2.0', id: 1, method: 'ping' }
    child.stdin.write(`${JSON.stringify(message)}\n`)
    await child.stdin.flush()
    const reader = child.stdout.getReader()
    const first = new TextDecoder().decode((await reader.read()).value)
    expect(JSON.parse(first)).toMatchObject({ jsonrpc: '2.0', id: 1 })
    await child.stdin.end()
    expect(await child.exited).toBe(0)
  })
})
