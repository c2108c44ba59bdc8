// suggest_phrases: words for the blank of a sentence, so that it sounds positive.

import { z } from 'zod'
import { fail, succeed } from '#core/errors.ts'
import { problemOf, splitAtBlanks } from '#core/phrases/blank.ts'
import type { PhraseSuggestion } from '#core/phrases/rank-phrases.ts'
import type { Presentation } from '#core/presentation/blocks.ts'
import { type ChosenPhrases, choosePhrases } from './choose-phrases.ts'
import { defineOperation, type Ports } from './operation.ts'
import { modelField, versionField } from './wire.ts'

/** Some 100 ms of work together; more are better sent as several requests. */
const MAX_TEXTS = 32

const MAX_SUGGESTIONS = 20
const LONGEST_PHRASE = 5

const input = z.strictObject({
  text: z
    .string()
    .optional()
    .describe('An English sentence with one <blank>: "have a <blank> day"'),
  texts: z
    .array(z.string())
    .min(1)
    .max(MAX_TEXTS)
    .optional()
    .describe('Several sentences with one <blank> each, in place of text'),
  top_k: z
    .int()
    .min(1)
    .max(MAX_SUGGESTIONS)
    .optional()
    .describe('How many suggestions, 5 if not said'),
  min_positivity: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Leaves out what sounds less positive than this, from 0 to 1'),
  max_words: z
    .int()
    .min(1)
    .max(LONGEST_PHRASE)
    .optional()
    .describe('Longest phrase, in words; 1 if not said'),
  model: modelField
    .optional()
    .describe('A model that fills blanks; the deployed one, or the one of Parley, if not said'),
  version: versionField.optional(),
  scores: z.boolean().optional().describe('Adds the scores that the order was made by'),
})

const resultShape = {
  /** Best first; empty where nothing fits that is positive enough. */
  suggestions: z.array(z.string()),
  scored: z
    .array(z.object({ text: z.string(), score: z.number(), positivity: z.number() }))
    .optional(),
} as const

const output = z.object({
  text: z.string().optional(),
  suggestions: resultShape.suggestions.optional(),
  scored: resultShape.scored,
  /** In the order of `texts`. */
  results: z.array(z.object({ text: z.string(), ...resultShape })).optional(),
  model_version: z.string(),
  latency_ms: z.number(),
})

type Input = z.output<typeof input>
type Output = z.output<typeof output>

export const suggestPhrases = defineOperation({
  name: 'suggest_phrases',
  title: 'Suggest phrases',
  description:
    'Fills the one <blank> of an English sentence with words or short phrases that make it sound positive.',
  effect: 'read',
  cost: 'instant',
  input,
  output,
  errors: ['invalid_input', 'not_found', 'conflict', 'unavailable'],
  examples: [
    {
      utterance: 'Suggest something positive for: the application was <blank>',
      input: { text: 'the application was <blank>' },
    },
  ],
  asks: ({ text, texts }) =>
    text === undefined && texts === undefined
      ? { field: 'text', text: 'For which sentence? Write <blank> where the words shall go.' }
      : null,
  async handle(wishes, { ports, signal }) {
    const startedMs = ports.monotonicMs()
    const { text, texts } = wishes
    const given = texts ?? (text === undefined ? [] : [text])
    if (given.length === 0 || (text !== undefined && texts !== undefined)) {
      return fail('invalid_input', 'Send one sentence as text, or several as texts.', [
        { path: 'text', message: 'is a sentence with one <blank>, such as "have a <blank> day"' },
      ])
    }
    if (wishes.version !== undefined && wishes.model === undefined) {
      return fail(
        'invalid_input',
        'model is missing: version is a number of one of its versions.',
        [{ path: 'model', message: 'is missing beside version' }],
      )
    }
    const found = await choosePhrases(ports, wishes.model, wishes.version)
    if (!found.ok) return found
    const chosen = found.value
    try {
      const longest = chosen.phrases.settings.limits.words_in_text
      const problems = given.flatMap((one, at) => {
        const message = problemOf(one, longest)
        return message === null
          ? []
          : [{ path: texts === undefined ? 'text' : `texts[${at}]`, message }]
      })
      const [first] = problems
      if (first !== undefined)
        return fail('invalid_input', `${first.path} ${first.message}.`, problems)
      const results: NonNullable<Output['results']> = []
      for (const one of given) {
        signal.throwIfAborted()
        results.push({ text: one, ...toWire(await ask(ports, chosen, one, wishes), wishes) })
      }
      const latency = Math.round((ports.monotonicMs() - startedMs) * 1000) / 1000
      const rest = { model_version: chosen.modelVersion, latency_ms: latency }
      const [only] = results
      return succeed(texts === undefined ? { ...only, ...rest } : { results, ...rest })
    } finally {
      chosen.release()
    }
  },
  present,
})

function ask(
  { phrases: suggester }: Ports,
  { phrases, modelVersion }: ChosenPhrases,
  text: string,
  { top_k, min_positivity, max_words }: Input,
) {
  const { defaults } = phrases.settings
  const [left = '', right = ''] = splitAtBlanks(text)
  return suggester.ask(phrases, modelVersion, [left, right], {
    topK: top_k ?? defaults.top_k,
    minPositivity: min_positivity ?? defaults.min_positivity,
    maxWords: max_words ?? defaults.max_words,
  })
}

function toWire(found: readonly PhraseSuggestion[], { scores }: Input) {
  const suggestions = found.map(({ text }) => text)
  return scores === true
    ? { suggestions, scored: found.map((one) => ({ ...one })) }
    : { suggestions }
}

function present({ text, suggestions, scored, results }: Output): Presentation {
  if (results !== undefined) {
    return {
      text:
        results.length === 1 ? 'Here is one sentence.' : `Here are ${results.length} sentences.`,
      blocks: [
        {
          kind: 'table',
          columns: [{ label: 'Sentence' }, { label: 'Suggestions' }],
          rows: results.map((one) => [one.text, one.suggestions.join(', ')]),
        },
      ],
    }
  }
  const [best, ...others] = suggestions ?? []
  if (best === undefined || text === undefined) {
    return {
      text: 'I found nothing for this blank that sounds positive enough. Try other words around it, or a lower min_positivity.',
      blocks: [],
    }
  }
  const more = others.length === 0 ? '' : ` Or: ${others.join(', ')}.`
  return {
    text: `How about “${best}”?${more}`,
    blocks:
      scored === undefined
        ? []
        : [
            {
              kind: 'bars',
              title: 'Positivity',
              maximum: 1,
              format: 'percent',
              items: scored.map((one) => ({ label: one.text, value: one.positivity })),
            },
          ],
  }
}

/** Answers of REST's own address have no text in them: who asks has it. */
export const suggestAnswer = (value: Output): Omit<Output, 'text'> => {
  const { text: _, ...answer } = value
  return answer
}
