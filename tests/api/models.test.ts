// Models over HTTP: a real pickle goes up, answers, gets versions, is put back, taken down and deleted.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { CHURN_FILE, ROOT, ROW, startServer, type TestServer } from './support.ts'

let parley: TestServer

beforeAll(async () => {
  parley = await startServer()
})
afterAll(() => parley.close())

interface Reply {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are matched against literals
  readonly body: any
}

async function upload(
  file: File | null,
  fields: Readonly<Record<string, string>> = {},
  server = parley,
): Promise<Reply> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  if (file !== null) form.append('file', file)
  const response = await fetch(`${server.url}/api/models`, { method: 'POST', body: form })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

async function fileAt(path: string, name?: string): Promise<File> {
  return new File([await Bun.file(path).bytes()], name ?? path.split('/').at(-1) ?? 'file')
}
const churnFile = (name?: string) => fileAt(CHURN_FILE, name)
const irisFile = () => fileAt(`${ROOT}/models/iris/model.joblib`)

describe('an upload', () => {
  test('of a pickle is read, deployed and described, and answers', async () => {
    const { status, headers, body } = await upload(await churnFile())
    const modelVersion = body.model_version
    expect([status, headers.get('location')]).toEqual([201, '/api/models/churn'])
    expect(body).toMatchObject({
      name: 'churn',
      version: 1,
      model_version: expect.stringMatching(/^1-[0-9a-f]{12}$/),
      task: 'binary_classification',
      inputs: [
        { name: 'tenure', type: expect.any(String) },
        { name: 'monthly_charges', type: expect.any(String) },
        { name: 'total_charges', type: expect.any(String) },
      ],
      outputs: expect.any(Array),
      endpoint: '/api/predict/churn',
      deployed: true,
      warnings: expect.any(Array),
    })
    const answer = await parley.ask('POST', body.endpoint, ROW)
    expect(answer.status).toBe(200)
    expect(answer.body.model_version).toBe(modelVersion)
  })

  test('of the same content again is answered with the version that has it', async () => {
    const { status, body } = await upload(await churnFile('another name.bin'), { name: 'churn' })
    expect([status, body.name, body.version]).toEqual([200, 'churn', 1])
  })

  test('takes names of classes and features, as a list or with commas, and may wait to be deployed', async () => {
    const { status, body } = await upload(await churnFile(), {
      name: 'renamed',
      title: 'Leaving customers',
      features: 'months, "monthly" ,total'.replaceAll('"', ''),
      classes: '["stays","leaves"]',
      positive_label: 'leaves',
      description: 'Who leaves',
      deploy: 'false',
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      name: 'renamed',
      title: 'Leaving customers',
      classes: ['stays', 'leaves'],
      positive_label: 'leaves',
      deployed: false,
      endpoint: null,
    })
    expect(body.inputs.map(({ name }: { name: string }) => name)).toEqual([
      'months',
      'monthly',
      'total',
    ])
    expect((await parley.ask('POST', '/api/predict/renamed', ROW)).status).toBe(409)
  })

  test('leaves no upload behind, whatever becomes of it', async () => {
    const kept: string[] = []
    const { registry } = parley.ports
    const create = registry.createUpload.bind(registry)
    registry.createUpload = async (options) => {
      const stored = await create(options)
      if (stored.ok) kept.push(stored.value.id)
      return stored
    }
    await upload(await churnFile())
    await upload(new File(['not a model'], 'x.pkl'))
    await upload(await churnFile(), { nope: 'x' })
    registry.createUpload = create
    expect(kept.length).toBeGreaterThan(1)
    for (const id of kept) expect(await registry.findUpload(id)).toBeNull()
  })
})

