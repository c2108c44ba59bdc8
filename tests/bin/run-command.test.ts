// What is asked at a terminal before something destructive, and what each answer leads to.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { PassThrough, Readable, Writable } from 'node:stream'
import type { ParsedArguments } from '#core/operations/arguments.ts'
import { deleteModel } from '#core/operations/delete-model.ts'
import { runCommand } from '../../bin/run-command.ts'
import { createTerminal } from '../../bin/terminal.ts'
import { createTestPorts, run, type TestPorts } from '../support/ports.ts'

let ports: TestPorts

beforeAll(async () => {
  ports = await createTestPorts()
})
afterAll(() => ports.close())

const COMMON: ParsedArguments['common'] = {
  json: false,
  yes: false,
  help: false,
  output: null,
  reportErrors: false,
}

/** Runs `parley delete` with somebody at the terminal who types `answer` when asked; null where nobody is there. */
async function remove(model: string, answer: string | null, changes: Partial<typeof COMMON> = {}) {
  const written: string[] = []
  const collect = () =>
    new Writable({
      write(piece, _, done) {
        written.push(String(piece))
        done()
      },
    })
  const input = answer === null ? Readable.from([]) : new PassThrough()
  if (input instanceof PassThrough) input.end(`${answer}\n`)
  const isTTY = answer !== null
  const terminal = createTerminal({
    input: Object.assign(input, { isTTY }),
    output: collect(),
    errors: Object.assign(collect(), { isTTY }),
  })
  const code = await runCommand(
    deleteModel,
    { input: { model }, common: { ...COMMON, ...changes } },
    { ports, terminal, signal: new AbortController().signal },
  )
  return { code, said: written.join('') }
}

const isThere = async () => (await ports.registry.findModel('iris')) !== null

test('a yes at the terminal deletes, anything else leaves all as it is', async () => {
  await run(ports, 'deploy_model', { sample: 'iris' })
  const declined = await remove('iris', '')
  expect([declined.code, await isThere()]).toEqual([6, true])
  expect(declined.said).toContain(
    'This deletes iris with all its versions and cannot be undone. Shall I go ahead? [y/N]',
  )
  expect(declined.said).toContain('Nothing was changed.')
  const agreed = await remove('iris', 'yes')
  expect([agreed.code, await isThere()]).toEqual([0, false])
})

test('a script says --yes, and without it nothing happens', async () => {
  await run(ports, 'deploy_model', { sample: 'iris' })
  const unasked = await remove('iris', null)
  expect([unasked.code, await isThere()]).toEqual([6, true])
  expect(unasked.said).toContain('add --yes')
  const asJson = await remove('iris', null, { json: true })
  expect(JSON.parse(asJson.said)).toMatchObject({ error: { code: 'needs_confirmation' } })
  expect(asJson.said).not.toContain('token')
  expect([(await remove('iris', null, { yes: true })).code, await isThere()]).toEqual([0, false])
})

test('nobody is asked about a model that does not exist', async () => {
  const { code, said } = await remove('nothing', 'yes')
  expect(code).toBe(3)
  expect(said).toContain('There is no model called “nothing”')
  expect(said).not.toContain('[y/N]')
})
