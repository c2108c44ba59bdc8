// The words that move a text model most, whatever the text: for models that add up what each word says.

import type { Importance } from '#core/explanation/importance.ts'
import type { Budget } from '#core/explanation/within-budget.ts'
import type { Row, Signature } from '#core/model.ts'
import { explainerOf } from './explain-exact.ts'
import type { Lease, Ports } from './operation.ts'

/** More are no impression but a dictionary. */
const STRONGEST = 15

/** A text of more words takes longer to read than a description may. */
const MAXIMUM_WORDS = 50_000

interface Strength {
  readonly size: number
  /** What the word speaks for, as it stands behind it. */
  readonly side: string
}

/**
 * Explains a text that has each word of the vocabulary once: of every word its weight, times how rare it is where the model
 * counts that. Shares are of what is returned. Null for models that do more than add up words, and where the budget is spent.
 */
export async function strongestWords(
  ports: Ports,
  lease: Lease,
  { milliseconds, monotonicMs }: Budget,
): Promise<readonly Pick<Importance, 'name' | 'share'>[] | null> {
  const startedMs = monotonicMs()
  const explainer = await explainerOf(ports, lease)
  if (explainer === null || !explainer.wantsReference) return null
  const row: Row = Object.fromEntries(
    explainer.vocabulary.map(({ field, words }) => [field, words.join(' ')]),
  )
  const count = explainer.vocabulary.reduce((sum, { words }) => sum + words.length, 0)
  if (count === 0 || count > MAXIMUM_WORDS) return null
  const encoded = lease.model.encode([row], () => '')
  if (!encoded.ok) return null
  const strengths = new Map<string, Strength>()
  for (let group = 0; group < explainer.groups; group++) {
    const { contributions } = await explainer.explain(encoded.value, group)
    for (const { word, contribution } of contributions) {
      const side = sideOf(lease.version.signature, explainer.groups, group, contribution)
      if (word === undefined || side === null) continue
      const size = Math.abs(contribution)
      if (size > (strengths.get(word.text)?.size ?? 0)) strengths.set(word.text, { size, side })
    }
    if (monotonicMs() - startedMs > milliseconds) return null
  }
  const strongest = [...strengths].sort(([, left], [, right]) => right.size - left.size)
  const told = strongest.slice(0, STRONGEST)
  if (told.length === 0) return null
  const total = told.reduce((sum, [, { size }]) => sum + size, 0)
  return told.map(([word, { size, side }]) => ({
    name: `“${word}” (${side})`,
    share: size / total,
  }))
}

/** Null where a word speaks against one class of several: then it speaks for another. */
function sideOf(
  { classes }: Signature,
  groups: number,
  group: number,
  contribution: number,
): string | null {
  if (classes === undefined) return contribution > 0 ? 'raises' : 'lowers'
  if (groups === 1) return `for ${classes[contribution > 0 ? 1 : 0] ?? ''}`
  return contribution > 0 ? `for ${classes[group] ?? ''}` : null
}
