// Parameters, downloads and the drawing of questions: what is refused, what is resumed, and how little is kept in memory.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createRandom } from '#core/training/random.ts'
import { readConfig, type TimingConfig } from '#models/question-timing/config.ts'
import { drawQuestions } from '#models/question-timing/draw.ts'
import { example } from '#models/question-timing/make.ts'
import { createTestPorts, SAMPLES_FOLDER } from '../support/ports.ts'
import { makeExample } from './make-example.ts'

const FOLDER = join(SAMPLES_FOLDER, 'question-timing')
const SAMPLE = await Bun.file(join(FOLDER, 'sample.csv')).text()
const quiet = { signal: new AbortController().signal, progress: () => {} }

let folder: string
let config: TimingConfig
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-questions-'))
  const read = await readConfig(null)
  if (!read.ok) throw new Error(read.failure.message)
  config = read.value
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('config.json', () => {
  const reading = async (change: (config: Record<string, unknown>) => unknown) => {
    const content = JSON.parse(await Bun.file(join(FOLDER, 'config.json')).text())
    const path = join(folder, 'changed.json')
    await Bun.write(path, JSON.stringify(change(content)))
    const read = await readConfig(path)
    return read.ok ? '' : read.failure.message
  }
  const CASES: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['hours_diff as a feature', { features: ['question', 'hours_diff'] }, 'it is the label itself'],
    ['another feature', { features: ['asin'] }, 'features must be ["question"]'],
    ['no feature', { features: [] }, 'features must'],
    [
      'rows that are no number',
      { rows: { train: 'all', test: 5e4, test_share_of_fewer: 0.2 } },
      'rows.train must be',
    ],
    [
      'too few rows',
      { rows: { train: 5, test: 100, test_share_of_fewer: 0.2 } },
      'rows.train must be at least 20',
    ],
    [
      'a share of 1',
      { rows: { train: 50, test: 50, test_share_of_fewer: 1 } },
      'rows.test_share_of_fewer must',
    ],
    ['a negative C', { model: { ngrams: 2, min_df: 2, C: -1, max_iter: 100 } }, 'model.C must'],
    [
      'a setting that is not there',
      { model: { ngrams: 2, min_df: 2, C: 1, max_iter: 9, depth: 3 } },
      'model.depth is not known here',
    ],
    ['a single fold', { cross_validation_folds: 1 }, 'must be 0 for none, or 2 and more'],
    ['a misspelt name', { sead: 1 }, 'sead is not known here; did you mean "seed"?'],
    [
      'an address that is none',
      {
        data: {
          title: '',
          publisher: '',
          url: 'questions.csv',
          sha256: null,
          maximum_megabytes: 1,
        },
      },
      'data.url must be an address',
    ],
    [
      'a short sha256',
      {
        data: {
          title: '',
          publisher: '',
          url: 'https://a.example/q.csv',
          sha256: 'ab',
          maximum_megabytes: 1,
        },
      },
      'data.sha256 must be 64 hex digits',
    ],
    ['three labels', { labels: { a: '', b: '', c: '' } }, 'labels must have two'],
    ['a path out of its folder', { sample: '../x.csv' }, 'sample must be a file beside'],
  ]
  test.each(CASES)('with %s is refused with a sentence', async (_name, change, words) => {
    expect(await reading((content) => ({ ...content, ...change }))).toContain(words)
  })

  test('without a field, or no JSON, or not there is said so', async () => {
    expect(await reading(({ seed: _, ...rest }) => rest)).toContain('seed is required')
    expect(await reading(() => 5)).toContain('cannot be used')
    await Bun.write(join(folder, 'broken.json'), '{')
    const broken = await readConfig(join(folder, 'broken.json'))
    expect(broken).toMatchObject({ failure: { message: 'broken.json is not JSON.' } })
    expect(await readConfig(join(folder, 'none.json'))).toMatchObject({
      failure: { code: 'not_found' },
    })
  })

  test('names every problem at once', async () => {
    const said = await reading((content) => ({ ...content, seed: 1.5, features: ['hours_diff'] }))
    expect(said).toContain('seed must')
  })
})

