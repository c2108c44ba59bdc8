// Draws as many questions of each label as are wanted from a table of any size, reading it once and keeping only those.

import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import { CsvError, parse } from 'csv-parse'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { type Random, shuffledIndices } from '#core/training/random.ts'
import type { Work } from '../example.ts'
import type { TimingConfig } from './config.ts'

export interface Question {
  readonly id: string
  readonly question: string
  readonly item: string
  readonly label: string
}

export interface Drawn {
  /** In random order. */
  readonly questions: readonly Question[]
  /** Rows of the whole table with a question and a known label, by label. */
  readonly counts: ReadonlyMap<string, number>
  /** Rows without a question, or with another label. */
  readonly skipped: number
}

/** A question longer than this is no question; it also bounds what one row may take of the memory. */
const MAX_RECORD_BYTES = 256 * 1024
/** Rows between two reports, and two looks at the signal. */
const REPORT_EVERY = 5_000

/**
 * A reservoir for each label (Vitter's algorithm R), then each label's share of `wanted` as in the whole table. With fewer
 * rows all of them are taken. Fails where the table lacks a column or cannot be read.
 */
export async function drawQuestions(
  content: Blob,
  config: Pick<TimingConfig, 'columns' | 'labels'>,
  wanted: number,
  random: Random,
  work: Work,
): Promise<Outcome<Drawn>> {
  const labels = Object.keys(config.labels)
  const reservoirs = new Map(
    labels.map((label) => [label, createReservoir(wanted, random.split(label))]),
  )
  let skipped = 0
  try {
    const read = await readQuestions(content, config.columns, work, (question) => {
      const reservoir = reservoirs.get(question.label)
      if (reservoir === undefined || question.question === '') skipped++
      else reservoir.offer(question)
    })
    if (!read.ok) return read
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return fail('invalid_input', `The table cannot be read: ${error.message}.`)
  }
  const counts = new Map([...reservoirs].map(([label, { seen }]) => [label, seen()]))
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  for (const [label, count] of counts) {
    if (count === 0) return fail('invalid_input', `No row of the table has the label ${label}.`)
  }
  const share = Math.min(1, wanted / total)
  const questions = [...reservoirs].flatMap(([label, reservoir]) =>
    reservoir.take(Math.round((counts.get(label) ?? 0) * share)),
  )
  const order = shuffledIndices(questions.length, random.split('order'))
  return succeed({
    questions: Array.from(order, (at) => questions[at] as Question),
    counts,
    skipped,
  })
}

interface Reservoir {
  offer(question: Question): void
  seen(): number
  /** The same draw for the same count. */
  take(count: number): readonly Question[]
}

/** After any number of offers each of them is kept with the same probability. */
function createReservoir(size: number, random: Random): Reservoir {
  const kept: Question[] = []
  let seen = 0
  return {
    offer(question) {
      seen++
      if (kept.length < size) kept.push(question)
      else {
        const place = random.below(seen)
        if (place < size) kept[place] = question
      }
    },
    seen: () => seen,
    take(count) {
      const order = shuffledIndices(kept.length, random.split('take')).subarray(0, count)
      return Array.from(order, (at) => kept[at] as Question)
    },
  }
}

async function readQuestions(
  content: Blob,
  columns: TimingConfig['columns'],
  { signal, progress }: Work,
  take: (question: Question) => void,
): Promise<Outcome<void>> {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
  })
  const stream = content.stream() as unknown as NodeReadableStream<Uint8Array>
  const source = Readable.fromWeb(stream, { signal })
  // pipe() carries no errors: a read that fails must end the parser too.
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  let places: Record<keyof typeof columns, number> | null = null
  let row = 0
  try {
    for await (const record of parser as AsyncIterable<readonly string[]>) {
      if (places === null) {
        const found = findPlaces(record, columns)
        if (!found.ok) return found
        places = found.value
        continue
      }
      const { id, question, item, label } = places
      take({
        id: record[id] ?? '',
        question: (record[question] ?? '').trim(),
        item: record[item] ?? '',
        label: (record[label] ?? '').trim(),
      })
      if (++row % REPORT_EVERY !== 0) continue
      signal.throwIfAborted()
      progress({ fraction: parser.info.bytes / content.size, message: `drawing from row ${row}` })
    }
  } finally {
    source.destroy()
    parser.destroy()
  }
  return places === null ? fail('invalid_input', 'The table is empty.') : succeed(undefined)
}

function findPlaces<Key extends string>(
  header: readonly string[],
  columns: Readonly<Record<Key, string>>,
): Outcome<Record<Key, number>> {
  const names = header.map((name) => name.trim())
  const missing = Object.values<string>(columns).filter((name) => !names.includes(name))
  if (missing.length > 0) {
    return fail('invalid_input', `The table has no column ${missing.join(', ')}.`)
  }
  const places: Partial<Record<Key, number>> = {}
  for (const key of Object.keys(columns) as Key[]) places[key] = names.indexOf(columns[key])
  return succeed(places as Record<Key, number>)
}
