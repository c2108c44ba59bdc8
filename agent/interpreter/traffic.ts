// Orders about traffic: "send 10 % of churn's traffic to version 2", "run version 2 in the shadow", "stop the split".

import type { KnownModel } from '../language.ts'
import { bareForms } from './command-patterns.ts'
import { MAX_ORDER_CHARACTERS, modelsIn } from './commands.ts'
import { type Context, lastModel } from './memory.ts'
import { isDoubtful } from './models.ts'
import { moodOf } from './mood.ts'
import { type Plan, run, say } from './plan.ts'
import type { Clause, MessageReading } from './reading.ts'
import { noSuchVersion } from './replies.ts'
import { resolveVersion } from './versions.ts'

/** Whole clauses only, as with every order: what is not understood to its end is not done. */
const PLACES: Readonly<Record<string, string>> = {
  AMOUNT:
    '(?<amount>NUM(?: percent| per cent)?|all|everything|half|an? tenth|an? quarter|an? third)',
  FLOW: '(?:traffic|requests|calls|predictions|load)',
  MODEL: '(?:the )?@\\d+(?: model)?',
  VERSION: '(?:the )?(?:new )?(?<version>#\\d+)',
}
const PLACE = /AMOUNT|FLOW|MODEL|VERSION/g
const SOURCE =
  '(?:of )?(?:(?:all )?(?:the )?(?:FLOW(?: (?:of|for|to|from) MODEL)?|MODEL(?: FLOW)?)|(?:its|their) FLOW)'
const OF_MODEL = '(?: (?:of|for|from|on) MODEL)?'

const compile = (patterns: readonly string[]): readonly RegExp[] =>
  patterns.map((pattern) => {
    const whole = pattern.replaceAll('SOURCE', SOURCE).replaceAll('OF_MODEL', OF_MODEL)
    return new RegExp(`^(?:${whole.replace(PLACE, (name) => PLACES[name] ?? name)})$`)
  })

const SHARE = compile([
  '(?:send|route|direct|redirect|shift|move|put|forward|point|let|give) AMOUNT SOURCE (?:to|onto|on|over to|into|at|go to) VERSIONOF_MODEL',
  '(?:give|assign) VERSIONOF_MODEL AMOUNT SOURCE',
  '(?:let|have) VERSIONOF_MODEL (?:get|take|have|answer|serve) AMOUNT SOURCE',
  '(?:canary|try|test|roll out) VERSIONOF_MODEL (?:with|on) AMOUNT(?: SOURCE)?',
  'AMOUNT SOURCE (?:to|onto|on|for) VERSIONOF_MODEL',
])

const BETWEEN = 'between (?<first>#\\d+) and (?<second>#\\d+|NUM)OF_MODEL'
const SPLIT = compile([
  `(?:split|divide|share|spread|distribute) SOURCE (?<parts>NUM (?:to |and )?NUM) ${BETWEEN}`,
  `(?:split|divide|share|spread|distribute) SOURCE ${BETWEEN} (?<partsBehind>NUM (?:to |and )?NUM)`,
  `(?:split|divide|share|spread|distribute) SOURCE (?:evenly |equally |in half )?${BETWEEN}(?: evenly| equally)?`,
])

const SHADOW = compile([
  '(?:run|put|use|start|try|test|keep|have) VERSIONOF_MODEL (?:in|as|into) (?:the |a |its )?shadow(?: mode)?(?: (?:of|for) MODEL)?',
  'shadow MODEL with VERSION',
  '(?:mirror|copy|shadow) SOURCE (?:to|onto|with|on) VERSIONOF_MODEL',
  'shadow VERSIONOF_MODEL',
])

const END = compile([
  '(?:stop|end|cancel|remove|finish|undo|switch off|turn off) (?:the |its )?(?:traffic )?(?:split|splitting|canary|shadow|shadowing|experiment|test)OF_MODEL',
  '(?:stop|end) (?:splitting|shadowing) SOURCE',
])

const AMOUNTS: Readonly<Record<string, number>> = {
  all: 100,
  everything: 100,
  half: 50,
  third: 33.3,
  quarter: 25,
  tenth: 10,
}

