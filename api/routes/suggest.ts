// The address for words in a blank: `suggest_phrases` as an application calls it while somebody types.

import { invoke } from '#core/operations/invoke.ts'
import { suggestAnswer, suggestPhrases } from '#core/operations/suggest-phrases.ts'
import { callOf, type Exchange, jsonReply, type Reply } from '../exchange.ts'
import { readJson } from '../http/body.ts'
import { json, toSchema } from '../openapi/schemas.ts'
import type { Route } from '../route.ts'

async function suggest(exchange: Exchange): Promise<Reply> {
  const input = await readJson(exchange.request, exchange.services.limits.jsonBytes)
  if (!input.ok) return input
  const call = callOf(exchange, { confirmed: false })
  const outcome = await invoke(suggestPhrases, input.value, call)
  return outcome.ok ? jsonReply(exchange, suggestAnswer(outcome.value)) : outcome
}

export const suggestRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/suggest',
    handle: suggest,
    document: {
      id: 'suggestPhrases',
      tag: 'Models',
      summary: 'Suggest positive words for the blank of a sentence',
      description: suggestPhrases.description,
      body: () => json(toSchema(suggestPhrases.input, 'input'), { text: 'have a <blank> day' }),
      answers: () => [
        {
          status: 200,
          description: 'Suggestions, best first.',
          content: json(toSchema(suggestPhrases.output, 'output')),
        },
      ],
      errors: [
        'malformed_request',
        'unsupported_file',
        'too_large',
        'invalid_input',
        'unavailable',
      ],
    },
  },
]
