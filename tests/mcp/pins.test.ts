// What clients are shown beside the tools' answers, as literals: hints, templates, completions, prompts, audit entries.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Principal } from '#core/operations/operation.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../support/ports.ts'
import {
  connectHttp,
  ERAS,
  type McpTestServer,
  startMcpServer,
  type TestClient,
} from './support.ts'

const DESK: Principal = { id: 'key:0123456789ab', role: 'admin', surface: 'rest', display: 'desk' }

/** By these a client decides whether to ask its person before a call: read only, destroys, may be repeated, reaches out. */
const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true }
const WRITES = { readOnlyHint: false, destructiveHint: false, idempotentHint: false }
const DESTROYS = { readOnlyHint: false, destructiveHint: true, idempotentHint: true }
const HINTS = {
  list_models: { ...READS, openWorldHint: false, title: 'List models' },
  describe_model: { ...READS, openWorldHint: false, title: 'Describe a model' },
  deploy_model: { ...WRITES, openWorldHint: true, title: 'Deploy a model' },
  undeploy_model: { ...WRITES, openWorldHint: false, title: 'Undeploy a model' },
  delete_model: { ...DESTROYS, openWorldHint: false, title: 'Delete a model' },
  predict: { ...READS, openWorldHint: false, title: 'Predict' },
  predict_batch: { ...READS, openWorldHint: true, title: 'Predict many rows' },
  explain_prediction: { ...READS, openWorldHint: false, title: 'Explain a prediction' },
  list_versions: { ...READS, openWorldHint: false, title: 'List versions' },
  promote_version: { ...WRITES, openWorldHint: false, title: 'Promote a version' },
  set_traffic: { ...WRITES, openWorldHint: false, title: 'Split traffic' },
  model_metrics: { ...READS, openWorldHint: false, title: 'Figures of a model' },
  check_drift: { ...READS, openWorldHint: false, title: 'Check for drift' },
  train_model: { ...WRITES, openWorldHint: true, title: 'Train a model' },
  suggest_phrases: { ...READS, openWorldHint: false, title: 'Suggest phrases' },
  help: { ...READS, openWorldHint: false, title: 'Help' },
  predict_churn: { ...READS, openWorldHint: false, title: 'Predict with Customer churn' },
  predict_iris: { ...READS, openWorldHint: false, title: 'Predict with Iris species' },
  predict_price: { ...READS, openWorldHint: false, title: 'Predict with House price' },
}

const TEMPLATES = [
  ['parley://models/{model}', 'application/json'],
  ['parley://models/{model}/card', 'text/markdown'],
  ['parley://models/{model}/signature', 'application/json'],
  ['parley://models/{model}/openapi', 'application/json'],
  ['parley://uploads/{upload}', undefined],
] as const

let ports: TestPorts
let server: McpTestServer

beforeAll(async () => {
  ports = await createTestPorts()
  await deploySamples(ports)
  server = startMcpServer(ports, { principalOf: () => DESK })
})
afterAll(async () => {
  await server.close()
  await ports.close()
})

for (const era of ERAS) {
  describe(`what clients are shown in ${era}`, () => {
    let client: TestClient

    beforeAll(async () => {
      client = await connectHttp(server.url, era)
    })
    afterAll(() => client.close())

    test('each tool says what it does to the world', async () => {
      const tools = await client.tools()
      expect(Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]))).toEqual(
        HINTS,
      )
      expect(tools.map(({ name, title }) => [name, title])).toEqual(
        Object.entries(HINTS).map(([name, { title }]) => [name, title]),
      )
    })

    test('addresses of resources have templates', async () => {
      const templates = await client.templates()
      expect(templates.map(({ uriTemplate, mimeType }) => [uriTemplate, mimeType])).toEqual(
        TEMPLATES.map((one) => [...one]),
      )
    })

    test('names of models are completed in every template, and each completed address can be read', async () => {
      for (const [template] of TEMPLATES.filter(([uri]) => uri.includes('{model}'))) {
        expect(await client.completeAddress(template, 'model', 'ch')).toEqual(['churn'])
        // What begins so comes first, then what holds it.
        expect(await client.completeAddress(template, 'model', 'i')).toEqual(['iris', 'price'])
        expect(await client.completeAddress(template, 'model', '')).toEqual([
          'churn',
          'iris',
          'price',
        ])
        expect(await client.completeAddress(template, 'model', 'nothing')).toEqual([])
        expect(await client.read(template.replace('{model}', 'iris'))).toContain('petal_length')
      }
      // Handles are secrets of whoever sent the file: nobody is helped to guess them.
      expect(await client.completeAddress('parley://uploads/{upload}', 'upload', '')).toEqual([])
    })

    test('what is not in the lists is not completed', async () => {
      const wrong = 'There is no'
      expect(client.completeAddress('file:///{path}', 'path', '')).rejects.toThrow(wrong)
      expect(client.complete('no_such_prompt', 'model', '')).rejects.toThrow(wrong)
    })

    test('prompts say in whole sentences what is to be done', async () => {
      expect(await client.prompt('deploy_a_model', {})).toBe(
        'I want to deploy my model. Use deploy_model. If you do not know where the file is, ask me. Then tell me which inputs it expects and where it answers, and offer to test it with its example.',
      )
      const file = 'https://models.example/churn.pkl'
      expect(await client.prompt('deploy_a_model', { file, title: 'customer churn' })).toBe(
        'I want to deploy my customer churn model from https://models.example/churn.pkl. Use deploy_model. If you do not know where the file is, ask me. Then tell me which inputs it expects and where it answers, and offer to test it with its example.',
      )
      expect(
        await client.prompt('explain_a_prediction', { model: 'churn', row: '24 months, $70' }),
      ).toBe(
        'Explain what the model churn predicts for: 24 months, $70. Read its inputs with describe_model where you are unsure of them, and ask me for what is missing instead of guessing. Use explain_prediction, then say in plain words which inputs moved the answer most, in which direction, and how sure it is. Use only numbers from the tool.',
      )
      expect(client.prompt('explain_a_prediction', { model: 'churn' })).rejects.toThrow('needs row')
    })

    test('what changes something is in the audit log with who did it, and where', async () => {
      const name = `audited_${era.replaceAll('-', '_')}`
      const reads = await client.call('predict_iris', {})
      expect(reads.isError).toBe(true)
      await client.call('deploy_model', { sample: 'iris', name })
      await client.call('undeploy_model', { model: name })
      await client.call('delete_model', { model: name, confirm: '0'.repeat(32) })
      const entries = await ports.registry.listAudit({ subject: name, limit: 10 })
      const by = { principal: DESK.id, display: 'desk', surface: 'mcp', subject: name }
      expect(entries.map(({ id: _id, atMs: _at, requestId: _request, ...rest }) => rest)).toEqual([
        { ...by, operation: 'delete_model', outcome: 'conflict' },
        { ...by, operation: 'undeploy_model', outcome: 'done' },
        { ...by, operation: 'deploy_model', outcome: 'done' },
      ])
      const all = await ports.registry.listAudit({ limit: 100 })
      expect(all.filter(({ operation }) => operation.startsWith('predict'))).toEqual([])
      await run(ports, 'delete_model', { model: name }, { confirmed: true })
    })
  })
}