type Input = Readonly<Record<string, unknown>>

/** null where the message orders nothing about traffic. */
export function planTraffic(reading: MessageReading, context: Context): Plan | null {
  const [clause, another] = reading.clauses
  if (clause === undefined || another !== undefined) return null
  if (clause.text.length > MAX_ORDER_CHARACTERS) return null
  const match = firstMatch(clause)
  if (match === null || moodOf(clause, reading.clauses) !== 'order') return null
  const named = modelsIn(reading, clause.text)
  if (named.length > 1) return say('One model at a time, please: whose traffic shall I change?')
  const model = named[0] ?? lastModel(context)
  if (model === null || model === undefined) {
    return say(
      'Which model do you mean? Say it with its name: “send 10 % of churn’s traffic to version 2”.',
    )
  }
  if (isDoubtful(reading.tokens, reading.models, model)) {
    return say(`Do you mean the traffic of ${model.name}? Please say it again with its name.`)
  }
  const input = inputOf(match, clause, reading, model)
  return input === null ? noSuchVersion(model) : run('set_traffic', { model: model.name, ...input })
}

interface Match {
  readonly kind: 'share' | 'split' | 'shadow' | 'end'
  readonly groups: Readonly<Record<string, string | undefined>>
}

const KINDS = { share: SHARE, split: SPLIT, shadow: SHADOW, end: END } as const

function firstMatch({ text }: Clause): Match | null {
  for (const form of bareForms(text)) {
    for (const kind of ['share', 'split', 'shadow', 'end'] as const) {
      for (const pattern of KINDS[kind]) {
        const found = pattern.exec(form)
        if (found !== null) return { kind, groups: found.groups ?? {} }
      }
    }
  }
  return null
}

/** null where a version that was named is not there. */
function inputOf(
  { kind, groups }: Match,
  clause: Clause,
  reading: MessageReading,
  model: KnownModel,
): Input | null {
  const numbers = numbersIn(clause, reading)
  const version = (mark: string | undefined) => versionOf(mark, reading, model)
  switch (kind) {
    case 'end':
      return {}
    case 'shadow': {
      const shadow = version(groups['version'])
      return shadow === null ? null : { shadow: [shadow] }
    }
    case 'share': {
      const number = version(groups['version'])
      return number === null ? null : { shares: { [number]: amountOf(groups['amount'], numbers) } }
    }
    case 'split': {
      const isBehind = groups['second'] === 'NUM'
      const parts = groups['parts'] ?? groups['partsBehind']
      // The second version may be a bare number, before the two parts or behind them.
      const at = isBehind && groups['parts'] !== undefined ? 2 : 0
      const second = isBehind ? known(numbers[at], model) : version(groups['second'])
      const left = isBehind ? numbers.filter((_, index) => index !== at) : numbers
      const first = version(groups['first'])
      if (first === null || second === null) return null
      const [one, other] = parts === undefined ? [50, 50] : left
      return { shares: { [first]: one ?? 50, [second]: other ?? 50 } }
    }
  }
}

function versionOf(
  mark: string | undefined,
  reading: MessageReading,
  model: KnownModel,
): number | null {
  const mention = reading.versions[Number(mark?.slice(1))]
  const number = mention === undefined ? null : resolveVersion(model, mention.reference)
  return known(number ?? undefined, model)
}

function known(number: number | undefined, model: KnownModel): number | null {
  return number !== undefined && model.versions.includes(number) ? number : null
}

function amountOf(said: string | undefined, numbers: readonly number[]): number {
  const word = said?.split(' ').at(-1) ?? ''
  return AMOUNTS[word] ?? numbers[0] ?? 0
}

/** The numbers of a clause that belong to no version, in their order. */
function numbersIn({ from, to }: Clause, { tokens, versions }: MessageReading): readonly number[] {
  return tokens.flatMap((token, index) => {
    const isOutside = index < from || index >= to
    const isVersion = versions.some((one) => index >= one.from && index < one.to)
    return isOutside || isVersion || token.value === undefined ? [] : [token.value]
  })
}
