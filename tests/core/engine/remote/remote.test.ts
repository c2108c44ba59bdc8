// Versions that run on another inference server: a second Parley, stopped and started, and servers that mean no good.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createServer, type ParleyServer } from '#api/server.ts'
import { createEngine } from '#core/engine/create-engine.ts'
import { createRemoteEngines, type RemoteEngines } from '#core/engine/remote/client.ts'
import { ask, CHURN_FILE, ROW, smallAgent } from '../../../api/support.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../../../support/ports.ts'
import { silentLogger } from '../../../support/silent-logger.ts'

let there: TestPorts
let server: ParleyServer
let here: TestPorts
let ownServer: ParleyServer
let connections: string[] = []

/** Hostile answers by path; `seen` holds the paths that were asked for. */
const seen: string[] = []
const METADATA = {
  name: 'm',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  outputs: [{ name: 'y', datatype: 'FP64', shape: [-1] }],
}
const value = (data: unknown) => ({
  model_name: 'm',
  outputs: [{ name: 'y', datatype: 'FP64', shape: [1], data }],
})
const ANSWERS: Readonly<Record<string, () => Response | Promise<Response>>> = {
  '/v2/models/redirecting': () =>
    new Response(null, { status: 302, headers: { location: '/v2/models/good' } }),
  '/v2/models/good': () => Response.json(METADATA),
  '/v2/models/good/infer': () => Response.json(value([1.5])),
  '/v2/models/garbage': () => new Response('<html>'),
  '/v2/models/empty': () => Response.json({ name: 'm' }),
  '/v2/models/late': () => Bun.sleep(2000).then(() => Response.json(METADATA)),
  '/v2/models/nothing': () => Response.json(METADATA),
  '/v2/models/nothing/infer': () => Response.json(value([null])),
  '/v2/models/short': () => Response.json(METADATA),
  '/v2/models/short/infer': () => Response.json({ outputs: [] }),
  '/v2/models/picky': () => Response.json(METADATA),
  '/v2/models/picky/infer': () =>
    Response.json({ error: `x must be\n positive ${'!'.repeat(500)}` }, { status: 400 }),
}
const hostile = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    const { pathname } = new URL(request.url)
    seen.push(pathname)
    return ANSWERS[pathname]?.() ?? new Response('no', { status: 404 })
  },
})
const HOSTILE = `http://127.0.0.1:${hostile.port}`

function connectTo(allowed: readonly string[]): RemoteEngines {
  return createRemoteEngines({
    allowed,
    timeoutMs: 500,
    fetch: (url, init) => {
      connections.push(url)
      return fetch(url, init)
    },
  })
}

beforeAll(async () => {
  there = await createTestPorts()
  await deploySamples(there)
  server = createServer({ ports: there, agent: smallAgent(there), port: 0 })
  here = await createTestPorts({ remotes: connectTo([server.url, HOSTILE]) })
  ownServer = createServer({ ports: here, agent: smallAgent(here), port: 0 })
  for (const name of ['churn', 'iris', 'price']) {
    const deployed = await run(here, 'deploy_model', { remote: `${server.url}/v2/models/${name}` })
    if (!deployed.ok) throw new Error(deployed.failure.message)
  }
})
afterAll(async () => {
  await ownServer.stop({ drainMs: 100 })
  await here.close()
  await server.stop({ drainMs: 100 })
  await there.close()
  await hostile.stop(true)
})

const deployHostile = (name: string) =>
  run(here, 'deploy_model', { remote: `${HOSTILE}/v2/models/${name}`, name })

