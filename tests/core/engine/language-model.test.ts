// Language models in the registry: archives of a pair and of a classifier, deployed, predicted, explained, refused.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate'
import { createEngine } from '#core/engine/create-engine.ts'
import { createFileStore } from '#core/language/file-store.ts'
import { packArchive, sha256Of } from '#core/language/language-archive.ts'
import { createTestPorts, run, SAMPLES_FOLDER, type TestPorts } from '../../support/ports.ts'
import { silentLogger } from '../../support/silent-logger.ts'
import { folderFiles, TRANSFORMERS, zippedFolder } from '../../support/transformers-folder.ts'

let ports: TestPorts
beforeAll(async () => {
  ports = await createTestPorts()
})
afterAll(() => ports.close())

async function upload(content: Uint8Array, name: string) {
  const received = await ports.registry.createUpload({
    fileName: `${name}.zip`,
    owner: 'local',
    content,
    maximumBytes: 2 ** 30,
  })
  if (!received.ok) throw new Error(received.failure.message)
  return run(ports, 'deploy_model', { upload: received.value.id, name })
}

const messageOf = (outcome: Awaited<ReturnType<typeof upload>>) =>
  outcome.ok ? '' : outcome.failure.message

describe('a text classifier of Transformers', () => {
  beforeAll(async () => {
    // The folder itself was zipped, as a file manager does it.
    const inside = await zippedFolder('distilbert-sentiment', (files) =>
      Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`mine/${path}`, bytes])),
    )
    const deployed = await upload(inside, 'mood')
    expect(deployed).toMatchObject({
      ok: true,
      value: {
        task: 'text_classification',
        library: 'transformers',
        model_class: 'DistilBertForSequenceClassification',
        classes: ['NEGATIVE', 'POSITIVE'],
        inputs: [{ name: 'text', type: 'string' }],
      },
    })
  })

  test('predicts what the library does', async () => {
    const { rows } = await Bun.file(join(TRANSFORMERS, 'distilbert-sentiment.expected.json')).json()
    for (const { text, probabilities } of rows) {
      if (text === '') continue
      const answer = await run(ports, 'predict', { model: 'mood', features: { text } })
      const given = (answer.ok ? answer.value['class_probabilities'] : {}) as Record<string, number>
      expect(Math.abs((given['POSITIVE'] ?? Number.NaN) - probabilities[1])).toBeLessThan(1e-5)
    }
  })

  test('explains an answer by its words', async () => {
    const explained = await run(ports, 'explain_prediction', {
      model: 'mood',
      features: { text: 'what a terrible hotel' },
    })
    expect(explained).toMatchObject({ ok: true, value: { method: 'sampled' } })
    if (!explained.ok) return
    const { baseline, margin, contributions } = explained.value as {
      baseline: number
      margin: number
      contributions: { name: string; contribution: number }[]
    }
    const words = contributions.map(({ name }) => name)
    expect(words.toSorted()).toEqual(['a', 'hotel', 'terrible', 'what'])
    const sum = contributions.reduce((total, one) => total + one.contribution, baseline)
    expect(sum).toBeCloseTo(margin, 6)
  })

  test('scores a table', async () => {
    const table = await ports.registry.createUpload({
      fileName: 'texts.csv',
      owner: 'local',
      content: strToU8('id,text\n1,the day was lovely\n2,the day was terrible\n'),
      maximumBytes: 1000,
    })
    if (!table.ok) throw new Error(table.failure.message)
    const scored = await run(ports, 'predict_batch', { model: 'mood', upload: table.value.id })
    const result = (scored.ok ? scored.value['result'] : null) as { upload: string } | null
    const lines = strFromU8(await ports.registry.readUpload(result?.upload ?? '')).split('\n')
    expect(lines[1]).toMatch(/^1,the day was lovely,POSITIVE,/)
    expect(lines[2]).toMatch(/^2,the day was terrible,NEGATIVE,/)
  })
})

