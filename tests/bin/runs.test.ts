import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { createServer } from '#api/server.ts'
import type { Principal } from '#core/operations/operation.ts'
import type { TrainingRun } from '#core/registry/registry.ts'
import { compareRuns } from '#core/training/compare-runs.ts'
import { runRuns } from '../../bin/runs.ts'
import { createTerminal } from '../../bin/terminal.ts'
import { smallAgent } from '../api/support.ts'
import { createTestPorts, run, type TestPorts } from '../support/ports.ts'

const recorded = (id: string, over: Partial<TrainingRun> = {}): TrainingRun => ({
  id,
  name: 'Churn from customers.csv',
  status: 'finished',
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 1500,
  owner: 'local',
  parameters: { learner: 'logreg', C: 1, seed: 42 },
  metrics: { accuracy: 0.8, macro_f1: 0.7 },
  model: null,
  version: null,
  report: {
    confusion: {
      labels: ['No', 'Yes'],
      counts: [
        [5, 1],
        [2, 4],
      ],
    },
    importance: [{ name: 'tenure', share: 1 }],
    background: [{ tenure: 1234567 }],
  },
  ...over,
})

const FIRST = recorded('aa11'.padEnd(32, '0'))
const SECOND = recorded('aa22'.padEnd(32, '0'), {
  startedAt: '2026-01-03T03:04:05.000Z',
  parameters: { learner: 'rf', seed: 42, n_estimators: 100 },
  metrics: { accuracy: 0.9, macro_f1: 0.7 },
  model: 'churn',
  version: 2,
})
const LOST = recorded('bb33'.padEnd(32, '0'), {
  startedAt: '2026-01-01T00:00:00.000Z',
  status: 'running',
  owner: 'key:other',
})

let ports: TestPorts
beforeAll(async () => {
  ports = await createTestPorts()
})
afterAll(() => ports.close())

async function say(
  words: readonly string[],
  registry: Parameters<typeof runRuns>[1]['registry'] = ports.registry,
) {
  const written = { output: '', errors: '' }
  const collector = (key: keyof typeof written) =>
    new Writable({
      write(piece, _, done) {
        written[key] += String(piece)
        done()
      },
    })
  const terminal = createTerminal({
    input: Readable.from([]),
    output: collector('output'),
    errors: collector('errors'),
  })
  const code = await runRuns(words, { registry, terminal, now: ports.now })
  return { code, ...written }
}

describe('parley runs', () => {
  test('says how to begin where nothing was trained', async () => {
    expect(await say([])).toMatchObject({
      code: 0,
      output: 'Nothing has been trained yet. parley train --help says how.\n',
    })
    for (const one of [FIRST, SECOND, LOST]) await ports.registry.writeRun(one)
  })

  test('lists newest first; one that cannot be running any more was stopped', async () => {
    const { output } = await say([])
    expect(output.indexOf('aa220000')).toBeLessThan(output.indexOf('aa110000'))
    expect(output).toContain('accuracy 0.9')
    expect(output).toContain('churn 2')
    expect(output).not.toContain('running')
    const { runs } = JSON.parse((await say(['--json', '--limit', '2'])).output)
    expect(runs.map((one: { run: string }) => one.run)).toEqual([SECOND.id, FIRST.id])
  })

  test('shows one by enough of its id, without rows of the data', async () => {
    const { output, code } = await say(['aa1'])
    expect(code).toBe(0)
    expect(output).toContain('logreg')
    const { output: json } = await say(['aa1', '--json'])
    expect(JSON.parse(json)).toMatchObject({ run: FIRST.id, evaluation: { confusion_matrix: {} } })
    expect(json).not.toContain('1234567')
  })

  test('compares two: names of either, differences marked', async () => {
    const { output } = await say(['compare', 'aa1', 'aa2'])
    const line = (name: string) => output.split('\n').find((one) => one.includes(name)) ?? ''
    expect(line('learner')).toMatch(/≠.*logreg.*rf/)
    expect(line('n_estimators')).toMatch(/≠.*-.*100/)
    expect(line('accuracy')).toMatch(/≠.*0\.8.*0\.9/)
    expect(line('macro_f1')).not.toContain('≠')
    expect(line('seed')).not.toContain('≠')
    const json = JSON.parse((await say(['compare', 'aa1', 'aa2', '--json'])).output)
    expect(json.parameters).toContainEqual({ name: 'C', left: 1, differs: true })
  })

  test.each([
    [['zz'], 3, 'There is no run "zz"'],
    [['aa'], 3, 'More than one run begins with "aa"'],
    [['compare', 'aa1'], 2, 'Name the two runs'],
    [['aa1', 'aa2'], 2, 'I do not know what "aa2" is for'],
    [['--limit', '0'], 2, '--limit must be'],
  ])('%j ends with %d and says why', async (words, code, message) => {
    const said = await say(words)
    expect(said.code).toBe(code)
    expect(said.errors).toContain(message)
  })

  test('a value that one run lacks is not taken for one that is empty', () => {
    const { parameters } = compareRuns(
      { parameters: { a: null }, metrics: {} },
      { parameters: { toString: 1 }, metrics: {} },
    )
    expect(parameters).toEqual([
      { name: 'a', left: null, right: undefined, differs: true },
      { name: 'toString', left: undefined, right: 1, differs: true },
    ])
  })
})

