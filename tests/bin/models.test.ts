// Models of Transformers chosen by a config: pulled from a hub on loopback, deployed, asked, and used again without it.

import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type LoopbackHub, startLoopbackHub } from '../support/loopback-hub.ts'
import { folderFiles, TRANSFORMERS } from '../support/transformers-folder.ts'

const ROOT = resolve(import.meta.dir, '../..')
const root = await mkdtemp(join(tmpdir(), 'parley-models-'))
afterAll(() => rm(root, { recursive: true, force: true }))

let hub: LoopbackHub | null = null
afterEach(async () => {
  await hub?.stop()
  hub = null
})

const NAMES = {
  fill_mask: { model: 'tiny/roberta-fill' },
  sentiment: { model: 'tiny/distilbert-sentiment', positive_label: 'POSITIVE' },
}
let folders = 0

/** A data folder of its own, and a config in it. */
async function prepare(config: unknown) {
  const data = join(root, `data-${++folders}`)
  const path = join(data, 'choice.json')
  await Bun.write(path, typeof config === 'string' ? config : JSON.stringify(config))
  return { data, path }
}

async function parley(words: readonly string[], data: string, environment = {}) {
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), ...words], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'] ?? '',
      PARLEY_DATA: data,
      // Nothing listens there: no test ever asks the real hub.
      HF_ENDPOINT: hub?.url ?? 'http://127.0.0.1:9',
      ...environment,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, output, errors }
}

const startHub = async (options: Partial<Parameters<typeof startLoopbackHub>[0]> = {}) => {
  hub = startLoopbackHub({
    models: {
      'tiny/roberta-fill': await folderFiles('roberta-fill'),
      'tiny/distilbert-sentiment': await folderFiles('distilbert-sentiment'),
    },
    ...options,
  })
}

describe('parley models pull', () => {
  test('fetches once, and then no network is needed to deploy and to suggest', async () => {
    const { data, path } = await prepare(NAMES)
    await startHub()
    const pulled = await parley(['models', 'pull', '--config', path], data)
    expect(pulled).toMatchObject({ code: 0, errors: '' })
    expect(pulled.output).toContain(
      'fill_mask: tiny/roberta-fill, commit 0123456789ab of 127.0.0.1',
    )
    expect(pulled.output).toContain('sentiment: tiny/distilbert-sentiment, commit 0123456789ab')
    await hub?.stop()
    hub = null
    const made = await parley(['example', 'positive-phrases', '--config', path], data)
    expect(made).toMatchObject({ code: 0, errors: '' })
    expect(made.output).toMatch(/have a <blank> day +(?:\w+, )*wonderful/)
    expect(made.output).not.toMatch(/\b(?:terrible|awful|bad|poor|ugly|slow|boring)\b/)
    const asked = await parley(['suggest', 'what a <blank> hotel!', '--json'], data)
    const { suggestions, model_version } = JSON.parse(asked.output)
    expect(suggestions).toContain('lovely')
    expect(model_version).toMatch(/^1-[0-9a-f]{12}$/)
    const described = await parley(['describe', 'positive-phrases', '--json'], data)
    expect(JSON.parse(described.output)).toMatchObject({ task: 'fill_mask' })
    expect(described.output).toContain('tiny/roberta-fill + tiny/distilbert-sentiment')
  })

  test('names every file that a model lacks, before anything is fetched', async () => {
    const { data, path } = await prepare(NAMES)
    const { 'config.json': config = new Uint8Array(0) } = await folderFiles('roberta-fill')
    await startHub({ models: { 'tiny/roberta-fill': { 'config.json': config } } })
    const pulled = await parley(['models', 'pull', '--config', path], data)
    expect(pulled.code).toBe(3)
    expect(pulled.errors.trim()).toBe(
      'The model tiny/roberta-fill lacks tokenizer.json, onnx/model.onnx or model.onnx.',
    )
    expect(hub?.asked.some((one) => one.includes('/resolve/'))).toBe(false)
  })

  test.each([
    ['model.onnx', 'has another sha256 than it should have'],
    ['tokenizer.json', 'came damaged'],
  ])('keeps no %s that is not what the hub lists', async (name, words) => {
    const { data, path } = await prepare({ sentiment: NAMES.sentiment })
    const whole = (await folderFiles('distilbert-sentiment'))[name] ?? new Uint8Array(0)
    const damaged = whole.slice()
    damaged[100] = (damaged[100] ?? 0) ^ 1
    await startHub({ instead: { [name]: damaged } })
    const pulled = await parley(['models', 'pull', '--config', path], data)
    expect(pulled.code).not.toBe(0)
    expect(pulled.errors).toContain(words)
    await hub?.stop()
    await startHub()
    expect((await parley(['models', 'pull', '--config', path], data)).code).toBe(0)
  })

  test('says what to do without a network, and shows the token where a model is private', async () => {
    const { data, path } = await prepare(NAMES)
    const away = await parley(['models', 'pull', '--config', path], data)
    expect(away.errors).toContain('127.0.0.1:9 cannot be reached. Name a local folder')
    await startHub({ token: 'hf_secret' })
    const refused = await parley(['models', 'pull', '--config', path], data)
    expect(refused.errors).toContain('has no model tiny/roberta-fill, or not for everybody')
    const let_in = await parley(['models', 'pull', '--config', path], data, {
      HF_TOKEN: 'hf_secret',
    })
    expect(let_in.code).toBe(0)
    expect(JSON.stringify([refused, let_in])).not.toContain('hf_secret')
  })

  test.each([
    ['not json', 'is no JSON'],
    ['{"fill_mask":{}}', 'fill_mask.model'],
    ['{"filler":{"model":"a"}}', 'filler'],
    ['{"sentiment":{"model":"/nowhere/at/all"}}', 'There is no folder /nowhere/at/all.'],
  ])('a config %s is refused in words', async (config, words) => {
    const { data, path } = await prepare(config)
    const pulled = await parley(['models', 'pull', '--config', path], data)
    expect(pulled.code).not.toBe(0)
    expect(pulled.errors).toContain(words)
  })

  test('says how it is called', async () => {
    const { data } = await prepare(NAMES)
    const [help, wrong, missing] = await Promise.all([
      parley(['models', '--help'], data),
      parley(['models', 'push'], data),
      parley(['models', 'pull', '--config', join(data, 'none.json')], data),
    ])
    expect(help.output).toContain('Usage: parley models pull [--config FILE]')
    expect(wrong.code).toBe(2)
    expect(wrong.errors).toContain('knows one word: pull')
    expect(missing.errors).toContain('There is no file')
  })
})

describe('a folder here', () => {
  test('beside the pair that comes with Parley hears sentiment, and its label must be one', async () => {
    const model = join(TRANSFORMERS, 'distilbert-sentiment')
    const { data, path } = await prepare({ sentiment: { model } })
    const made = await parley(['example', 'positive-phrases', '--config', path], data)
    expect(made).toMatchObject({ code: 0, errors: '' })
    expect(made.output).toContain('sentiment: distilbert-sentiment, from a folder')
    expect(made.output).toMatch(/have a <blank> day +\w+/)
    const wrong = await prepare({ sentiment: { model, positive_label: 'GOOD' } })
    const refused = await parley(['models', 'pull', '--config', wrong.path], wrong.data)
    expect(refused.errors).toContain(
      'sentiment.positive_label must be one of the labels of distilbert-sentiment: NEGATIVE, POSITIVE.',
    )
  })
})
