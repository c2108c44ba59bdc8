// Asking the person back by a form: missing inputs, confirmations, a file; both eras, both answers.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createTestPorts, deploySamples, run, type TestPorts } from '../support/ports.ts'
import { connectHttp, ERAS, type McpTestServer, type Person, startMcpServer } from './support.ts'

let ports: TestPorts
let server: McpTestServer

beforeAll(async () => {
  ports = await createTestPorts()
  await deploySamples(ports)
  server = startMcpServer(ports)
})
afterAll(async () => {
  await server.close()
  await ports.close()
})

for (const era of ERAS) {
  describe(`forms in ${era}`, () => {
    async function ask(person: Person, name: string, given: Record<string, unknown>) {
      const asked: Parameters<Person>[0][] = []
      const client = await connectHttp(server.url, era, {
        person: (form) => {
          asked.push(form)
          return person(form)
        },
      })
      try {
        return { answer: await client.call(name, given), asked }
      } finally {
        await client.close()
      }
    }

    test('inputs that are missing are asked for, and only those', async () => {
      const { answer, asked } = await ask(
        // What was not asked for must not come in by the form.
        () => ({
          action: 'accept',
          content: { tenure: 24, total_charges: 1680, monthly_charges: 1 },
        }),
        'predict',
        { model: 'churn', features: { monthly_charges: 70 } },
      )
      expect(asked).toHaveLength(1)
      expect(asked[0]?.message).toContain('tenure, total_charges')
      expect(asked[0]?.requestedSchema).toMatchObject({
        required: ['tenure', 'total_charges'],
        properties: { tenure: { type: 'number', title: 'tenure' } },
      })
      expect(answer.text).toContain('23% probability of churning')
    })

    test('a model’s own tool asks the same way', async () => {
      const { answer } = await ask(
        () => ({ action: 'accept', content: { tenure: 24 } }),
        'predict_churn',
        { monthly_charges: 70, total_charges: 1680 },
      )
      expect(answer.text).toContain('23% probability of churning')
    })

    test('a form that is declined runs nothing', async () => {
      const { answer } = await ask(() => ({ action: 'decline' }), 'predict_churn', {})
      expect(answer).toMatchObject({ isError: true, error: { code: 'cancelled' } })
    })

    test('a yes deletes, and the argument alone does not', async () => {
      await run(ports, 'deploy_model', { sample: 'iris', name: 'gone' })
      const principal = { id: 'local' }
      const question =
        'This deletes gone with all its versions and cannot be undone. Shall I go ahead?'
      const input = { model: 'gone' }
      const asked = await ports.confirmations.ask({
        principal,
        operation: 'delete_model',
        input,
        question,
      })
      const refused = await ask(
        () => ({ action: 'accept', content: { confirm: false } }),
        'delete_model',
        { model: 'gone', confirm: asked.token },
      )
      expect(refused.asked[0]?.message).toContain('deletes gone')
      expect(refused.answer.text).toContain('said no')
      const declined = await ask(() => ({ action: 'decline' }), 'delete_model', { model: 'gone' })
      expect(declined.answer.isError).toBe(true)
      expect(await ports.registry.findModel('gone')).not.toBeNull()
      const agreed = await ask(
        () => ({ action: 'accept', content: { confirm: true } }),
        'delete_model',
        { model: 'gone' },
      )
      expect(agreed.answer).toMatchObject({ isError: false, data: { model: 'gone' } })
      expect(await ports.registry.findModel('gone')).toBeNull()
    })

    test('a deployment without a file asks where it is', async () => {
      const upload = await ports.registry.createUpload({
        fileName: 'churn_model.pkl',
        owner: 'local',
        content: await Bun.file(`${import.meta.dir}/../../models/churn/churn_model.pkl`).bytes(),
        maximumBytes: 10_000_000,
      })
      if (!upload.ok) throw new Error(upload.failure.message)
      const { answer, asked } = await ask(
        () => ({ action: 'accept', content: { file: upload.value.id } }),
        'deploy_model',
        {},
      )
      expect(asked[0]?.message).toContain('Please upload your model file')
      expect(answer.data).toMatchObject({ name: 'churn', deployed: true })
      const path = await ask(
        () => ({ action: 'accept', content: { file: '/etc/passwd' } }),
        'deploy_model',
        {},
      )
      expect(path.answer).toMatchObject({ isError: true, error: { code: 'not_found' } })
    })
  })
}

test('a made-up answer to a confirmation that was never asked for is refused', async () => {
  await run(ports, 'deploy_model', { sample: 'iris', name: 'kept' })
  const body = {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: {
      name: 'delete_model',
      arguments: { model: 'kept' },
      inputResponses: { confirm: { action: 'accept', content: { confirm: true } } },
      requestState: '0'.repeat(32),
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
      },
    },
  }
  const response = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'delete_model',
    },
    body: JSON.stringify(body),
  })
  expect(await response.json()).toMatchObject({
    id: 7,
    error: { code: -32_602, data: { reason: 'invalid_request_state' } },
  })
  expect(await ports.registry.findModel('kept')).not.toBeNull()
})
