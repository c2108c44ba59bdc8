// How what-ifs and questions back read, over the sample models: every number of a comparison is one of the two answers'.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { TurnResult } from '#agent/turn.ts'
import { type PredictOutput, predictOutput } from '#core/operations/predict.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../support/ports.ts'
import { registerModels } from './support/catalogue-models.ts'
import { type Talk, talkTo } from './support/talk.ts'
import { MORE_MODELS } from './utterances/more-models.ts'

let ports: TestPorts
beforeAll(async () => {
  ports = await createTestPorts()
  await deploySamples(ports)
  await registerModels(ports, MORE_MODELS)
})
afterAll(() => ports.close())

const CUSTOMER = 'churn for tenure 24, monthly charges 70, total charges 1680'

function outputOf({ steps }: Pick<TurnResult, 'steps'>): PredictOutput {
  return predictOutput.parse(steps[0]?.output)
}

const percentOf = (result: TurnResult) =>
  `${((outputOf(result).probability ?? 0) * 100).toFixed(0)}%`

async function inTurn(talk: Talk, ...said: readonly string[]): Promise<readonly TurnResult[]> {
  const results: TurnResult[] = []
  for (const message of said) results.push(await talk.say(message))
  return results
}

async function lastReply(...said: readonly string[]): Promise<string> {
  return (await inTurn(talkTo(ports), ...said)).at(-1)?.reply ?? ''
}

describe('a what-if', () => {
  test('says both probabilities and what was changed', async () => {
    const [before, after] = await inTurn(
      talkTo(ports),
      CUSTOMER,
      'what if monthly charges were $20',
    )
    if (before === undefined || after === undefined) throw new Error('no turns')
    expect(after.reply).toBe(
      `That is ${percentOf(after)} instead of ${percentOf(before)}: monthly_charges of $20 instead of $70 lowers it. It stays Low Risk.`,
    )
    expect(after.blocks.map(({ kind }) => kind)).toContain('bars')
  })

  test('is compared with the row just before, not with the first', async () => {
    const [, second, third] = await inTurn(
      talkTo(ports),
      CUSTOMER,
      'what if monthly charges were $20',
      'and with 3 months?',
    )
    if (second === undefined || third === undefined) throw new Error('no turns')
    expect(third.reply).toStartWith(
      `That is ${percentOf(third)} instead of ${percentOf(second)}: tenure of 3 months instead of 24 months raises it.`,
    )
  })

  test('lists several changes, and says when the band and the answer turn', async () => {
    const reply = await lastReply(CUSTOMER, 'what about a tenure of 1 and monthly charges of 110?')
    expect(reply).toContain(
      'tenure of 1 month instead of 24 months and monthly_charges of $110 instead of $70 together raise it.',
    )
    expect(reply).toContain('It moves from Low Risk to High Risk.')
    expect(reply).toContain('The answer turns from **No** to **Yes**.')
  })

  test('of a value tells it with its unit', async () => {
    const house =
      'price for sqft_living 1800, bedrooms 3, bathrooms 2, condition 3, age_years 20, sqft_lot 5000, floors 1, grade 7, no waterfront'
    const [before, after] = await inTurn(talkTo(ports), house, 'and grade 9')
    if (before === undefined || after === undefined) throw new Error('no turns')
    const dollars = (result: TurnResult) =>
      `$${Math.round(Number(outputOf(result).prediction)).toLocaleString('en-US')}`
    expect(after.reply).toBe(
      `That is ${dollars(after)} instead of ${dollars(before)}: grade of 9 instead of 7 raises it.`,
    )
  })

  test('of several classes says whether the answer stays', async () => {
    const flower = 'iris 5.1, 3.5, 1.4, 0.2'
    expect(await lastReply(flower, 'what if petal length was 5 cm')).toMatch(
      /^With petal_length of 5 cm instead of 1\.4 cm it stays \*\*setosa\*\*, less sure than before: \d+% instead of \d+%\.$/,
    )
    expect(await lastReply(flower, 'what if petal length was 5 and petal width 2')).toMatch(
      /^It turns from \*\*setosa\*\* \(\d+%\) to \*\*virginica\*\* \(\d+%\) with petal_length of 5 cm instead of 1\.4 cm and petal_width of 2 cm instead of 0\.2 cm\.$/,
    )
  })

  test('of a text compares the answers and not every letter', async () => {
    const first = 'question-timing: how do I install it'
    expect(await lastReply(first, 'what if it was “what are the dimensions?”')).toMatch(
      /^It turns from \*\*Post\*\* \(\d+%\) to \*\*Pre\*\* \(\d+%\) with question “what are the dimensions\?” instead of “how do I install it”\.$/,
    )
    const long = 'does it fit my car, which is a rather long one from nineteen ninety?'
    expect(await lastReply(first, `what if it was “${long}”`)).toContain('another question')
  })

  test('says so where nothing changes', async () => {
    expect(await lastReply(CUSTOMER, 'the same but with 24 months')).toStartWith(
      'Nothing is different: that stays at ',
    )
  })

  test('is told for itself where another version answered before', async () => {
    const talk = talkTo(ports)
    const deployed = await run(ports, 'deploy_model', { sample: 'churn', name: 'twice' })
    if (!deployed.ok) throw new Error(deployed.failure.message)
    const id = (await talk.say(`twice for tenure 24, monthly charges 70, total charges 1680`))
      .conversationId
    const json = await ports.registry.readConversation(id)
    const older = (json ?? '').replaceAll(
      '"answer":{"model_version":"',
      '"answer":{"model_version":"0',
    )
    expect(older).not.toBe(json ?? '')
    await ports.registry.writeConversation(id, 'local', older)
    const { reply } = await talk.say('what if monthly charges were $20')
    expect(reply).not.toContain('instead of')
    expect(reply).toStartWith('This customer has a')
  })

  test('keeps what the change was for “why did it change?”', async () => {
    const talk = talkTo(ports)
    const [, changed, why] = await inTurn(
      talk,
      CUSTOMER,
      'what if monthly charges were $20',
      'why did it change?',
    )
    expect(why?.reply).toStartWith(changed?.reply ?? 'nothing')
    expect(why?.reply).toContain('most')
    const { reply } = await talk.say('why?')
    expect(reply).not.toContain('instead of')
  })

  test('after a question back is still compared', async () => {
    expect(await lastReply(CUSTOMER, 'what if the tenure was 9 weeks', '2')).toMatch(
      /^That is \d+% instead of \d+%: tenure of 2 months instead of 24 months raises it\./,
    )
  })
})

