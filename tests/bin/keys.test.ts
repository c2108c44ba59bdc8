// Keys, permissions and the audit log with real processes: the command line beside a running server.

import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
const folder = await mkdtemp(join(tmpdir(), 'parley-keys-'))
const running = new Set<Bun.Subprocess>()
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

function spawn(words: readonly string[], data: string, environment: Record<string, string>) {
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), ...words], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      PARLEY_DATA: join(folder, data),
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

/** Runs a command to its end; throws where it takes longer than any should. */
async function parley(
  words: readonly string[],
  data: string,
  environment: Record<string, string> = {},
) {
  const child = spawn(words, data, environment)
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, output, errors }
}

const READY = /is ready: http:\/\/\S+?:(\d+)\n/

async function serve(data: string, environment: Record<string, string> = {}) {
  const child = spawn(['serve'], data, environment)
  const reader = child.stdout.getReader()
  let printed = ''
  while (!printed.includes('  access')) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`ended early: ${await new Response(child.stderr).text()}`)
    printed += new TextDecoder().decode(value)
  }
  return {
    url: `http://127.0.0.1:${READY.exec(printed)?.[1]}`,
    printed,
    async stop() {
      child.kill('SIGTERM')
      expect(await child.exited).toBe(0)
    },
  }
}

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })

describe('parley keys', () => {
  test('a key is made, shown once, listed without its secret, and revoked', async () => {
    const created = await parley(
      [
        'keys',
        'create',
        '--name',
        'ci',
        '--role',
        'deployer',
        '--expires',
        '30d',
        '--models',
        'churn',
      ],
      'keys',
    )
    expect(created.code).toBe(0)
    expect(created.output).toMatch(/^parley_[0-9a-f]{12}_[0-9A-Za-z]{40}\n$/)
    expect(created.errors).toContain('This is shown once')
    expect(created.errors).toContain('there is no model called “churn” yet')
    const key = created.output.trim()
    const [, id = '', secret = ''] = key.split('_')

    const listed = await parley(['keys', 'list'], 'keys')
    expect(listed.output).toMatch(new RegExp(`${id} +ci +deployer +churn +active +\\d{4}-`))
    const json = JSON.parse((await parley(['keys', 'list', '--json'], 'keys')).output)
    expect(json.keys).toMatchObject([
      { id, name: 'ci', role: 'deployer', models: ['churn'], scopes: null, status: 'active' },
    ])
    expect(Date.parse(json.keys[0].expires_at) - Date.parse(json.keys[0].created_at)).toBe(
      30 * 24 * 60 * 60 * 1000,
    )
    const stored = await readFile(join(folder, 'keys/parley.db'), 'latin1')
    for (const text of [listed.output, JSON.stringify(json), stored]) {
      expect(text).not.toContain(secret)
    }

    const revoked = await parley(['keys', 'revoke', id], 'keys')
    expect([revoked.code, revoked.output]).toEqual([
      0,
      `The key ${id} (ci) opens nothing any more.\n`,
    ])
    expect((await parley(['keys', 'list'], 'keys')).output).toContain('revoked')
    const audit = await parley(['audit', '--json'], 'keys')
    expect(JSON.parse(audit.output).entries).toMatchObject([
      { operation: 'revoke_key', model: id, principal: 'local', surface: 'cli', outcome: 'done' },
      { operation: 'create_key', model: id, outcome: 'done' },
    ])
  }, 30_000)

  test.each([
    [['keys'], 2, 'create, list or revoke'],
    [['keys', 'create'], 2, '--name is missing'],
    [['keys', 'create', 'ci'], 2, 'I do not know what "ci" is for.'],
    [['keys', 'create', '--name', 'x', '--role', 'root'], 2, 'viewer, deployer, admin'],
    [['keys', 'create', '--name', 'x', '--expires', 'soon'], 2, '30d, 12h, 8w or never'],
    [['keys', 'create', '--name', 'x', '--scopes', 'fly'], 4, 'There is no scope “fly”'],
    [['keys', 'create', '--name', 'x', '--models', 'A B'], 4, 'cannot be the name of a model'],
    [['keys', 'create', '--name', ''], 4, 'needs a name'],
    [['keys', 'create', '--secret', 'x'], 2, "Unknown option '--secret'."],
    [['keys', 'revoke'], 2, 'takes one ID'],
    [['keys', 'revoke', 'nothing'], 3, 'There is no API key nothing.'],
    [['audit', '--since', 'monday'], 2, '--since must be such as 7d'],
    [['audit', '--limit', '0'], 2, '--limit must be a whole number'],
  ] as const)('%p ends with %p', async (words, code, message) => {
    const ended = await parley(words, 'wrong')
    expect(ended.code).toBe(code)
    expect(ended.errors).toContain(message)
    expect(ended.output).toBe('')
  })

  test.each(['keys', 'audit'])('%s explains itself', async (word) => {
    const { code, output } = await parley([word, '--help'], 'wrong')
    expect([code, output.includes(`Usage: parley ${word}`)]).toEqual([0, true])
  })
})

