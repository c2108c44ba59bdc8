// Runs the command line as a person would: real processes on a folder of their own.

import { afterAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import manifest from '../../package.json'

const ROOT = resolve(import.meta.dir, '../..')
const folder = await mkdtemp(join(tmpdir(), 'parley-cli-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly output: string
  readonly errors: string
}

async function parley(
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<Ended> {
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: join(folder, 'data'), ...environment },
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

const HASH = /^[0-9a-f]{64}/
const CUSTOMER = ['tenure=24', 'monthly_charges=70', 'total_charges=1680']

describe('parley', () => {
  test('says its version and its commands', async () => {
    const [version, help, nothing] = await Promise.all([
      parley(['--version']),
      parley(['--help']),
      parley([]),
    ])
    expect(version).toEqual({ code: 0, output: `${manifest.version}\n`, errors: '' })
    for (const word of [
      'serve',
      'inspect',
      'list',
      'deploy',
      'predict',
      'batch',
      'promote',
      'delete',
    ]) {
      expect(help.output).toContain(`  ${word} `)
    }
    expect(nothing.output).toBe(help.output)
  })

  test('each command explains itself', async () => {
    for (const word of ['serve', 'inspect', 'deploy', 'predict']) {
      const { code, output } = await parley([word, '--help'])
      expect(code).toBe(0)
      expect(output).toContain(`Usage: parley ${word}`)
    }
  })

  test('a model goes from a file to an answer and away again', async () => {
    const deployed = await parley([
      'deploy',
      'models/churn/churn_model.pkl',
      '--title',
      'Customer churn',
    ])
    expect(deployed.errors).toBe('')
    expect(deployed.code).toBe(0)
    expect(deployed.output).toContain(
      "I've loaded your XGBoost model. It expects tenure, monthly_charges, total_charges. It is now deployed at /api/predict/churn.",
    )
    expect(deployed.output).toContain('Next: parley predict churn tenure=')

    const answer = await parley(['predict', 'churn', ...CUSTOMER])
    expect(answer.output).toContain('This customer has a 23% probability of churning (Low Risk).')

    const card = join(folder, 'card.md')
    await Bun.write(card, '# Who leaves')
    expect((await parley(['deploy', 'churn', '--card', card])).code).toBe(0)
    const described = await parley(['describe', 'churn', '--json'])
    expect(JSON.parse(described.output).card).toBe('# Who leaves')
    await Bun.write(card, 'x'.repeat(70_000))
    expect((await parley(['deploy', 'churn', '--card', card])).code).toBe(5)
    expect((await parley(['deploy', 'churn', '--card', join(folder, 'none.md')])).code).toBe(3)

    const json = await parley(['predict', 'Customer churn', ...CUSTOMER, '--json'])
    const golden = await Bun.file(join(ROOT, 'models/churn/golden.json')).json()
    expect(JSON.parse(json.output).class_probabilities['1']).toBeCloseTo(
      golden.probabilities[0].Yes,
      6,
    )

    expect((await parley(['list'])).output).toContain('/api/predict/churn')
    expect((await parley(['undeploy', 'churn'])).code).toBe(0)
    expect((await parley(['predict', 'churn', ...CUSTOMER])).code).toBe(3)
    expect((await parley(['deploy', 'churn'])).output).toContain('Version 1 of churn is live again')

    const asked = await parley(['delete', 'churn'])
    expect(asked.code).toBe(6)
    expect(asked.errors).toContain('--yes')
    expect((await parley(['list'])).output).toContain('churn')
    expect((await parley(['delete', 'churn', '--yes'])).code).toBe(0)
    expect((await parley(['list'])).output).not.toContain('/api/predict/churn')
  }, 30_000)

  test('scores a table, and shows a result file only when it is whole', async () => {
    await parley(['deploy', '--sample', 'churn', '--name', 'telco'])
    const good = join(folder, 'good.csv')
    const bad = join(folder, 'bad.csv')
    await Bun.write(good, 'id,tenure,monthly_charges,total_charges\na,24,70,1680\n')
    await Bun.write(bad, 'id,tenure,monthly_charges,total_charges\na,24,70,1680\nb,soon,1,2\n')

    const piped = await parley(['batch', 'telco', good])
    expect(piped.code).toBe(0)
    expect(piped.output.split('\n')[1]).toStartWith('a,24,70,1680,No,0.77')
    expect(piped.errors).toContain('Scored 1 of 1 rows with telco')

    const target = join(folder, 'scored.csv')
    const stopped = await parley(['batch', 'telco', bad, '--output', target])
    expect(stopped.code).toBe(4)
    expect(stopped.errors).toContain('Line 3')
    expect(await Bun.file(target).exists()).toBe(false)
    expect(await Bun.file(`${target}.partial`).exists()).toBe(false)

    const reported = await parley(['batch', 'telco', bad, '--report-errors', '-o', target])
    expect(reported.code).toBe(4)
    const lines = (await Bun.file(target).text()).trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[2]).toContain('line 3')
  }, 20_000)

  test('tells every problem of a row, and never sends a control character of a file to the terminal', async () => {
    const environment = { PARLEY_DATA: join(folder, 'problems') }
    await parley(['deploy', '--sample', 'churn'], environment)
    const row = ['tenure=x', 'monthly_charges=y', 'total_charges=z']
    const refused = await parley(['predict', 'churn', ...row], environment)
    expect(refused.code).toBe(4)
    for (const name of ['tenure', 'monthly_charges', 'total_charges'])
      expect(refused.errors).toContain(name)
    const table = join(folder, 'escape.csv')
    await Bun.write(table, '\u001b[31mred\n1\n')
    const scored = await parley(['batch', 'churn', table], environment)
    expect(scored.code).toBe(4)
    expect(scored.errors).toContain('[31mred')
    expect(scored.errors).not.toContain('\u001b')
  })

  test('says in a sentence what stands between it and a file', async () => {
    const environment = { PARLEY_DATA: join(folder, 'problems') }
    await parley(['deploy', '--sample', 'churn'], environment)
    const table = join(folder, 'one.csv')
    await Bun.write(table, 'tenure,monthly_charges,total_charges\n24,70,1680\n')
    const target = join(folder, 'nowhere', 'scored.csv')
    const lost = await parley(['batch', 'churn', table, '--output', target], environment)
    expect(lost).toMatchObject({ code: 1, output: '' })
    expect(lost.errors).toContain('its folder does not exist')
    const nothing = await parley(['deploy'], environment)
    expect(nothing.errors).toContain('A file is missing')
  })

  test.if(existsSync('/dev/full'))(
    'never calls rows scored that could not be written',
    async () => {
      const data = join(folder, 'full')
      await parley(['deploy', '--sample', 'churn'], { PARLEY_DATA: data })
      const table = join(folder, 'full.csv')
      const rows = '24,70,1680\n'.repeat(5000)
      await Bun.write(table, `tenure,monthly_charges,total_charges\n${rows}`)
      const child = Bun.spawn(
        [process.execPath, join(ROOT, 'bin/parley.ts'), 'batch', 'churn', table],
        {
          env: { PATH: process.env['PATH'] ?? '', PARLEY_DATA: data },
          stdout: Bun.file('/dev/full'),
          stderr: 'pipe',
        },
      )
      const [errors, code] = await Promise.all([new Response(child.stderr).text(), child.exited])
      expect(code).toBe(1)
      expect(errors).toContain('the disk is full')
      expect(errors).not.toMatch(/Scored|\.ts:/)
    },
  )

  test('a model that is only stored is followed by how to deploy it', async () => {
    const environment = { PARLEY_DATA: join(folder, 'stored') }
    const stored = await parley(['deploy', '--sample', 'iris', '--no-deploy'], environment)
    expect(stored.output).toContain('Next: parley deploy --name iris')
    const wrong = await parley(['describe', 'nope'], environment)
    expect(wrong.errors).toContain('There is iris.')
  })

  test('inspects without registering', async () => {
    const data = join(folder, 'untouched')
    const { code, output } = await parley(['inspect', 'models/iris/model.joblib'], {
      PARLEY_DATA: data,
    })
    expect(code).toBe(0)
    expect(output).toContain('LogisticRegression')
    expect(output).toContain('petal_width')
    expect(await Bun.file(join(data, 'parley.db')).exists()).toBe(false)
    const text = await parley(['inspect', 'README.md'], { PARLEY_DATA: data })
    expect(text.code).toBe(5)
  })

  test.each([
    [['frob'], 2, 'parley has no command "frob"'],
    [['promote', 'churn'], 2, 'version is missing.'],
    [['serve', '--port', '1'], 2, 'takes no arguments'],
    [['predict', 'nobody', 'x=1'], 3, 'no model called'],
    [['deploy', 'no_such_file.pkl'], 3, 'There is no file'],
    [['deploy', 'package.json'], 5, ''],
  ] as const)('%p ends with %p', async (words, code, message) => {
    const ended = await parley(words)
    expect(ended.code).toBe(code)
    expect(ended.errors).toContain(message)
    expect(ended.errors.trim()).not.toBe('')
    expect(ended.errors).not.toContain('    at ')
  })

  test('keeps artifacts where PARLEY_ARTIFACTS says', async () => {
    const environment = {
      PARLEY_DATA: join(folder, 'split'),
      PARLEY_ARTIFACTS: join(folder, 'disk'),
    }
    expect((await parley(['deploy', '--sample', 'iris'], environment)).code).toBe(0)
    const artifacts = await readdir(join(folder, 'disk'))
    expect(artifacts.filter((name) => HASH.test(name))).toHaveLength(2)
    expect((await parley(['describe', 'iris'], environment)).code).toBe(0)
  }, 20_000)

  test('a folder that cannot be used is one sentence', async () => {
    const ended = await parley(['list'], { PARLEY_DATA: '/proc/parley' })
    expect(ended.code).toBe(1)
    expect(ended.errors.trim().split('\n')).toHaveLength(1)
    expect(ended.errors).toContain('/proc/parley')
  })

  test('a bad variable stops the start with a sentence that names it', async () => {
    const ended = await parley(['serve'], { PORT: 'http' })
    expect(ended.code).toBe(2)
    expect(ended.errors).toContain('PORT')
  })
})