describe('the pair that comes with Parley', () => {
  test('answers before it is deployed, and in the registry as a model with versions', async () => {
    const before = await run(ports, 'suggest_phrases', { text: 'have a <blank> day' })
    const bundled = before.ok ? before.value['model_version'] : ''
    const deployed = await run(ports, 'deploy_model', { sample: 'positive-phrases' })
    expect(deployed).toMatchObject({ ok: true, value: { task: 'fill_mask', version: 1 } })
    const after = await run(ports, 'suggest_phrases', { text: 'have a <blank> day' })
    expect(after.ok && after.value['model_version']).not.toBe(bundled)
    expect(after.ok && after.value['suggestions']).toEqual(
      before.ok ? (before.value['suggestions'] as string[]) : [],
    )
    const predicted = await run(ports, 'predict', {
      model: 'positive-phrases',
      features: { text: 'have a <blank> day' },
    })
    expect(predicted.ok && predicted.value['suggestions']).toEqual(
      after.ok ? (after.value['suggestions'] as string[]) : [],
    )
    expect(predicted.ok && predicted.value['prediction']).toBe('nice')
  })

  test('takes a second version, made of other models, and goes back to the first', async () => {
    const folder = join(SAMPLES_FOLDER, 'positive-phrases')
    const config = await Bun.file(join(folder, 'config.json')).json()
    const files = new Map<string, Uint8Array>()
    for (const name of Object.keys(config.files)) {
      files.set(name, await Bun.file(join(folder, name)).bytes())
    }
    const shorter = { ...config, defaults: { ...config.defaults, top_k: 2 } }
    const archive = packArchive(strToU8(JSON.stringify(shorter)), files)
    expect(await upload(archive, 'positive-phrases')).toMatchObject({
      ok: true,
      value: { version: 2 },
    })
    const asked = await run(ports, 'suggest_phrases', { text: 'have a <blank> day' })
    expect(asked.ok && asked.value['suggestions']).toEqual(['nice', 'good'])
    const first = await run(ports, 'suggest_phrases', {
      text: 'have a <blank> day',
      model: 'positive-phrases',
      version: 1,
    })
    expect(first.ok && (first.value['suggestions'] as string[]).length).toBe(5)
    await run(ports, 'promote_version', { model: 'positive-phrases', version: 1 })
    const back = await run(ports, 'suggest_phrases', { text: 'have a <blank> day' })
    expect(back.ok && back.value['model_version']).toBe(
      first.ok ? first.value['model_version'] : '',
    )
  })

  test('asks for one blank in each text, also in a table', async () => {
    const refused = await run(ports, 'predict', {
      model: 'positive-phrases',
      features: { text: 'a day' },
    })
    expect(refused).toMatchObject({
      ok: false,
      failure: { code: 'invalid_input', details: [{ path: 'features.text' }] },
    })
    const table = await ports.registry.createUpload({
      fileName: 'texts.csv',
      owner: 'local',
      content: strToU8('text\nhave a <blank> day\nno blank here\nthe food was ___\n'),
      maximumBytes: 1000,
    })
    if (!table.ok) throw new Error(table.failure.message)
    const scored = await run(ports, 'predict_batch', {
      model: 'positive-phrases',
      upload: table.value.id,
    })
    const result = (scored.ok ? scored.value['result'] : null) as { upload: string } | null
    const lines = strFromU8(await ports.registry.readUpload(result?.upload ?? '')).split('\n')
    expect(lines[0]).toBe('text,prediction,error')
    expect(lines[1]).toMatch(/^have a <blank> day,\w+,$/)
    expect(lines[2]).toContain('has no blank')
    expect(lines[3]).toMatch(/^the food was ___,\w+,$/)
  })

  test('has no inputs to explain', async () => {
    const explained = await run(ports, 'explain_prediction', {
      model: 'positive-phrases',
      features: { text: 'have a <blank> day' },
    })
    expect(messageOf(explained)).toContain('suggests words for a blank')
  })

  test('is not what a classifier can stand in for', async () => {
    const asked = await run(ports, 'suggest_phrases', { text: 'a <blank> day', model: 'mood' })
    expect(messageOf(asked)).toBe('mood fills no blanks; it predicts from its inputs.')
    const version = await run(ports, 'suggest_phrases', { text: 'a <blank> day', version: 1 })
    expect(messageOf(version)).toContain('model is missing')
  })
})

