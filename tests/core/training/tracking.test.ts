// MLflow: every request as the real server (2.22 and 3.17) was seen to take it, over loopback, and the real server where one is at hand.

import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TrainingRun } from '#core/registry/registry.ts'
import { createMlflow } from '#core/training/tracking-mlflow.ts'

const RUN: TrainingRun = {
  id: 'ab12',
  name: 'Churn from customers.csv',
  status: 'finished',
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 1234,
  owner: 'local',
  parameters: { learner: 'rf', n_estimators: 100, max_depth: null, features: 'tenure, charges' },
  metrics: { accuracy: 0.9, roc_auc: Number.NaN },
  model: null,
  version: null,
  report: null,
}
const ARTIFACTS = [{ name: 'report.json', bytes: new TextEncoder().encode('{"a":1}') }]

interface Seen {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly authorization: string | null
}

type Answer = (seen: Seen) => Response | null | Promise<Response | null>
const servers: { stop(force: boolean): Promise<void> }[] = []
afterAll(async () => {
  for (const server of servers) await server.stop(true)
})

const refuse = (code: string, status: number) =>
  Response.json({ error_code: code, message: 'secret of the server' }, { status })

/** Answers as MLflow does; `instead` may answer first. */
function startLoopback(instead: Answer = () => null) {
  const seen: Seen[] = []
  let hasExperiment = false
  const answers: Readonly<Record<string, (body: unknown) => Response>> = {
    'GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=Parley': () =>
      hasExperiment
        ? Response.json({ experiment: { experiment_id: '1', name: 'Parley' } })
        : refuse('RESOURCE_DOES_NOT_EXIST', 404),
    'POST /api/2.0/mlflow/experiments/create': () => {
      hasExperiment = true
      return Response.json({ experiment_id: '1' })
    },
    'POST /api/2.0/mlflow/runs/create': () =>
      Response.json({
        run: { info: { run_id: 'r1', artifact_uri: 'mlflow-artifacts:/1/r1/artifacts' } },
      }),
    'POST /api/2.0/mlflow/runs/log-batch': () => Response.json({}),
    'PUT /api/2.0/mlflow-artifacts/artifacts/1/r1/artifacts/report.json': () => Response.json({}),
    'POST /api/2.0/mlflow/runs/update': () => Response.json({ run_info: {} }),
  }
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const text = await request.text()
      const one: Seen = {
        method: request.method,
        path: pathname + search,
        body: text === '' ? null : JSON.parse(text),
        authorization: request.headers.get('authorization'),
      }
      seen.push(one)
      const answer = answers[`${one.method} ${one.path}`]
      return (await instead(one)) ?? answer?.(one.body) ?? refuse('ENDPOINT_NOT_FOUND', 404)
    },
  })
  servers.push(server)
  return { url: `http://127.0.0.1:${server.port}`, seen, port: server.port ?? 0 }
}