describe('an upload is refused', () => {
  test('with what is wrong and what to do', async () => {
    const text = await upload(new File(['<html>sign in</html>'], 'model.pkl'))
    expect([415, 422]).toContain(text.status)
    expect(text.body.error.message.length).toBeGreaterThan(20)
    const hostile = await upload(
      new File([Buffer.from('cos\nsystem\n(S"touch /tmp/owned"\ntR.')], 'evil.pkl'),
    )
    expect([hostile.status, hostile.body.error.code]).toEqual([422, 'unreadable_model'])
    const cut = await upload(
      new File([(await Bun.file(CHURN_FILE).bytes()).slice(0, 900)], 'c.pkl'),
    )
    expect(cut.status).toBe(422)
    for (const { body } of [text, hostile, cut]) {
      expect(JSON.stringify(body)).not.toMatch(/\/tmp|node_modules|\.ts:/)
    }
  })

  test('for every field that cannot be used, all at once', async () => {
    const { status, body } = await upload(await churnFile(), {
      features: '[1, 2',
      deploy: 'perhaps',
    })
    expect(status).toBe(422)
    expect(body.error.details.map(({ path }: { path: string }) => path).sort()).toEqual([
      'deploy',
      'features',
    ])
    const unknown = await upload(await churnFile(), { titel: 'x' })
    expect([unknown.status, unknown.body.error.details[0].path]).toEqual([422, 'titel'])
    const few = await upload(await churnFile(), { name: 'few', features: 'months,total' })
    expect([few.status, few.body.error.code]).toEqual([422, 'invalid_input'])
    const nameless = await upload(await churnFile(), { name: '日本' })
    expect([nameless.status, nameless.body.error.details[0].path]).toEqual([422, 'name'])
    const missing = await upload(null, { name: 'x' })
    expect([missing.status, missing.body.error.details[0].path]).toEqual([422, 'file'])
  })

  test('at its limit, long before its end', async () => {
    const small = await startServer({ maximumUploadBytes: 100_000 })
    const { status, body } = await upload(
      new File([Buffer.alloc(150_000)], 'big.pkl'),
      { name: 'big' },
      small,
    )
    expect([status, body.error.code]).toEqual([413, 'too_large'])
    // A sender that is cut off may hear of it by a reset before it reads the answer, so it tries again as clients do.
    let sent = await sendEndlessUpload(small.url)
    for (let again = 0; again < 9 && sent.answer === ''; again++) {
      expect(sent.bytes).toBeLessThan(64 * 1024 * 1024)
      sent = await sendEndlessUpload(small.url)
    }
    expect(sent.answer).toStartWith('HTTP/1.1 413')
    // What the kernels of both sides hold is more than the limit, but nowhere near what was announced.
    expect(sent.bytes).toBeLessThan(64 * 1024 * 1024)
    expect((await small.ask('GET', '/api/models')).body.models).toEqual([])
    await small.close()
  })

  test('when it breaks off in the middle, and nothing of it stays', async () => {
    const { port } = new URL(parley.url)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `POST /api/models HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="broken.pkl"\r\n\r\nhalf of it`,
          () => setTimeout(() => socket.destroy(), 30),
        )
      })
      socket.on('close', () => resolve())
    })
    await Bun.sleep(50)
    const { body } = await parley.ask('GET', '/api/models')
    expect(body.models.map(({ name }: { name: string }) => name)).not.toContain('broken')
    expect((await parley.ask('GET', '/health')).status).toBe(200)
  })
})

/** Announces ten gigabytes without a length and sends until it is stopped. */
function sendEndlessUpload(url: string): Promise<{ bytes: number; answer: string }> {
  const piece = Buffer.alloc(64 * 1024, 'x')
  const frame = Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')])
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="endless.pkl"\r\n\r\n'
  return new Promise((resolve) => {
    let bytes = 0
    let answer = ''
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write(
        `POST /api/models HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n${head.length.toString(16)}\r\n${head}\r\n`,
      )
      const send = () => {
        if (socket.destroyed || bytes > 10 * 1024 ** 3) return
        bytes += piece.length
        if (socket.write(frame)) setImmediate(send)
        else socket.once('drain', send)
      }
      send()
    })
    socket.on('data', (data) => {
      answer += data.toString('latin1')
      socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve({ bytes, answer }))
  })
}

