// The phrases example: puts the pair that comes with Parley, or one of Transformers, into the registry and asks it.

import { fail, succeed } from '#core/errors.ts'
import { invoke } from '#core/operations/invoke.ts'
import { suggestPhrases } from '#core/operations/suggest-phrases.ts'
import type { Example } from '../example.ts'
import { deployMade } from '../shared/deploy-made.ts'
import { textTable } from '../shared/text-table.ts'
import { preparePair, readChoice } from './choice.ts'

const NAME = 'positive-phrases'
const SENTENCES = [
  'have a <blank> day',
  'the application was <blank>',
  'thank you for your <blank> support',
  'what a <blank> idea',
]

export const example: Example = {
  name: NAME,
  title: 'Positive phrases',
  summary: 'Fills the blank of a sentence so that it sounds positive, with two small models',
  takes: ['config'],
  async make({ call, given, say, fetch, modelCache }) {
    const sample = await call.ports.samples.read(NAME)
    if (sample === null) return fail('not_found', 'A file of models/positive-phrases is missing.')
    let made = sample
    if (given.config !== undefined) {
      const choice = await readChoice(given.config)
      if (!choice.ok) return choice
      const { signal, progress } = call
      const context = { modelCache, fetch, say, work: { signal, progress } }
      const pair = await preparePair(choice.value, given.config, context)
      if (!pair.ok) return pair
      for (const origin of pair.value.origins) say(origin)
      made = {
        ...sample,
        bytes: pair.value.archive,
        metrics: {},
        card: cardOf(pair.value.origins),
      }
    }
    const deployed = await deployMade(made, call)
    if (!deployed.ok) return deployed
    const { model, modelVersion } = deployed.value
    const rows: string[][] = []
    for (const text of SENTENCES) {
      const asked = await invoke(suggestPhrases, { text, model: NAME }, call)
      if (!asked.ok) return asked
      rows.push([text, (asked.value.suggestions ?? []).join(', ') || 'nothing positive enough'])
    }
    for (const line of textTable(['sentence', 'suggestions'], rows)) say(line)
    return succeed({ model, modelVersion, row: { text: SENTENCES[0] }, files: [] })
  },
}

function cardOf(origins: readonly string[]): string {
  return [
    '# Positive words for a blank',
    '',
    'Models chosen by a config:',
    '',
    ...origins.map((origin) => `- ${origin}`),
    '',
    'What is not named is the model that comes with Parley. How good this pair is was not measured.',
    '',
  ].join('\n')
}