describe('a finished run', () => {
  test('is logged by six requests, each as the server takes it', async () => {
    const { url, seen } = startLoopback()
    expect(await createMlflow({ uri: url, fetch }).log(RUN, ARTIFACTS)).toBeNull()
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/2.0/mlflow/experiments/get-by-name?experiment_name=Parley',
      'POST /api/2.0/mlflow/experiments/create',
      'POST /api/2.0/mlflow/runs/create',
      'POST /api/2.0/mlflow/runs/log-batch',
      'PUT /api/2.0/mlflow-artifacts/artifacts/1/r1/artifacts/report.json',
      'POST /api/2.0/mlflow/runs/update',
    ])
    const [, create, begin, batch, artifact, update] = seen.map(({ body }) => body)
    expect(create).toEqual({ name: 'Parley' })
    expect(begin).toMatchObject({
      experiment_id: '1',
      run_name: 'Churn from customers.csv',
      start_time: Date.parse(RUN.startedAt),
      tags: expect.arrayContaining([{ key: 'parley.run', value: 'ab12' }]),
    })
    expect(batch).toEqual({
      run_id: 'r1',
      params: [
        { key: 'learner', value: 'rf' },
        { key: 'n_estimators', value: '100' },
        { key: 'max_depth', value: 'none' },
        { key: 'features', value: 'tenure, charges' },
      ],
      metrics: [
        { key: 'accuracy', value: 0.9, timestamp: Date.parse(RUN.startedAt) + 1234, step: 0 },
      ],
      tags: [],
    })
    expect(artifact).toEqual({ a: 1 })
    expect(update).toEqual({
      run_id: 'r1',
      status: 'FINISHED',
      end_time: Date.parse(RUN.startedAt) + 1234,
    })
  })

  test('goes into the experiment that is there already, also where somebody made it meanwhile', async () => {
    const { url, seen } = startLoopback()
    const tracker = createMlflow({ uri: `${url}/`, fetch })
    await tracker.log(RUN, [])
    await tracker.log({ ...RUN, status: 'failed' }, [])
    expect(seen.filter(({ path }) => path.endsWith('experiments/create'))).toHaveLength(1)
    expect(seen.at(-1)?.body).toMatchObject({ status: 'FAILED' })

    let asked = 0
    const raced = startLoopback(({ path }) => {
      if (path.includes('get-by-name') && asked++ > 0) {
        return Response.json({ experiment: { experiment_id: '1' } })
      }
      return path.endsWith('experiments/create') ? refuse('RESOURCE_ALREADY_EXISTS', 400) : null
    })
    expect(await createMlflow({ uri: raced.url, fetch }).log(RUN, [])).toBeNull()
  })

  test('leaves artifacts out where the server does not pass them on', async () => {
    const { url, seen } = startLoopback(({ path }) =>
      path.endsWith('runs/create')
        ? Response.json({ run: { info: { run_id: 'r1', artifact_uri: 's3://bucket/1/r1' } } })
        : null,
    )
    expect(await createMlflow({ uri: url, fetch }).log(RUN, ARTIFACTS)).toBeNull()
    expect(seen.some(({ method }) => method === 'PUT')).toBe(false)
  })

  test('carries a user and password as authorization, and says neither', async () => {
    const { url, seen, port } = startLoopback(() => refuse('PERMISSION_DENIED', 403))
    const uri = url.replace('http://', 'http://ada:s%40crt@')
    const said = await createMlflow({ uri, fetch }).log(RUN, [])
    expect(seen[0]?.authorization).toBe(`Basic ${btoa('ada:s@crt')}`)
    expect(said).toBe(
      `The run is recorded here but not in MLflow: the server at 127.0.0.1:${port} answered PERMISSION_DENIED.`,
    )
  })
})

describe('a server that fails', () => {
  test('is a sentence, whatever it does', async () => {
    const { url } = startLoopback(() => new Response('<html>trace</html>', { status: 500 }))
    expect(await createMlflow({ uri: url, fetch }).log(RUN, [])).toEndWith('answered HTTP 500.')
    expect(await createMlflow({ uri: 'http://127.0.0.1:1', fetch }).log(RUN, [])).toEndWith(
      'does not answer.',
    )
    const odd = startLoopback(({ path }) =>
      path.endsWith('runs/create') ? Response.json({ run: null }) : null,
    )
    expect(await createMlflow({ uri: odd.url, fetch }).log(RUN, [])).toEndWith(
      'answered no run id.',
    )
  })

  test('is not waited for longer than its time', async () => {
    const { url } = startLoopback(async () => {
      await Bun.sleep(2_000)
      return null
    })
    const tracker = createMlflow({ uri: url, fetch, requestTimeMs: 20 })
    expect(await tracker.log(RUN, [])).toEndWith('did not answer in time.')
  })

  test('that takes the run but not a file is told apart', async () => {
    const { url, seen } = startLoopback(({ method }) =>
      method === 'PUT' ? refuse('INTERNAL_ERROR', 500) : null,
    )
    expect(await createMlflow({ uri: url, fetch }).log(RUN, ARTIFACTS)).toBe(
      'MLflow did not take report.json; the run itself is there.',
    )
    expect(seen.at(-1)?.path).toEndWith('runs/update')
  })
})

/** Either a server that runs, or a Python that has mlflow. */
const { MLFLOW_TEST_URI, MLFLOW_TEST_PYTHON } = process.env
const START_MS = 120_000