describe('models', () => {
  test('are listed and described', async () => {
    const list = await parley.ask('GET', '/api/models')
    expect(list.body.models).toContainEqual(
      expect.objectContaining({ name: 'churn', deployed: true, endpoint: '/api/predict/churn' }),
    )
    const one = await parley.ask('GET', '/api/models/churn')
    expect(one.body).toMatchObject({ name: 'churn', task: 'binary_classification' })
    const near = await parley.ask('GET', '/api/models/chrun')
    expect([near.status, near.body.error.code]).toEqual([404, 'not_found'])
    expect(near.body.error.message).toContain('churn')
  })

  test('have versions, of which an earlier one can be put back', async () => {
    const second = await upload(await irisFile(), { name: 'churn' })
    expect([second.status, second.body.version]).toEqual([201, 2])
    const { body } = await parley.ask('GET', '/api/models/churn/versions')
    expect(body.versions.map(({ version }: { version: number }) => version).sort()).toEqual([1, 2])
    expect((await parley.ask('POST', '/api/predict/churn', ROW)).status).toBe(422)
    const promoted = await parley.ask('POST', '/api/models/churn/versions/1/promote')
    expect(promoted.status).toBe(200)
    expect((await parley.ask('POST', '/api/predict/churn', ROW)).status).toBe(200)
    for (const version of ['7', 'x', '-1']) {
      const missing = await parley.ask('POST', `/api/models/churn/versions/${version}/promote`)
      expect([missing.status, missing.body.error.code]).toEqual([404, 'not_found'])
    }
  })

  test('are taken down, brought back by an operation, and deleted by their name', async () => {
    expect((await parley.ask('POST', '/api/models/churn/undeploy')).status).toBe(200)
    expect((await parley.ask('POST', '/api/predict/churn', ROW)).status).toBe(409)
    const back = await parley.ask('POST', '/api/operations/deploy_model', { name: 'churn' })
    expect([back.status, back.body.deployed]).toEqual([200, true])
    const unconfirmed = await parley.ask('POST', '/api/operations/delete_model', { model: 'churn' })
    expect([unconfirmed.status, unconfirmed.body.error]).toEqual([
      409,
      {
        code: 'needs_confirmation',
        message: 'This deletes churn with all its versions and cannot be undone. Shall I go ahead?',
        details: [{ path: 'confirmation', message: expect.any(String) }],
        request_id: expect.any(String),
        confirmation: expect.stringMatching(/^[\da-f]{32}$/),
        expires_at: expect.stringMatching(/T.*Z$/),
      },
    ])
    const asked = await parley.ask('DELETE', '/api/models/churn')
    expect([asked.status, asked.body.error.code]).toEqual([409, 'needs_confirmation'])
    const forged = await parley.ask('DELETE', `/api/models/churn?confirmation=${'0'.repeat(32)}`)
    expect([forged.status, forged.body.error.code]).toEqual([409, 'conflict'])
    const token = asked.body.error.confirmation
    const deleted = await parley.ask('DELETE', `/api/models/churn?confirmation=${token}`)
    expect([deleted.status, deleted.body.model]).toEqual([200, 'churn'])
    expect((await parley.ask('POST', '/api/predict/churn', ROW)).status).toBe(404)
    expect((await parley.ask('DELETE', '/api/models/churn')).status).toBe(404)
  })
})

describe('the card of a model', () => {
  const send = (card: string | Blob) => {
    const form = new FormData()
    form.append('file', Bun.file(`${import.meta.dir}/../../models/iris/model.joblib`))
    form.append('name', 'carded')
    form.append('card', card)
    return fetch(`${parley.url}/api/models`, { method: 'POST', body: form })
  }

  test('comes with the file as a text or a file, and is read back as markdown', async () => {
    const missing = await parley.ask('GET', '/api/models/carded/card')
    expect([missing.status, missing.body.error.code]).toEqual([404, 'not_found'])
    expect((await send('# Flowers')).status).toBe(201)
    const text = await fetch(`${parley.url}/api/models/carded/card`)
    expect([text.status, text.headers.get('content-type'), await text.text()]).toEqual([
      200,
      'text/markdown; charset=utf-8',
      '# Flowers',
    ])
    expect((await send(new File(['| a |\n|---|'], 'card.md'))).status).toBe(200)
    expect((await parley.ask('GET', '/api/models/carded')).body.card).toBe('| a |\n|---|')
    expect((await send('x'.repeat(65_537))).status).toBe(413)
  })

  test('that there is none of is said', async () => {
    await parley.ask('POST', '/api/operations/deploy_model', { name: 'carded', card: '' })
    const none = await parley.ask('GET', '/api/models/carded/card')
    expect([none.status, none.body.error.message]).toEqual([404, 'carded has no card.'])
  })
})

describe('samples', () => {
  test('are listed, and deploy by their name', async () => {
    const { body } = await parley.ask('GET', '/api/samples')
    expect(body.samples).toContainEqual({
      name: 'churn',
      title: 'Customer churn',
      description: expect.any(String),
      task: 'binary_classification',
      file_name: 'churn_model.pkl',
      size_bytes: expect.any(Number),
    })
    const deployed = await parley.ask('POST', '/api/operations/deploy_model', { sample: 'price' })
    expect([deployed.status, deployed.body.name]).toEqual([200, 'price'])
  })
})

describe('operations', () => {
  test('are all reached by their names, with their input as JSON', async () => {
    const list = await parley.ask('POST', '/api/operations/list_models', {})
    expect(list.body).toEqual((await parley.ask('GET', '/api/models')).body)
    const extra = await parley.ask('POST', '/api/operations/list_models', { modle: 'x' })
    expect([extra.status, extra.body.error.details[0].path]).toEqual([422, 'modle'])
    const asked = await parley.ask('POST', '/api/operations/deploy_model', {})
    expect([asked.status, asked.body.error.message]).toEqual([
      422,
      expect.stringContaining('upload'),
    ])
  })
})
