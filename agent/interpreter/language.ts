// The interpreter as a language: gathers what it needs to know, plans, and carries the plan out.

import { fail, succeed } from '#core/errors.ts'
import type { Ports } from '#core/operations/operation.ts'
import type { Block } from '#core/presentation/blocks.ts'
import type { Answer, LanguageModel, LanguageTurn } from '../language.ts'
import { changeSentence, presentStep } from '../present-step.ts'
import { readColumns } from './columns.ts'
import { interpret } from './interpret.ts'
import { type Context, type KnownFile, kindOfFile } from './memory.ts'
import type { Plan } from './plan.ts'

export function createInterpreter(options: {
  readonly ports: Pick<Ports, 'registry' | 'training'>
}): LanguageModel {
  return {
    name: 'interpreter',
    async answer(turn) {
      if (turn.request.signal.aborted) return fail('cancelled', 'Stopped.')
      const plan = interpret(turn.request.message, await contextOf(turn, options.ports))
      return succeed(await carryOut(plan, turn))
    },
  }
}

async function contextOf(
  turn: LanguageTurn,
  ports: Pick<Ports, 'registry' | 'training'>,
): Promise<Context> {
  const fresh = new Set(turn.request.uploads.map(({ id }) => id))
  const open = turn.state().uploads.filter(({ used }) => !used)
  const files = await Promise.all(
    open.map(async ({ id, fileName, sizeBytes }): Promise<KnownFile> => {
      const kind = kindOfFile(fileName)
      const columns =
        kind === 'table' ? await readColumns(ports.registry, { id, fileName, sizeBytes }) : null
      return { id, fileName, kind, columns }
    }),
  )
  return {
    models: turn.models,
    samples: turn.samples,
    dataNames: ports.training.dataSets.names,
    fresh: files.filter(({ id }) => fresh.has(id)),
    waiting: files.filter(({ id }) => !fresh.has(id)),
    state: turn.state(),
  }
}

async function carryOut(plan: Plan, turn: LanguageTurn): Promise<Answer> {
  switch (plan.kind) {
    case 'say':
      if (plan.forget === true) turn.remember({ pendingQuestion: null })
      if (plan.waits !== undefined) {
        const { model, phrase } = plan.waits
        const input = { model }
        turn.remember({
          pendingQuestion: { operation: 'predict', input, field: 'which', unplaced: [phrase] },
        })
      }
      return speak(turn, plan.text, choicesOf(plan.choices))
    case 'ask': {
      const { operation, input } = plan.call
      const asked = turn.ask(operation, input, { field: plan.field, text: plan.text })
      if (asked.step.status === 'failed') {
        const { reply, blocks } = presentStep(asked)
        return speak(turn, reply, blocks)
      }
      const { pendingQuestion } = turn.state()
      if (plan.keep !== undefined && pendingQuestion !== null) {
        turn.remember({ pendingQuestion: { ...pendingQuestion, ...plan.keep } })
      }
      return speak(turn, asked.message, choicesOf(plan.choices))
    }
    case 'run':
      return carryOutCalls(plan, turn)
  }
}

function speak(turn: LanguageTurn, reply: string, blocks: readonly Block[]): Answer {
  turn.say(reply)
  turn.show(blocks)
  return { reply, blocks }
}

function choicesOf(choices: Extract<Plan, { kind: 'say' }>['choices']): readonly Block[] {
  return choices === undefined || choices.length === 0 ? [] : [{ kind: 'choices', items: choices }]
}

async function carryOutCalls(
  plan: Extract<Plan, { kind: 'run' }>,
  turn: LanguageTurn,
): Promise<Answer> {
  const replies: string[] = []
  const blocks: Block[] = []
  const tell = (reply: string) => {
    turn.say(replies.length === 0 ? reply : `\n\n${reply}`)
    replies.push(reply)
  }
  if (plan.note !== undefined) tell(plan.note)
  let done = true
  for (const { operation, input } of plan.calls) {
    const before = turn.state().lastPrediction
    const ran = await turn.run(operation, input)
    const answer = presentStep(ran)
    const change = plan.varies === true ? changeSentence(before, ran) : null
    tell(change ?? answer.reply)
    rememberChange(turn, plan, change)
    turn.show(answer.blocks)
    blocks.push(...answer.blocks)
    // What comes after may rest on what did not happen.
    done = ran.step.status === 'done'
    if (!done) break
  }
  if (done && plan.after !== undefined) tell(plan.after)
  return { reply: replies.join('\n\n'), blocks }
}

function rememberChange(
  turn: LanguageTurn,
  { focus }: Extract<Plan, { kind: 'run' }>,
  change: string | null,
): void {
  const { lastPrediction } = turn.state()
  if (lastPrediction === null || (focus === undefined && change === null)) return
  turn.remember({
    lastPrediction: {
      ...lastPrediction,
      ...(focus === undefined ? {} : { focus }),
      ...(change === null ? {} : { change }),
    },
  })
}
