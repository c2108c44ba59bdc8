// The words that may stand around a text which a model is to read.

import type { MessageReading } from './reading.ts'

/** What is said around a text that a named model, or any, is to read: an order of another kind is none of these words. */
const LEAD_WORDS: ReadonlySet<string> = new Set(
  `classify classification predict prediction score check test try run use using apply analyze analyse evaluate label tag categorize categorise rate judge
  read detect estimate guess tell give get make do does what which is are was how would will could can you please pls the a an this that these it me my our
  us your on with for of to about say says think thinks model models classifier text texts sentence comment review question message following and now then
  hey hi hello ok okay so here one case result answer verdict next another also again sentiment opinion see let saying said input type reads if were had instead but would change it`.split(
    /\s+/,
  ),
)

export function isPlainLead(lead: MessageReading): boolean {
  return lead.tokens.every(
    ({ kind, word }, index) =>
      kind === 'mark' ||
      kind === 'quote' ||
      LEAD_WORDS.has(word) ||
      lead.models.some(({ from, to }) => index >= from && index < to) ||
      lead.versions.some(({ from, to }) => index >= from && index < to),
  )
}