describe('drawing', () => {
  const draw = (text: string, wanted: number, seed = 1) =>
    drawQuestions(new Blob([text]), config, wanted, createRandom(seed), quiet)
  const header = 'asin,question,item_name,hours_diff,label\n'
  const uneven = `${header}${Array.from(
    { length: 1000 },
    (_, row) => `X${row},"question, ${row}",thing,${row},${row % 4 === 0 ? 'Post' : 'Pre'}`,
  ).join('\n')}\n`

  test('keeps the share of each label, whatever the size', async () => {
    for (const wanted of [40, 200, 600]) {
      const drawn = await draw(uneven, wanted)
      if (!drawn.ok) throw new Error(drawn.failure.message)
      const { questions, counts } = drawn.value
      expect(questions).toHaveLength(wanted)
      expect(questions.filter(({ label }) => label === 'Post')).toHaveLength(wanted / 4)
      expect([...counts]).toEqual([
        ['Post', 250],
        ['Pre', 750],
      ])
      expect(new Set(questions.map(({ id }) => id)).size).toBe(wanted)
    }
  })

  test('takes all rows where there are fewer, and the same ones for the same seed', async () => {
    const all = await draw(uneven, 5_000)
    expect(all.ok && all.value.questions.length).toBe(1000)
    const ids = async (seed: number) => {
      const drawn = await draw(uneven, 100, seed)
      return drawn.ok ? drawn.value.questions.map(({ id }) => id) : []
    }
    expect(await ids(7)).toEqual(await ids(7))
    expect(await ids(7)).not.toEqual(await ids(8))
  })

  test('gives every row the same chance', async () => {
    const taken = new Map<string, number>()
    const rounds = 120
    for (let seed = 0; seed < rounds; seed++) {
      const drawn = await draw(uneven.split('\n').slice(0, 101).join('\n'), 20, seed)
      if (!drawn.ok) throw new Error(drawn.failure.message)
      for (const { id } of drawn.value.questions) taken.set(id, (taken.get(id) ?? 0) + 1)
    }
    // Each of 100 rows is expected 24 times, with a standard deviation of 4.4.
    expect(taken.size).toBe(100)
    expect(Math.min(...taken.values())).toBeGreaterThan(24 - 5 * 4.4)
    expect(Math.max(...taken.values())).toBeLessThan(24 + 5 * 4.4)
    const early = [...taken].filter(([id]) => Number(id.slice(1)) < 50)
    const share = early.reduce((sum, [, count]) => sum + count, 0) / (rounds * 20)
    expect(Math.abs(share - 0.5)).toBeLessThan(0.06)
  })

  test('reads quotes, line breaks and marks, and counts what it cannot use', async () => {
    const text = `\uFEFF${header}X1,"Is it\n""blue"", or not?",a,1,Pre\nX2,,b,2,Post\nX3,Why?,c,3,Later\nX4,Broke!,d,4,Post\n`
    const drawn = await draw(text, 10)
    if (!drawn.ok) throw new Error(drawn.failure.message)
    expect(drawn.value.questions.map(({ question }) => question).sort()).toEqual([
      'Broke!',
      'Is it\n"blue", or not?',
    ])
    expect(drawn.value.skipped).toBe(2)
  })

  test.each([
    ['asin,question,item_name,hours_diff\nX,a,b,1\n', 'no column label'],
    ['', 'empty'],
    [`${header}X1,a,b,1,Pre\n`, 'label Post'],
    [`${header}X1,"${'a'.repeat(300_000)}",b,1,Pre\n`, 'cannot be read'],
  ])('of %# is refused with the reason', async (text, words) => {
    expect(await draw(text, 10)).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining(words) },
    })
  })

  test('needs no more memory for 50 MB than for 5 MB', async () => {
    const [small, large] = [join(folder, '5.csv'), join(folder, '50.csv')]
    await writeLarge(small, 5)
    await writeLarge(large, 50)
    const [smallPeak, largePeak] = [await peakBytes(small), await peakBytes(large)]
    expect(largePeak - smallPeak).toBeLessThan(35 * 1024 * 1024)
  }, 30_000)
})

async function writeLarge(path: string, megabytes: number): Promise<void> {
  const [header, ...lines] = SAMPLE.trim().split('\n')
  const writer = Bun.file(path).writer()
  writer.write(`${header}\n`)
  const block = `${lines.join('\n')}\n`
  const blocks = Math.ceil((megabytes * 1024 * 1024) / block.length)
  for (let count = 0; count < blocks; count++) {
    writer.write(block)
    if (count % 50 === 0) await writer.flush()
  }
  await writer.end()
}

