// Asks the deployed model one question over HTTP, as a program would.

import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { ExampleContext } from '../example.ts'
import type { TimingConfig } from './config.ts'

const answerSchema = z.object({
  predicted_label: z.string(),
  class_probabilities: z.record(z.string(), z.number()),
})

export function askOnce(
  { name, labels, columns }: TimingConfig,
  row: Readonly<Record<string, string>>,
  { withServer, fetch, call }: ExampleContext,
): Promise<Outcome<string>> {
  return withServer(async (url) => {
    const response = await fetch(`${url}/api/predict/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(row),
      signal: call.signal,
    })
    const answer = answerSchema.safeParse(await response.json())
    if (!answer.success) return fail('internal', `The model answered with ${response.status}.`)
    const { predicted_label: label, class_probabilities: probabilities } = answer.data
    const percent = Math.round((probabilities[label] ?? 0) * 100)
    return succeed(
      `Asked over HTTP: “${row[columns.question]}” → ${label}, ${labels[label] ?? ''} (${percent} %).`,
    )
  })
}