describe('an archive that cannot be used says why', () => {
  const without = (name: string) => (files: Record<string, Uint8Array>) =>
    Object.fromEntries(Object.entries(files).filter(([path]) => path !== name))

  test.each([
    ['its tokenizer', without('tokenizer.json'), 'tokenizer.json is missing'],
    ['its graph', without('model.onnx'), 'There is no model.onnx'],
    [
      'its graph, with weights of PyTorch in its place',
      (files: Record<string, Uint8Array>) => ({
        ...without('model.onnx')(files),
        'model.safetensors': strToU8('x'),
      }),
      'optimum-cli export onnx',
    ],
    [
      'a config that says what it is',
      (files: Record<string, Uint8Array>) => ({ ...files, 'config.json': strToU8('{}') }),
      'no model that says what it does',
    ],
    [
      'a graph that is one',
      (files: Record<string, Uint8Array>) => ({ ...files, 'model.onnx': strToU8('no graph') }),
      '',
    ],
  ])('lacking %s', async (_what, change, words) => {
    const refused = await upload(await zippedFolder('distilbert-sentiment', change), 'broken')
    expect(refused.ok).toBe(false)
    expect(messageOf(refused)).toContain(words)
    expect(await ports.registry.findModel('broken')).toBe(null)
  })

  test('being a model that only fills blanks', async () => {
    const refused = await upload(await zippedFolder('bert-fill'), 'broken')
    expect(messageOf(refused)).toContain('parley example positive-phrases --config FILE')
  })

  test('being damaged, or a file of it being another', async () => {
    const sample = await ports.samples.read('positive-phrases')
    const bytes = sample?.bytes ?? new Uint8Array(0)
    const files = unzipSync(bytes)
    const vocabulary = files['vocabulary.txt'] ?? new Uint8Array(0)
    const changed = zipSync({ ...files, 'vocabulary.txt': vocabulary.subarray(1) }, { level: 0 })
    expect(messageOf(await upload(changed, 'broken'))).toContain('vocabulary.txt is damaged')
    const { 'phrases.txt': _, ...fewer } = files
    expect(messageOf(await upload(zipSync(fewer, { level: 0 }), 'broken'))).toContain(
      'phrases.txt is missing',
    )
    expect((await upload(bytes.subarray(0, bytes.length - 30), 'broken')).ok).toBe(false)
  })

  test('unpacking to more than is read', async () => {
    const config = (await folderFiles('bert-fill'))['config.json'] ?? new Uint8Array(0)
    const bomb = zipSync({ 'config.json': config, big: new Uint8Array(2 ** 20) })
    // What the directory at its end says of the last file.
    const directory = Buffer.from(bomb).lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]))
    new DataView(bomb.buffer, bomb.byteOffset).setUint32(directory + 24, 2 ** 31, true)
    expect(messageOf(await upload(bomb, 'broken'))).toContain('larger than 128 MB')
  })
})

describe('a graph that is too large for its archive', () => {
  test('comes from the store by its hash, and is named where it is not there', async () => {
    const files = await folderFiles('distilbert-sentiment')
    const graph = files['model.onnx'] ?? new Uint8Array(0)
    const tokenizer = files['tokenizer.json'] ?? new Uint8Array(0)
    const entry = (bytes: Uint8Array) => ({ bytes: bytes.byteLength, sha256: sha256Of(bytes) })
    const config = {
      format: 1,
      name: 'mood',
      task: 'text_classification',
      steps: [
        {
          kind: 'text_classification',
          family: 'transformers',
          model: 'tiny/mood',
          graph: 'model.onnx',
          tokenizer: 'tokenizer.json',
          labels: ['NEGATIVE', 'POSITIVE'],
        },
      ],
      files: {
        'model.onnx': { ...entry(graph), stored: true },
        'tokenizer.json': entry(tokenizer),
      },
    }
    const onnx = packArchive(
      strToU8(JSON.stringify(config)),
      new Map([['tokenizer.json', tokenizer]]),
    )
    const live = await ports.registry.findVersion('mood', 1)
    if (live === null) throw new Error('mood was not deployed')
    const model = { onnx, signature: live.signature, binding: live.binding }
    const folder = await mkdtemp(join(tmpdir(), 'parley-store-'))
    const store = createFileStore(folder)
    const engine = createEngine({ logger: silentLogger, modelFiles: store })
    try {
      const missing = await engine.load(model)
      expect(missing).toMatchObject({ ok: false, failure: { code: 'unavailable' } })
      expect(missing.ok ? '' : missing.failure.message).toBe(
        'The file model.onnx of tiny/mood is not here. “parley models pull” fetches it.',
      )
      await store.add(join(TRANSFORMERS, 'distilbert-sentiment/model.onnx'), sha256Of(graph))
      const loaded = await engine.load(model)
      expect(loaded.ok).toBe(true)
      if (loaded.ok) await loaded.value.close()
      await Bun.write(join(folder, sha256Of(graph)), 'something else')
      const damaged = await engine.load(model)
      expect(damaged.ok ? '' : damaged.failure.message).toContain('is damaged')
    } finally {
      await engine.close()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