/** In a process of its own, so that nothing but the drawing is measured. */
async function peakBytes(path: string): Promise<number> {
  const child = Bun.spawn([process.execPath, resolve(import.meta.dir, 'draw-large.ts'), path], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const printed = await new Response(child.stdout).text()
  expect(await child.exited).toBe(0)
  expect(printed.trim()).toBe('2000')
  return child.resourceUsage()?.maxRSS ?? Number.POSITIVE_INFINITY
}

describe('a table by its address', () => {
  const serveBroken = (text: string) => {
    const bytes = new TextEncoder().encode(text)
    const ranges: (string | null)[] = []
    const line = (async (_input: unknown, options: RequestInit = {}) => {
      const range = new Headers(options.headers).get('range')
      ranges.push(range)
      const headers = { etag: '"1"', 'content-length': '' }
      if (range === null) {
        // Breaks off after a third of what was announced.
        headers['content-length'] = String(bytes.length)
        return new Response(bytes.slice(0, Math.floor(bytes.length / 3)), { headers })
      }
      const start = Number(/bytes=(\d+)-/.exec(range)?.[1])
      headers['content-length'] = String(bytes.length - start)
      return new Response(bytes.slice(start), { status: 206, headers })
    }) as typeof fetch
    return { line, ranges }
  }
  const at = { data: 'https://tables.example/questions.csv' }

  test('that breaks off is gone on with, and learned from', async () => {
    const ports = await createTestPorts()
    const { line, ranges } = serveBroken(SAMPLE)
    const { outcome, said } = await makeExample(example, ports, { line, given: at })
    expect(outcome.ok).toBe(true)
    expect(ranges).toEqual([null, `bytes=${Math.floor(Buffer.byteLength(SAMPLE) / 3)}-`])
    expect(said).toContain('Data: questions.csv, from tables.example')
    expect(said).toContain('832 questions')
    const card = await ports.registry.readCard('question-timing')
    expect(card).not.toContain('written for this project, not from')
    await ports.close()
  })

  test.each([
    ['that is another table', 'a,b\n1,2\n', 'has no column'],
    ['that is not there', null, 'could not be had; nothing was trained'],
  ])('%s fails and trains nothing', async (_name, text, words) => {
    const ports = await createTestPorts()
    const line = (async () =>
      text === null
        ? new Response('no', { status: 404 })
        : new Response(text)) as unknown as typeof fetch
    const { outcome, said } = await makeExample(example, ports, { line, given: at })
    expect(outcome.ok).toBe(false)
    const told = `${said}\n${outcome.ok ? '' : outcome.failure.message}`
    expect(told).toContain(words)
    expect(await ports.registry.listModels()).toEqual([])
    await ports.close()
  })

  test('of the publisher that cannot be had is replaced by the sample, and that is said', async () => {
    const ports = await createTestPorts()
    const line = (async () => {
      throw new Error('no network')
    }) as unknown as typeof fetch
    const { outcome, said } = await makeExample(example, ports, { line })
    expect(outcome.ok).toBe(true)
    expect(said).toContain('could not be downloaded from pre-post-purchase-questions.s3')
    expect(said).toContain('the sample takes their place')
    await ports.close()
  })

  test('with another sha256 than config.json names is refused', async () => {
    const ports = await createTestPorts()
    const own = { ...config, data: { ...config.data, url: at.data, sha256: '0'.repeat(64) } }
    const path = join(folder, 'pinned.json')
    await Bun.write(path, JSON.stringify(own))
    const line = (async () => new Response(SAMPLE)) as unknown as typeof fetch
    const { said } = await makeExample(example, ports, { line, given: { config: path } })
    expect(said).toContain('has another sha256 than it should have')
    await ports.close()
  })
})

describe('a table here', () => {
  test('is learned from, and one that is not there or no table of questions is refused', async () => {
    const ports = await createTestPorts()
    const path = join(folder, 'own.csv')
    await Bun.write(path, SAMPLE)
    const made = await makeExample(example, ports, { given: { data: path } })
    expect(made.outcome.ok).toBe(true)
    expect(made.said).toContain('Data: the table own.csv.')
    const none = await makeExample(example, ports, { given: { data: join(folder, 'none.csv') } })
    expect(none.outcome).toMatchObject({ failure: { code: 'not_found' } })
    await Bun.write(path, 'a,b\n1,2\n')
    const other = await makeExample(example, ports, { given: { data: path } })
    expect(other.outcome).toMatchObject({ failure: { code: 'invalid_input' } })
    await ports.close()
  })
})