describe('parley serve', () => {
  test.each([
    [
      { HOST: '0.0.0.0' },
      'HOST is "0.0.0.0", which other machines can reach, and no API key works.',
    ],
    [{ PARLEY_REQUIRE_KEYS: '1' }, 'PARLEY_REQUIRE_KEYS asks for API keys, and no API key works.'],
    [{ PARLEY_REQUIRE_KEYS: 'maybe' }, 'PARLEY_REQUIRE_KEYS must be 1 or 0'],
    [{ PARLEY_PERMISSIONS: '/nowhere/p.json' }, '/nowhere/p.json, and there is no such file'],
  ])('does not start with %p', async (environment, message) => {
    const ended = await parley(['serve'], 'empty', environment)
    expect(ended.code).toBe(2)
    expect(ended.errors).toContain(message)
    expect(ended.errors.trim().split('\n')).toHaveLength(1)
  })

  test('does not start with a permissions file that is wrong, and says where', async () => {
    await Bun.write(
      join(folder, 'bad/parley.permissions.json'),
      '{"slack":{"users":{"bob":"admin"}}}',
    )
    const ended = await parley(['serve'], 'bad')
    expect(ended.code).toBe(2)
    expect(ended.errors).toContain('bad/parley.permissions.json, slack.users.bob must be a user id')
  })

  test('names an address that is none of this machine', async () => {
    await parley(['keys', 'create', '--name', 'x'], 'address')
    const ended = await parley(['serve'], 'address', { HOST: '203.0.113.9' })
    expect(ended.code).toBe(1)
    expect(ended.errors).toContain('HOST is "203.0.113.9", which is no address of this machine.')
  })

  test('on every address asks everybody for a key, and a revoked one stops while it runs', async () => {
    const key = (
      await parley(['keys', 'create', '--name', 'ops', '--role', 'admin'], 'wide')
    ).output.trim()
    const server = await serve('wide', { HOST: '0.0.0.0' })
    expect(server.printed).toContain('access    API keys only')
    for (const path of ['/api/models', '/mcp', '/metrics', '/api/audit']) {
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 401])
    }
    for (const path of ['/health', '/']) {
      expect([path, (await fetch(server.url + path)).status]).toEqual([path, 200])
    }
    const deployed = await fetch(`${server.url}/api/operations/deploy_model`, {
      method: 'POST',
      headers: { ...bearer(key).headers, 'content-type': 'application/json' },
      body: JSON.stringify({ sample: 'churn' }),
    })
    expect(deployed.status).toBe(200)
    const audit = await parley(['audit', '--model', 'churn', '--since', '1h'], 'wide')
    expect(audit.output).toMatch(/ops \(key:[0-9a-f]{12}\) +rest +deploy_model +churn +done/)

    const id = key.split('_')[1] ?? ''
    await parley(['keys', 'revoke', id], 'wide')
    let status = 200
    for (let attempt = 0; attempt < 50 && status === 200; attempt += 1) {
      status = (await fetch(`${server.url}/api/models`, bearer(key))).status
      await Bun.sleep(100)
    }
    expect(status).toBe(401)
    await server.stop()
    const listed = JSON.parse((await parley(['keys', 'list', '--json'], 'wide')).output)
    expect(listed.keys[0]).toMatchObject({
      id,
      status: 'revoked',
      last_used_at: expect.any(String),
    })
  }, 30_000)

  test('on this machine needs none, unless one is sent or the permissions file says otherwise', async () => {
    const key = (await parley(['keys', 'create', '--name', 'reader'], 'near')).output.trim()
    await Bun.write(
      join(folder, 'near/parley.permissions.json'),
      JSON.stringify({ local: { role: 'deployer' } }),
    )
    const server = await serve('near')
    expect(server.printed).toContain('access    people on this machine as deployer, and API keys')
    const undeploy = (init: RequestInit) =>
      fetch(`${server.url}/api/models/nothing/undeploy`, { method: 'POST', ...init })
    expect((await undeploy({})).status).toBe(404)
    expect((await undeploy(bearer(key))).status).toBe(403)
    expect((await undeploy(bearer(`${key}x`))).status).toBe(401)
    expect((await fetch(`${server.url}/api/models/nothing`, { method: 'DELETE' })).status).toBe(403)
    await server.stop()
  }, 30_000)
})