describe('a model of another Parley', () => {
  test('has the inputs, classes and task that it has there', async () => {
    const [mine, theirs] = await Promise.all(
      [here, there].map((ports) => run(ports, 'describe_model', { model: 'iris' })),
    )
    const facts = (outcome: typeof mine) => {
      const value = outcome?.ok === true ? outcome.value : {}
      const { inputs, task, classes } = value as Record<string, unknown>
      const names = (inputs as { name: string; type: string }[]).map(({ name, type }) => [
        name,
        type,
      ])
      return { names, task, classes }
    }
    expect(facts(mine)).toEqual(facts(theirs))
  })

  test.each([
    ['churn', ROW],
    ['iris', { sepal_length: 6.7, sepal_width: 3, petal_length: 5.2, petal_width: 2.3 }],
    [
      'price',
      {
        sqft_living: 2000,
        sqft_lot: 7500,
        bedrooms: 3,
        bathrooms: 2.25,
        floors: 2,
        grade: 7,
        condition: 3,
        age_years: 30,
        waterfront: 0,
      },
    ],
  ])('answers for %s what it answers there', async (name, row) => {
    const [mine, theirs] = await Promise.all(
      [ownServer, server].map(({ url }) => ask(url, 'POST', `/api/predict/${name}`, row)),
    )
    expect(mine?.status).toBe(200)
    expect(mine?.body.prediction).toEqual(theirs?.body.prediction)
    expect(mine?.body.class_probabilities).toEqual(theirs?.body.class_probabilities)
  })

  test('answers many rows in their order, a few hundred at a time', async () => {
    connections = []
    const instances = Array.from({ length: 600 }, (_, index) => ({ ...ROW, tenure: index % 72 }))
    const [mine, theirs] = await Promise.all(
      [ownServer, server].map(({ url }) => ask(url, 'POST', '/api/predict/churn', { instances })),
    )
    expect(mine?.body.predictions).toEqual(theirs?.body.predictions)
    expect(connections).toEqual(new Array(3).fill(`${server.url}/v2/models/churn/infer`))
  })

  test('checks rows here, before anything is sent', async () => {
    connections = []
    const { status, body } = await ask(ownServer.url, 'POST', '/api/predict/churn', {
      ...ROW,
      tenure: 'long',
    })
    expect([status, body.error.code]).toEqual([422, 'invalid_input'])
    expect(connections).toEqual([])
  })

  test('is explained by sampling', async () => {
    const explained = await run(here, 'explain_prediction', { model: 'churn', features: ROW })
    expect(explained.ok && explained.value['method']).toBe('sampled')
  })

  test('of the same address again is the version that is stored', async () => {
    const remote = `${server.url}/v2/models/churn`
    const again = await run(here, 'deploy_model', { remote })
    expect(again.ok && [again.value['result'], again.value['version']]).toEqual([
      'already_stored',
      1,
    ])
  })

  test('is refused by a process that may not connect there', async () => {
    const version = await here.registry.findVersion('churn', 1)
    if (version === null) throw new Error('there is no version')
    const onnx = await here.registry.readArtifact(version.artifactSha256)
    const { signature, binding } = version
    for (const remotes of [undefined, connectTo(['http://elsewhere:8000'])]) {
      const engine = createEngine({ logger: silentLogger, workers: 1, ...(remotes && { remotes }) })
      const loaded = await engine.load({ onnx, signature, binding })
      expect(loaded.ok ? 'loaded' : loaded.failure.code).toBe('unavailable')
      await engine.close()
    }
  })

  test('is unavailable while its server is away, and answers when it is back', async () => {
    const predict = () => ask(ownServer.url, 'POST', '/api/predict/churn', ROW)
    const port = server.port
    await server.stop({ drainMs: 0 })
    const away = await predict()
    expect([away.status, away.body.error.code]).toEqual([503, 'unavailable'])
    expect(away.body.error.message).toContain('cannot be reached')
    const inWords = await run(here, 'predict', { model: 'churn', features: ROW })
    expect(inWords.ok ? '' : inWords.failure.code).toBe('unavailable')
    const protocol = await ask(ownServer.url, 'POST', '/v2/models/churn/infer', {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 3], data: Object.values(ROW) }],
    })
    expect(protocol.status).toBe(503)
    server = createServer({ ports: there, agent: smallAgent(there), port })
    expect((await predict()).status).toBe(200)
    await run(there, 'undeploy_model', { model: 'churn' })
    const undeployed = await predict()
    expect([undeployed.status, undeployed.body.error.message]).toEqual([
      503,
      expect.stringContaining('status 503'),
    ])
    await run(there, 'deploy_model', { name: 'churn' })
    expect((await predict()).status).toBe(200)
  })
})