async function startReal(python: string) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-mlflow-'))
  const holder = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
  const port = holder.port ?? 0
  await holder.stop(true)
  const words = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port)]
  const stores = [
    '--backend-store-uri',
    `sqlite:///${folder}/runs.db`,
    '--artifacts-destination',
    folder,
  ]
  const child = Bun.spawn([python, ...words, ...stores], {
    stdout: 'ignore',
    stderr: 'ignore',
    cwd: folder,
    env: { ...process.env, MLFLOW_TRACKING_URI: '' },
    // A group of its own: the server starts workers, which must end with it.
    detached: true,
  })
  const url = `http://127.0.0.1:${port}`
  const isUp = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
  for (let waited = 0; waited < START_MS && !(await isUp()); waited += 200) {
    if (child.exitCode !== null) throw new Error(`${python} -m mlflow server ended at once`)
    await Bun.sleep(200)
  }
  return {
    url,
    async stop() {
      process.kill(-child.pid)
      await child.exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function trainIris(url: string) {
  const folder = await mkdtemp(join(tmpdir(), 'parley-mlflow-train-'))
  const command = resolve(import.meta.dir, '../../../bin/parley.ts')
  const child = Bun.spawn([process.execPath, command, 'train', 'iris'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: folder, MLFLOW_TRACKING_URI: url },
    stderr: 'pipe',
  })
  const [output, complaints] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  expect(await child.exited).toBe(0)
  expect(complaints).not.toContain('MLflow')
  return { folder, output }
}

const isMissing = MLFLOW_TEST_URI === undefined && MLFLOW_TEST_PYTHON === undefined
const REASON = isMissing
  ? ' (no server: set MLFLOW_TEST_PYTHON to a Python with mlflow, or MLFLOW_TEST_URI)'
  : ''

test.skipIf(isMissing)(
  `a real MLflow server shows the run that was logged${REASON}`,
  async () => {
    const own = MLFLOW_TEST_URI === undefined ? await startReal(MLFLOW_TEST_PYTHON ?? '') : null
    const url = own?.url ?? MLFLOW_TEST_URI ?? ''
    try {
      const run = { ...RUN, id: crypto.randomUUID() }
      expect(await createMlflow({ uri: url, fetch }).log(run, ARTIFACTS)).toBeNull()
      const ask = async (path: string, body: unknown) =>
        (
          await fetch(`${url}/api/2.0/mlflow/${path}`, {
            method: 'POST',
            body: JSON.stringify(body),
            headers: { 'content-type': 'application/json' },
          })
        ).json()
      const named = await fetch(
        `${url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=Parley`,
      )
      const { experiment } = await named.json()
      const { runs } = await ask('runs/search', {
        experiment_ids: [experiment.experiment_id],
        filter: `tags.\`parley.run\` = '${run.id}'`,
      })
      expect(runs).toHaveLength(1)
      const [{ info, data }] = runs
      expect(info).toMatchObject({
        status: 'FINISHED',
        run_name: run.name,
        start_time: Date.parse(run.startedAt),
        end_time: Date.parse(run.startedAt) + run.durationMs,
      })
      expect(data.metrics).toMatchObject([{ key: 'accuracy', value: 0.9 }])
      expect(data.params).toContainEqual({ key: 'max_depth', value: 'none' })
      const file = await fetch(`${url}/get-artifact?path=report.json&run_uuid=${info.run_id}`)
      expect(await file.text()).toBe('{"a":1}')

      // The whole way: a training of the command line arrives with its model.
      const { folder, output } = await trainIris(url)
      expect(output).toContain('accuracy')
      const { runs: trained } = await ask('runs/search', {
        experiment_ids: [experiment.experiment_id],
        filter: "params.learner = 'logreg'",
        order_by: ['attributes.start_time DESC'],
        max_results: 1,
      })
      expect(trained[0].data.metrics).toContainEqual(expect.objectContaining({ key: 'macro_f1' }))
      const model = await fetch(
        `${url}/get-artifact?path=model.joblib&run_uuid=${trained[0].info.run_id}`,
      )
      const written = await Bun.file(join(folder, 'artifacts/model.joblib')).bytes()
      expect(Bun.deepEquals(await model.bytes(), written)).toBe(true)
      await rm(folder, { recursive: true, force: true })
    } finally {
      await own?.stop()
    }
  },
  START_MS * 2,
)
