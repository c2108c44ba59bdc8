// The example conversation of the product's description runs word for word, with a real model file.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createTestPorts, SAMPLES_FOLDER, type TestPorts } from '../support/ports.ts'
import { talkTo } from './support/talk.ts'
import { EXAMPLE_CONVERSATION } from './utterances/conversation.example.ts'

let ports: TestPorts
beforeAll(async () => {
  ports = await createTestPorts()
})
afterAll(() => ports.close())

function expectInOrder(reply: string, pieces: readonly string[]): void {
  let from = 0
  for (const piece of pieces) {
    const at = reply.indexOf(piece, from)
    expect(at, `“${piece}” in “${reply}”`).toBeGreaterThanOrEqual(0)
    from = at + piece.length
  }
}

describe('the example conversation', () => {
  test(EXAMPLE_CONVERSATION.title, async () => {
    const file = Bun.file(`${SAMPLES_FOLDER}/churn/churn_model.pkl`)
    const content = new Uint8Array(await file.arrayBuffer())
    const talk = talkTo(ports)
    for (const turn of EXAMPLE_CONVERSATION.turns) {
      const files = (turn.files ?? []).map(({ fileName }) => ({ fileName, content }))
      const result = await talk.say(turn.say, { files })
      const upload = result.steps[0]?.input['upload']
      const steps = result.steps.map(({ operation, input, status }) => ({
        operation,
        input: upload === undefined ? input : { ...input, upload: 'upload-1' },
        status,
      }))
      expect(steps).toEqual([...turn.expect])
      expectInOrder(result.reply, turn.replyHolds)
    }
    const [model] = await ports.registry.listModels()
    expect(model).toMatchObject({ name: 'churn', title: 'Customer churn', liveVersion: 1 })
  })

  test('the model is found by its name and by what the person called it', async () => {
    const talk = talkTo(ports)
    for (const said of ['describe churn', 'what does the customer churn model need?']) {
      const { steps } = await talk.say(said)
      expect(steps[0]).toMatchObject({ operation: 'describe_model', input: { model: 'churn' } })
    }
  })
})
