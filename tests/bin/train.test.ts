// `parley train` as a process: what it prints and writes, and that what it writes can be deployed.

import { afterAll, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
const folder = await mkdtemp(join(tmpdir(), 'parley-train-'))
await mkdir(join(folder, 'nothing'))
afterAll(() => rm(folder, { recursive: true, force: true }))

function spawn(words: readonly string[]) {
  return Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), ...words], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      PARLEY_DATA: join(folder, 'data'),
      PARLEY_EXAMPLE_DATA: join(folder, 'nothing'),
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

async function parley(...words: readonly string[]) {
  const child = spawn(words)
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { code, output, errors }
}

const FILES = ['confusion_matrix.json', 'metrics.json', 'model.joblib', 'model.onnx', 'params.json']

describe('parley train', () => {
  test('fits, says how good it is, and writes what can be deployed', async () => {
    const words = ['iris', '--seed', '42', '--test-size', '0.2', '--model', 'logreg', '--C', '1.0']
    const trained = await parley('train', ...words)
    expect(trained.code).toBe(0)
    expect(trained.output).toContain('logistic regression on iris: C 1,')
    expect(trained.output).toMatch(/accuracy +0\.9\d+/)
    expect(trained.output).toMatch(/macro F1 +0\.9\d+/)
    expect(trained.output).toMatch(/tested on +rows drawn .* easy and hard rows \(--split plain/)
    expect((await readdir(join(folder, 'artifacts'))).sort()).toEqual(FILES)

    const deployed = await parley('deploy', 'artifacts/model.joblib')
    expect(deployed.code).toBe(0)
    const flower = ['sepal_length=5.1', 'sepal_width=3.5', 'petal_length=1.4', 'petal_width=0.2']
    const answered = await parley('predict', 'iris', ...flower, '--json')
    expect(JSON.parse(answered.output)).toMatchObject({ predicted_label: 'setosa' })
  })

  test('takes a file, a target by words and a folder, and answers in JSON', async () => {
    const lines = Array.from({ length: 60 }, (_, row) => {
      const size = (row * 17) % 60
      return `${size},${row % 7},${size * 3 + (row % 7)}`
    })
    await Bun.write(join(folder, 'sums.csv'), ['size,day,Total Cost', ...lines].join('\n'))
    await Bun.write(join(folder, 'deep/er/confusion_matrix.json'), 'of an earlier run')
    await Bun.write(join(folder, 'deep/er/notes.txt'), 'not ours')
    const words = [
      '--target',
      'total cost',
      '--model',
      'ridge',
      '--alpha',
      '0.1',
      '--out',
      'deep/er',
    ]
    const { code, output } = await parley('train', 'sums.csv', ...words, '--json')
    expect(code).toBe(0)
    const answer = JSON.parse(output)
    expect(answer).toMatchObject({ model: 'ridge', target: 'Total Cost', task: 'regression' })
    expect(answer.metrics.r2).toBeGreaterThan(0.99)
    expect(answer.files).toContain('deep/er/model.joblib')
    expect((await readdir(join(folder, 'deep/er'))).sort()).toEqual([
      'metrics.json',
      'model.joblib',
      'model.onnx',
      'notes.txt',
      'params.json',
    ])
  })

  test.each([
    [['iris', '--model', 'logref'], 2, 'Did you mean logreg?'],
    [['iris', '--target', 'specise'], 4, 'Did you mean “species”?'],
    [['iris', '--n-estimators', '5'], 4, 'logreg has no setting n_estimators'],
    [['iris', '--depth', '5'], 2, '--depth'],
    [['irys'], 3, 'Did you mean the data set iris?'],
    [['churn'], 3, 'Set PARLEY_EXAMPLE_DATA'],
    [[], 2, 'Name the data: iris'],
    [['iris', 'too'], 2, 'I do not know what "too" is for.'],
  ])('%j ends with code %i and says what to do', async (words, code, message) => {
    const failed = await parley('train', ...words, '--out', 'never')
    expect(failed.errors).toContain(message)
    expect(failed.code).toBe(code)
    expect(await readdir(folder)).not.toContain('never')
  })

  test('shows its models and their settings', async () => {
    const { code, output } = await parley('train', '--help')
    expect(code).toBe(0)
    expect(output).toContain('--n-estimators 100')
  })

  test('stops on Ctrl-C and leaves nothing behind', async () => {
    const words = ['--model', 'rf', '--n-estimators', '100000', '--out', 'stopped']
    const child = spawn(['train', 'iris', ...words])
    await Bun.sleep(1_500)
    child.kill('SIGINT')
    expect(await child.exited).toBe(130)
    expect(await new Response(child.stderr).text()).toContain('Stopped; nothing was written.')
    expect(await readdir(folder)).not.toContain('stopped')
  })
})
