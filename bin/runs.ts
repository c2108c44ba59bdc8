// `parley runs`: the record of trainings, one of them, or two side by side.

import { parseArgs } from 'node:util'
import type { Scalar } from '#core/model.ts'
import type { Block } from '#core/presentation/blocks.ts'
import { formatDuration, formatNumber } from '#core/presentation/numbers.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import type { Registry, TrainingRun } from '#core/registry/registry.ts'
import { type ComparedValue, compareRuns } from '#core/training/compare-runs.ts'
import {
  DEFAULT_RUNS,
  MAX_RUNS,
  toWireRun,
  toWireSummary,
  type WireRunSummary,
} from '#core/training/run-wire.ts'
import { EXIT } from './exit-codes.ts'
import { firstSentence } from './keys.ts'
import type { Terminal } from './terminal.ts'

export const RUNS_HELP = [
  'Shows what was trained: parameters, metrics, data and how long it took.',
  '',
  'Usage: parley runs [--limit NUMBER] [--json]     lists them, newest first',
  '       parley runs ID [--json]                   shows one',
  '       parley runs compare ID ID [--json]        puts two side by side',
  '',
  '  ID              The id of a run, or enough of its beginning',
  `  --limit NUMBER  The newest this many; ${DEFAULT_RUNS} when left out`,
  '  --json          Print the whole answer as JSON',
].join('\n')

interface RunsContext {
  readonly registry: Pick<Registry, 'listRuns' | 'findRun'>
  readonly terminal: Terminal
  readonly now: () => number
}

interface Wish {
  readonly ids: readonly string[]
  readonly isComparison: boolean
  readonly limit: number
  readonly json: boolean
}

const WHOLE_NUMBER = /^\d{1,6}$/
/** As many digits tell runs apart on a screen. */
const SHORT_ID = 8

/** Returns the process's exit code. */
export async function runRuns(words: readonly string[], context: RunsContext): Promise<number> {
  const { terminal, registry, now } = context
  const wish = readWords(words)
  if (typeof wish === 'string') {
    terminal.complain(`${wish}\n\nparley runs --help shows how it is called.`)
    return EXIT.usage
  }
  if (wish.ids.length === 0) return list(wish, context)
  const found: TrainingRun[] = []
  for (const id of wish.ids) {
    const run = await findByBeginning(id, registry)
    if (typeof run === 'string') {
      terminal.complain(run)
      return EXIT.notFound
    }
    found.push(run)
  }
  const [first, second] = found
  if (first === undefined) return EXIT.usage
  if (second === undefined) show(first, wish, context)
  else compare(toWireSummary(first, now()), toWireSummary(second, now()), wish, context)
  return EXIT.done
}

function readWords(words: readonly string[]): Wish | string {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(words)
  } catch (error) {
    return firstSentence(error)
  }
  const { values, positionals } = parsed
  const { limit = String(DEFAULT_RUNS), json = false } = values
  if (!WHOLE_NUMBER.test(limit) || Number(limit) < 1 || Number(limit) > MAX_RUNS) {
    return `--limit must be a whole number from 1 to ${MAX_RUNS}; it is "${limit}".`
  }
  const isComparison = positionals[0] === 'compare'
  const ids = isComparison ? positionals.slice(1) : positionals
  if (isComparison && ids.length !== 2) return 'Name the two runs to compare by their ids.'
  if (!isComparison && ids.length > 1) return `I do not know what "${ids[1]}" is for.`
  return { ids, isComparison, limit: Number(limit), json }
}

function parse(words: readonly string[]) {
  const options = { limit: { type: 'string' }, json: { type: 'boolean' } } as const
  return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
}

/** The run, or the sentence that says why there is none. */
async function findByBeginning(
  beginning: string,
  registry: RunsContext['registry'],
): Promise<TrainingRun | string> {
  const exact = await registry.findRun(beginning)
  if (exact !== null) return exact
  const runs = await registry.listRuns(MAX_RUNS)
  const [only, another] = runs.filter(({ id }) => id.startsWith(beginning))
  if (only === undefined) return `There is no run "${beginning}". parley runs lists them.`
  return another === undefined ? only : `More than one run begins with "${beginning}".`
}

