// The tools as clients see and call them, in both eras, over HTTP.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { fail } from '#core/errors.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../support/ports.ts'
import {
  connectHttp,
  ERAS,
  type McpTestServer,
  startMcpServer,
  type TestClient,
} from './support.ts'

/** As a language model reads it in the question. */
const TOKEN = /"confirm": "([\da-f]{32})"/
const ROW = { tenure: 24, monthly_charges: 70, total_charges: 1680 }

/** The contract with outsiders, written out: a changed name or order must be meant. */
const OPERATION_TOOLS = [
  'list_models',
  'describe_model',
  'deploy_model',
  'undeploy_model',
  'delete_model',
  'predict',
  'predict_batch',
  'explain_prediction',
  'list_versions',
  'promote_version',
  'set_traffic',
  'model_metrics',
  'check_drift',
  'train_model',
  'suggest_phrases',
  'help',
]

for (const era of ERAS) {
  describe(`MCP tools in ${era}`, () => {
    let ports: TestPorts
    let server: McpTestServer
    let client: TestClient

    beforeAll(async () => {
      ports = await createTestPorts()
      await deploySamples(ports)
      server = startMcpServer(ports)
      client = await connectHttp(server.url, era)
    })
    afterAll(async () => {
      await client.close()
      await server.close()
      await ports.close()
    })

    test('the client speaks the revision this suite is about', () => {
      expect(client.protocol).toBe(era)
    })

    test('every operation is a tool, then every deployed model', async () => {
      const names = (await client.tools()).map(({ name }) => name)
      expect(names).toEqual([...OPERATION_TOOLS, 'predict_churn', 'predict_iris', 'predict_price'])
    })

    test('tools are strict, titled, pictured, and say what they do to the world', async () => {
      const tools = await client.tools()
      for (const tool of tools) {
        expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
        expect(tool.outputSchema).toMatchObject({ type: 'object' })
        expect(tool.title).toBeString()
        expect(tool.icons).toHaveLength(1)
      }
      const hints = (name: string) => tools.find((tool) => tool.name === name)?.annotations
      expect(hints('list_models')).toMatchObject({ readOnlyHint: true, destructiveHint: false })
      expect(hints('deploy_model')).toMatchObject({ readOnlyHint: false, destructiveHint: false })
      expect(hints('delete_model')).toMatchObject({ readOnlyHint: false, destructiveHint: true })
    })

    test('a model’s own tool has its real fields with their words', async () => {
      const tool = (await client.tools()).find(({ name }) => name === 'predict_churn')
      expect(tool?.inputSchema).toMatchObject({
        required: ['tenure', 'monthly_charges', 'total_charges'],
        properties: { tenure: { description: expect.stringContaining('months') } },
      })
      const own = await client.call('predict_churn', ROW)
      const general = await client.call('predict', { model: 'churn', features: ROW })
      expect(own.text).toBe(general.text)
      expect(own.data).toMatchObject({ model: 'churn', risk: 'Low Risk' })
    })

    test('the answer stands whole in the text, for clients that read nothing else', async () => {
      const { text, data } = await client.call('predict', { model: 'churn', features: ROW })
      expect(text).toContain('23% probability of churning (Low Risk)')
      expect(text).toContain('Confidence is high')
      for (const fact of ['tenure', '24', 'monthly_charges', '70', 'total_charges', '1680']) {
        expect(text.replaceAll(',', '')).toContain(fact)
      }
      expect(text).toContain((data as { model_version: string }).model_version)
    })

    test('a failed call says what is wrong, with its code', async () => {
      const unknown = await client.call('describe_model', { model: 'chrun' })
      expect(unknown).toMatchObject({ isError: true, error: { code: 'not_found' } })
      expect(unknown.text).toContain('Did you mean churn?')
      const wrong = await client.call('predict', { model: 'churn', features: { tenur: 1 } })
      expect(wrong.text).toContain('tenure')
      expect(wrong.text).toContain('monthly_charges')
    })

    test('a tool that is not there is an error of the protocol', async () => {
      expect(client.call('predict_nothing', {})).rejects.toThrow('no tool called')
    })

    test('progress arrives while a model is being deployed', async () => {
      const messages: (string | undefined)[] = []
      await client.call(
        'deploy_model',
        { sample: 'churn', name: `fresh_${era.replaceAll('-', '_')}` },
        { onProgress: (message) => messages.push(message) },
      )
      expect(messages.length).toBeGreaterThan(1)
    })

    test('a call that the client cancels is stopped on the server', async () => {
      const stopped = Promise.withResolvers<void>()
      const started = Promise.withResolvers<void>()
      const patient = startMcpServer(ports, {
        fetchUrl: (_url, signal) =>
          new Promise((resolve) => {
            started.resolve()
            signal.addEventListener('abort', () => {
              stopped.resolve()
              resolve(fail('cancelled', 'stopped'))
            })
          }),
      })
      const impatient = await connectHttp(patient.url, era)
      const controller = new AbortController()
      const call = impatient.call(
        'deploy_model',
        { url: 'https://models.example/churn.pkl' },
        { signal: controller.signal },
      )
      await started.promise
      controller.abort()
      expect(call).rejects.toThrow()
      await stopped.promise
      await impatient.close()
      await patient.close()
    })

    test('deleting asks first, and runs once after the yes', async () => {
      await run(ports, 'deploy_model', { sample: 'iris', name: 'doomed' })
      const tool = (await client.tools()).find(({ name }) => name === 'delete_model')
      expect(Object.keys(tool?.inputSchema['properties'] ?? {})).toEqual(['model', 'confirm'])
      expect(tool?.description).toContain('call again with the "confirm" that it names')
      for (const guess of [{ confirm: true }, { confirm: '' }, { confirmation: '0'.repeat(32) }]) {
        const refused = await client.call('delete_model', { model: 'doomed', ...guess })
        expect(refused).toMatchObject({ isError: true, error: { code: 'invalid_input' } })
        expect(refused.text).toContain('names the token')
      }
      // A confirmation that nobody was given counts for nothing.
      const eager = await client.call('delete_model', {
        model: 'doomed',
        confirm: '0'.repeat(32),
      })
      expect(eager).toMatchObject({ isError: true, error: { code: 'conflict' } })
      const asked = await client.call('delete_model', { model: 'doomed' })
      expect(asked).toMatchObject({ isError: true, error: { code: 'needs_confirmation' } })
      expect(asked.text).toContain('cannot be undone')
      const confirm = TOKEN.exec(asked.text)?.[1] ?? ''
      // Nor does it for another model.
      const other = await client.call('delete_model', { model: 'price', confirm })
      expect(other).toMatchObject({ isError: true, error: { code: 'conflict' } })
      expect(await ports.registry.findModel('doomed')).not.toBeNull()
      const meant = await client.call('delete_model', { model: 'doomed', confirm })
      expect(meant).toMatchObject({ isError: false, data: { model: 'doomed' } })
      await run(ports, 'deploy_model', { sample: 'iris', name: 'doomed' })
      const again = await client.call('delete_model', { model: 'doomed', confirm })
      expect(again).toMatchObject({ isError: true, error: { code: 'conflict' } })
    })

    test('deleting what is not there says so and asks nothing', async () => {
      const answer = await client.call('delete_model', { model: 'nothing' })
      expect(answer).toMatchObject({ isError: true, error: { code: 'not_found' } })
    })

    test('deploying without a file asks for one in words', async () => {
      const answer = await client.call('deploy_model', {})
      expect(answer).toMatchObject({ isError: true, error: { code: 'invalid_input' } })
      expect(answer.text).toContain('Please upload your model file')
      expect(answer.text).toContain('"url"')
    })

    test('a scored table is a resource that its owner can read', async () => {
      const upload = await ports.registry.createUpload({
        fileName: 'customers.csv',
        owner: 'local',
        content: Buffer.from('tenure,monthly_charges,total_charges\n24,70,1680\n'),
        maximumBytes: 1000,
      })
      if (!upload.ok) throw new Error(upload.failure.message)
      const scored = await client.call('predict_batch', { model: 'churn', upload: upload.value.id })
      expect(scored.links).toHaveLength(1)
      const table = await client.read(scored.links[0] ?? '')
      expect(table).toStartWith('tenure,monthly_charges,total_charges')
      const foreign = await ports.registry.createUpload({
        fileName: 'secret.csv',
        owner: 'key:somebody',
        content: Buffer.from('a\n1\n'),
        maximumBytes: 1000,
      })
      if (!foreign.ok) throw new Error(foreign.failure.message)
      expect(client.read(`parley://uploads/${foreign.value.id}`)).rejects.toThrow()
    })

    test('models can be read: list, card, signature, OpenAPI', async () => {
      const uris = (await client.resources()).map(({ uri }) => uri)
      expect(uris).toContain('parley://models')
      expect(uris).toContain('parley://models/churn/card')
      expect(await client.read('parley://models')).toContain('"name": "churn"')
      const sample = Bun.file(`${import.meta.dir}/../../models/churn/card.md`)
      expect(await client.read('parley://models/churn/card')).toBe(await sample.text())
      await run(ports, 'deploy_model', { sample: 'iris', name: 'bare', card: '' })
      expect(await client.read('parley://models/bare/card')).toMatch(/^# Iris[\s\S]*petal_length/)
      expect(JSON.parse(await client.read('parley://models/churn/signature'))).toMatchObject({
        task: 'binary_classification',
        positive_label: 'Yes',
      })
      const document = JSON.parse(await client.read('parley://models/churn/openapi'))
      expect(Object.keys(document.paths)).toEqual(['/api/predict/churn'])
      expect(client.read('parley://models/nobody/card')).rejects.toThrow()
      expect(client.read('file:///etc/passwd')).rejects.toThrow()
    })

    test('prompts complete the names of models and the numbers of versions', async () => {
      expect(await client.prompts()).toEqual([
        'deploy_a_model',
        'explain_a_prediction',
        'compare_versions',
      ])
      expect(await client.complete('explain_a_prediction', 'model', 'chu')).toEqual(['churn'])
      expect(await client.complete('compare_versions', 'first', '', { model: 'churn' })).toEqual([
        '1',
      ])
      const text = await client.prompt('compare_versions', {
        model: 'churn',
        first: '1',
        second: '2',
      })
      expect(text).toContain('versions 1 and 2 of the model churn')
      expect(client.prompt('compare_versions', { model: 'churn' })).rejects.toThrow('needs first')
    })

    test('the list of tools changes when the models do', async () => {
      const changed = client.toolsChanged()
      await run(ports, 'undeploy_model', { model: 'price' })
      await changed
      expect((await client.tools()).map(({ name }) => name)).not.toContain('predict_price')
      await run(ports, 'deploy_model', { name: 'price' })
    })
  })
}