describe('GET /api/runs', () => {
  let principal: Principal = { id: 'local', role: 'admin', surface: 'rest' }

  async function get(path: string) {
    const server = createServer({
      ports,
      agent: smallAgent(ports),
      port: 0,
      principalOf: async () => principal,
    })
    try {
      const answer = await fetch(`${server.url}${path}`)
      return { status: answer.status, body: await answer.json() }
    } finally {
      await server.stop({ drainMs: 0 })
    }
  }
  const idsOf = (body: { runs: { run: string }[] }) => body.runs.map((one) => one.run)

  test('lists them and shows one, without rows of the data', async () => {
    const { body } = await get('/api/runs?limit=2')
    expect(idsOf(body)).toEqual([SECOND.id, FIRST.id])
    const one = await get(`/api/runs/${FIRST.id}`)
    expect(one.body).toMatchObject({
      status: 'finished',
      evaluation: { confusion_matrix: { labels: ['No', 'Yes'] } },
      importance: [{ name: 'tenure', share: 1 }],
    })
    expect(JSON.stringify(one.body)).not.toContain('1234567')
    expect((await get('/api/runs/nothing')).status).toBe(404)
    expect((await get('/api/runs?limit=many')).status).toBe(422)
  })

  test('shows who is limited to some models theirs, and their own runs', async () => {
    principal = { id: 'key:other', role: 'viewer', surface: 'rest', models: ['churn'] }
    expect(idsOf((await get('/api/runs')).body)).toEqual([SECOND.id, LOST.id])
    expect((await get(`/api/runs/${FIRST.id}`)).status).toBe(404)
    principal = { id: 'key:none', role: 'viewer', surface: 'rest', models: ['iris'] }
    expect(idsOf((await get('/api/runs')).body)).toEqual([])
    principal = { id: 'key:scoped', role: 'viewer', surface: 'rest', scopes: ['predict'] }
    expect((await get('/api/runs')).status).toBe(403)
    principal = { id: 'local', role: 'admin', surface: 'rest' }
  })
})

test('parley train records its run, and deploying its file brings the figures along', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-runs-'))
  const parley = async (...words: string[]) => {
    const child = Bun.spawn([process.execPath, resolve('bin/parley.ts'), ...words], {
      cwd: resolve(import.meta.dir, '../..'),
      env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: join(folder, 'data') },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    return { text: await new Response(child.stdout).text(), code: await child.exited }
  }
  try {
    const out = join(folder, 'artifacts')
    expect((await parley('train', 'iris', '--C', '2', '--out', out)).code).toBe(0)
    const [one] = JSON.parse((await parley('runs', '--json')).text).runs
    expect(one).toMatchObject({
      name: 'species from iris',
      status: 'finished',
      parameters: { learner: 'logreg', C: 2, seed: 42 },
    })
    await parley('deploy', join(out, 'model.joblib'), '--name', 'flowers')
    const described = JSON.parse((await parley('describe', 'flowers', '--json')).text)
    expect(described.metrics).toEqual(one.metrics)
    const [after] = JSON.parse((await parley('runs', '--json')).text).runs
    expect(after).toMatchObject({ model: 'flowers', version: 1 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 30_000)

test('what the operation trained is in the list', async () => {
  const trained = await run(ports, 'train_model', { data: 'iris', learner: 'logreg' })
  expect(trained.ok).toBe(true)
  expect((await say(['--limit', '1'])).output).toContain('species from iris.csv')
})