async function list({ limit, json }: Wish, context: RunsContext): Promise<number> {
  const { registry, terminal, now } = context
  const runs = (await registry.listRuns(limit)).map((run) => toWireSummary(run, now()))
  if (json) terminal.print(JSON.stringify({ runs }, null, 2))
  else if (runs.length === 0) {
    terminal.print('Nothing has been trained yet. parley train --help says how.')
  } else terminal.print(renderPlainText({ text: '', blocks: [tableOf(runs)] }))
  return EXIT.done
}

const SECOND_LENGTH = 19
/** The one that says most, by what was trained. */
const MAIN_METRICS = ['accuracy', 'r2'] as const

function tableOf(runs: readonly WireRunSummary[]): Block {
  const columns = ['Id', 'Started (UTC)', 'Name', 'Learner', 'Status', 'Result', 'Took', 'Model']
  return {
    kind: 'table',
    columns: columns.map((label) => ({ label })),
    rows: runs.map((run) => [
      run.run.slice(0, SHORT_ID),
      run.started_at.slice(0, SECOND_LENGTH).replace('T', ' '),
      run.name,
      said(run.parameters['learner']),
      run.status,
      resultOf(run),
      formatDuration(run.duration_seconds * 1000),
      run.model === null ? '-' : `${run.model} ${run.version ?? ''}`.trim(),
    ]),
  }
}

function resultOf({ metrics }: WireRunSummary): string {
  const name = MAIN_METRICS.find((one) => metrics[one] !== undefined)
  return name === undefined ? '-' : `${name} ${formatNumber(metrics[name] ?? 0)}`
}

function said(value: Scalar | undefined): string {
  if (value === undefined) return '-'
  if (typeof value === 'number') return formatNumber(value)
  return value === null ? 'none' : String(value)
}

function show(run: TrainingRun, { json }: Wish, { terminal, now }: RunsContext): void {
  const wire = toWireRun(run, now())
  if (json) {
    terminal.print(JSON.stringify(wire, null, 2))
    return
  }
  const fields = (values: Readonly<Record<string, Scalar>>) =>
    Object.entries(values).map(([label, value]) => ({ label, value: said(value) }))
  const deployed = wire.model === null ? '' : ` It is version ${wire.version} of ${wire.model}.`
  const took = formatDuration(wire.duration_seconds * 1000)
  terminal.print(
    renderPlainText({
      text: `${wire.name}: ${wire.status} after ${took}, started ${wire.started_at} by ${wire.owner}.${deployed}`,
      blocks: [
        { kind: 'fields', title: 'Parameters', items: fields(wire.parameters) },
        { kind: 'fields', title: 'Metrics', items: fields(wire.metrics) },
      ],
    }),
  )
}

function compare(
  left: WireRunSummary,
  right: WireRunSummary,
  { json }: Wish,
  { terminal }: RunsContext,
): void {
  const compared = compareRuns(left, right)
  if (json) {
    terminal.print(JSON.stringify({ runs: [left, right], ...compared }, null, 2))
    return
  }
  const table = (title: string, values: readonly ComparedValue[]): Block => ({
    kind: 'table',
    title,
    columns: [
      { label: '' },
      { label: title },
      { label: left.run.slice(0, SHORT_ID) },
      { label: right.run.slice(0, SHORT_ID) },
    ],
    rows: values.map((value) => [
      value.differs ? '≠' : '',
      value.name,
      said(value.left),
      said(value.right),
    ]),
  })
  terminal.print(
    renderPlainText({
      text: `${left.name} (${left.status}) and ${right.name} (${right.status}); ≠ marks what differs.`,
      blocks: [table('Parameters', compared.parameters), table('Metrics', compared.metrics)],
    }),
  )
}