describe('an address is refused', () => {
  test.each([
    'http://127.0.0.1:1/v2/models/churn',
    'http://169.254.169.254/v2/models/churn',
    'http://localhost.evil.example/v2/models/churn',
    'ftp://127.0.0.1/v2/models/churn',
    'not an address',
  ])('%s, and nothing is connected to', async (remote) => {
    connections = []
    const deployed = await run(here, 'deploy_model', { remote })
    expect(deployed.ok ? '' : deployed.failure.code).toBe('invalid_input')
    expect(connections).toEqual([])
  })

  test.each([
    '/',
    '/api/models',
    '/v2/models/',
    '/v2/models/churn/infer',
    '/v2/models/a?x=1',
    '/v2/models/a#b',
  ])('of an allowed server with the path %s', async (path) => {
    const deployed = await run(here, 'deploy_model', { remote: `${HOSTILE}${path}` })
    expect(deployed.ok ? '' : deployed.failure.message).toContain('looks like http://host')
  })

  test('with a name and a password in it', async () => {
    const remote = HOSTILE.replace('http://', 'http://me:secret@')
    const deployed = await run(here, 'deploy_model', { remote: `${remote}/v2/models/good` })
    expect(deployed.ok ? '' : deployed.failure.message).toContain('looks like http://host')
  })

  test('beside a sample, and for viewers', async () => {
    const remote = `${HOSTILE}/v2/models/good`
    const both = await run(here, 'deploy_model', { remote, sample: 'churn' })
    expect(both.ok ? '' : both.failure.code).toBe('invalid_input')
    const viewer = { id: 'v', role: 'viewer', surface: 'test' } as const
    const viewed = await run(here, 'deploy_model', { remote }, { principal: viewer })
    expect(viewed.ok ? '' : viewed.failure.code).toBe('forbidden')
  })

  test('by an uploaded file that pretends to be a description of one', async () => {
    const text = JSON.stringify({
      format: 'parley.remote/1',
      url: `${HOSTILE}/v2/models/good`,
      ...METADATA,
    })
    const upload = await here.registry.createUpload({
      fileName: 'x.remote.json',
      owner: 'local',
      content: new TextEncoder().encode(text),
      maximumBytes: 4096,
    })
    const deployed = await run(here, 'deploy_model', { upload: upload.ok ? upload.value.id : '' })
    expect(deployed.ok ? '' : deployed.failure.code).toBe('unsupported_file')
  })
})

describe('a server', () => {
  test('that only knows numbers is a regression, with names that the person gives', async () => {
    const features = ['width', 'height']
    const remote = `${HOSTILE}/v2/models/good`
    const deployed = await run(here, 'deploy_model', { remote, name: 'good', features })
    expect(deployed.ok && deployed.value['task']).toBe('regression')
    const predicted = await run(here, 'predict', {
      model: 'good',
      features: { width: 1, height: 2 },
    })
    expect(predicted.ok && predicted.value['prediction']).toBe(1.5)
  })

  test.each([
    ['redirecting', 'unavailable', 'status 302'],
    ['garbage', 'unavailable', 'no JSON'],
    ['missing', 'unavailable', 'status 404'],
    ['late', 'unavailable', 'in time'],
    ['empty', 'unreadable_model', 'needs a name, a datatype and a shape'],
    ['nothing', 'unavailable', 'no usable answer'],
    ['short', 'unavailable', 'no usable answer'],
  ])('that is %s makes no version', async (name, code, words) => {
    seen.length = 0
    const deployed = await deployHostile(name)
    expect(deployed.ok ? [] : [deployed.failure.code, deployed.failure.message]).toEqual([
      code,
      expect.stringContaining(words),
    ])
    expect(await here.registry.findModel(name)).toBeNull()
    expect(seen).not.toContain('/v2/models/good')
  })

  test('that refuses rows says why, shortened and on one line', async () => {
    expect((await deployHostile('picky')).ok).toBe(true)
    const row = { x_0: 1, x_1: 2 }
    const { status, body } = await ask(ownServer.url, 'POST', '/api/predict/picky', row)
    expect([status, body.error.code]).toEqual([422, 'invalid_input'])
    expect(body.error.message).toStartWith(
      "The model's server refused this: x must be positive !!!",
    )
    expect(body.error.message.length).toBeLessThan(400)
    expect(body.error.message).not.toContain('\n')
  })
})

test('a file beside it is a version of its own', async () => {
  const upload = await here.registry.createUpload({
    fileName: 'churn_model.pkl',
    owner: 'local',
    content: await Bun.file(CHURN_FILE).bytes(),
    maximumBytes: 1e7,
  })
  const deployed = await run(here, 'deploy_model', {
    upload: upload.ok ? upload.value.id : '',
    name: 'churn',
  })
  expect(deployed.ok && deployed.value['version']).toBe(2)
  const back = await run(here, 'promote_version', { model: 'churn', version: 1 })
  expect(back.ok).toBe(true)
  const { body } = await ask(ownServer.url, 'POST', '/api/predict/churn', ROW)
  expect(body.model_version).toStartWith('1-')
})
