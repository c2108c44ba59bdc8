// What differs between two runs of the same conversation, so that a document stays the same.

import type { Exchange } from './facts.ts'

/** Ids of runs, and versions whose digits are those of a file that was made a moment ago. */
const RUN = /\b[0-9a-f]{32}\b/g
const VERSION = /\b(\d+)-[0-9a-f]{12}\b/g

const DAY = /\d{4}-\d\d-\d\d/g

/** Days differ from run to run. */
export function maskDays(text: string): string {
  return text.replace(DAY, 'YYYY-MM-DD')
}

/** For exchanges about a model that was trained in the conversation. */
export function maskTraining({ moment, shown }: Exchange): Exchange {
  return { moment, shown: shown.replace(RUN, '…').replace(VERSION, '$1-…') }
}