describe('a question back', () => {
  test('names a handful of many inputs, says how many more, and offers a whole row', async () => {
    const { reply, blocks } = await talkTo(ports).say('predict telco')
    expect(reply).toContain(
      'I need gender, SeniorCitizen, Partner, Dependents, tenure and 13 more.',
    )
    expect(reply.length).toBeLessThan(300)
    const [choices] = blocks.flatMap((block) => (block.kind === 'choices' ? [block] : []))
    const example = choices?.items.find(({ label }) => label === 'Try an example row')
    const { steps } = await talkTo(ports).say(example?.message ?? '')
    expect(steps).toMatchObject([{ operation: 'predict', status: 'done' }])
  })

  test('says what is wrong with a value instead of asking again', async () => {
    const first = 'churn with tenure=abc, monthly_charges=70, total_charges=1680'
    expect(await lastReply(first)).toBe(
      '“abc” is no number, and tenure is one. What is tenure (months)?',
    )
    expect(
      await lastReply('churn with 6 weeks tenure, $70 monthly and $1680 in total'),
    ).toStartWith('6 weeks is about 1.4 months, but not exactly.')
  })

  test('of which input a change is offers only those that it can be of', async () => {
    const { blocks } = (await inTurn(talkTo(ports), CUSTOMER, '20 dollars less')).at(-1) ?? {
      blocks: [],
    }
    expect(blocks).toMatchObject([
      {
        kind: 'choices',
        items: [
          { label: 'monthly_charges', message: 'monthly_charges: 20 dollars less' },
          { label: 'total_charges' },
        ],
      },
    ])
  })

  test('takes no step for a value where two are said at once', async () => {
    const { steps, reply } = (await inTurn(
      talkTo(ports),
      CUSTOMER,
      '2 years longer and 10 dollars less',
    ).then((turns) => turns.at(-1))) ?? { steps: null, reply: '' }
    expect(steps).toEqual([])
    expect(reply).toStartWith('One change at a time, please')
  })

  test('says what could be changed where a what-if is not understood', async () => {
    expect(await lastReply(CUSTOMER, 'what if they had a dog')).toContain(
      'looks at tenure, monthly_charges and total_charges',
    )
  })
})

describe('the words of a text', () => {
  test('are what “why?” lists', async () => {
    expect(await lastReply('question-timing: how do I install it', 'why?')).toContain('“do”')
  })
})
