// A server with every secret set, used and made to fail: none of them is in what it prints, logs, answers, counts or keeps.

import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
const PROGRAM = [process.execPath, join(ROOT, 'bin/parley.ts')]
const folder = await mkdtemp(join(tmpdir(), 'parley-secrets-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** An address where nobody listens. */
const NOBODY = '127.0.0.1:9'
const SECRET = 'topsecret0123456789abcdef'
const base = { PATH: process.env['PATH'] ?? '', HOME: folder, LOG_LEVEL: 'debug' }
const everything = {
  ANTHROPIC_API_KEY: `sk-ant-${SECRET}`,
  HF_TOKEN: `hf_${SECRET}`,
  HF_ENDPOINT: `http://${NOBODY}`,
  MLFLOW_TRACKING_URI: `http://mlflow:${SECRET}@${NOBODY}`,
  REDIS_URL: `redis://:${SECRET}@${NOBODY}`,
  SLACK_BOT_TOKEN: `xoxb-${SECRET}`,
  SLACK_SIGNING_SECRET: SECRET,
  SLACK_API_URL: `http://${NOBODY}/api/`,
  DISCORD_TOKEN: `MTIz.${SECRET}.x`,
  DISCORD_APPLICATION_ID: '900000000000000001',
  DISCORD_API_URL: `http://${NOBODY}`,
}

/** They go on trying for minutes where nobody listens; their tokens are in the starts that fail. */
const NO_BOTS = {
  SLACK_BOT_TOKEN: '',
  SLACK_SIGNING_SECRET: '',
  DISCORD_TOKEN: '',
  DISCORD_APPLICATION_ID: '',
}

async function ended(words: readonly string[], environment: Record<string, string>) {
  const child = Bun.spawn([...PROGRAM, ...words], {
    cwd: folder,
    env: { ...base, ...environment },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code: await child.exited, text: out + errors }
}

test('a running server tells nothing of them', async () => {
  // Whoever Claude's requests reach answers with what it was sent, as a careless proxy does.
  const echo = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) =>
      Response.json(
        {
          type: 'error',
          error: { type: 'authentication_error', message: JSON.stringify([...request.headers]) },
        },
        { status: 401 },
      ),
  })
  const data = { PARLEY_DATA: join(folder, 'data'), PARLEY_REQUIRE_KEYS: '1' }
  const made = await ended(['keys', 'create', '--name', 'try', '--role', 'admin', '--json'], data)
  const key = /parley_\w+/.exec(made.text)?.[0] ?? ''
  expect(key).not.toBe('')
  const child = Bun.spawn([...PROGRAM, 'serve'], {
    cwd: folder,
    env: {
      ...base,
      ...everything,
      ...data,
      ...NO_BOTS,
      PORT: '0',
      ANTHROPIC_BASE_URL: echo.url.origin,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const printed: string[] = []
  const errors = new Response(child.stderr).text()
  let url = ''
  const decoder = new TextDecoder()
  const reading = (async () => {
    for await (const piece of child.stdout) {
      printed.push(decoder.decode(piece, { stream: true }))
      url ||= /is ready: (http:\/\/127\.0\.0\.1:\d+)/.exec(printed.join(''))?.[1] ?? ''
    }
  })()
  while (url === '' && child.exitCode === null) await Bun.sleep(20)
  const answers: string[] = []
  const ask = async (path: string, body?: unknown, authorization = `Bearer ${key}`) => {
    const response = await fetch(url + path, {
      headers: { authorization, 'content-type': 'application/json', accept: 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    answers.push(
      `${path} ${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`,
    )
    return response.status
  }
  expect(await ask('/api/models', undefined, `Bearer ${SECRET}`)).toBe(401)
  expect(await ask('/api/operations/deploy_model', { sample: 'iris' })).toBe(200)
  expect(await ask('/api/chat', { message: 'which models are there?' })).toBe(200)
  expect(await ask('/api/operations/train_model', { data: 'iris' })).toBe(200)
  await ask('/api/operations/delete_model', { model: 'iris', confirmation: 'x' })
  for (const path of ['/metrics', '/health', '/api/audit', '/api/runs', '/openapi.json', '/']) {
    expect([path, await ask(path)]).toEqual([path, 200])
  }
  child.kill('SIGKILL')
  await child.exited
  await reading
  await echo.stop(true)
  const audit = await ended(['audit', '--json'], data)
  const text = [...printed, await errors, ...answers, audit.text].join('\n')
  // It did log, failed where it was to fail, and kept its book.
  expect(text).toContain('"route":"/api/chat"')
  expect(text).toContain('Redis is away')
  expect(audit.text).toContain('deploy_model')
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(key.split('_')[2] ?? key)
  for (const name of new Bun.Glob('**/*').scanSync(join(folder, 'data'))) {
    const kept = await Bun.file(join(folder, 'data', name)).bytes()
    expect([name, Buffer.from(kept).includes(SECRET)]).toEqual([name, false])
    expect([name, Buffer.from(kept).includes(key)]).toEqual([name, false])
  }
}, 30_000)

test('a start that fails tells nothing of them', async () => {
  const s3 = {
    PARLEY_ARTIFACTS: 's3://bucket',
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_ENDPOINT_URL: `http://${NOBODY}`,
  }
  const away = await ended(['serve'], {
    ...everything,
    ...s3,
    DATABASE_URL: `postgres://parley:${SECRET}@${NOBODY}/parley`,
  })
  expect(away.code).not.toBe(0)
  const wrong = await ended(['serve'], { DATABASE_URL: `postgres//parley:${SECRET}@db/parley` })
  expect(wrong.text).toContain('DATABASE_URL')
  const redis = await ended(['serve'], { REDIS_URL: `http://:${SECRET}@db` })
  expect(redis.text).toContain('REDIS_URL')
  const mlflow = await ended(['serve'], { MLFLOW_TRACKING_URI: `ftp://me:${SECRET}@mlflow` })
  expect(mlflow.text).toContain('MLFLOW_TRACKING_URI')
  const hub = await ended(['serve'], { HF_ENDPOINT: `ftp://me:${SECRET}@hub` })
  const claude = await ended(['serve'], { ANTHROPIC_BASE_URL: `ftp://me:${SECRET}@claude` })
  for (const { text } of [away, wrong, redis, mlflow, hub, claude])
    expect(text).not.toContain(SECRET)
}, 30_000)
