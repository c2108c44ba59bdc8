// `parley batch`: streams a table of any length through a model, with progress, in bounded memory.

import { rename, rm } from 'node:fs/promises'
import { sniffFormat } from '#core/batch/batch-format.ts'
import { failureOf, startScoring } from '#core/batch/score-stream.ts'
import type { Failure } from '#core/errors.ts'
import { authorise } from '#core/operations/access.ts'
import type { ParsedArguments } from '#core/operations/arguments.ts'
import { leaseModel } from '#core/operations/find-model.ts'
import type { Operation } from '#core/operations/operation.ts'
import { formatNumber } from '#core/presentation/numbers.ts'
import { EXIT } from './exit-codes.ts'
import { type CommandContext, complainOf, LOCAL, runCommand } from './run-command.ts'

/** Enough to tell Parquet, JSON lines and CSV apart. */
const SNIFFED_BYTES = 512

interface Tally {
  rows: number
  bad: number
}

/**
 * With a FILE the table is streamed to `--output` or standard output and a summary goes to standard error; rows given
 * as JSON run as the operation. Returns the exit code: 4 when a row was bad, also where the rest was scored.
 */
export async function runBatch(
  operation: Operation,
  parsed: ParsedArguments,
  context: CommandContext,
): Promise<number> {
  const { model, upload: path, version } = parsed.input
  if (typeof path !== 'string' || typeof model !== 'string')
    return runCommand(operation, parsed, context)
  const { ports, terminal, signal } = context
  const allowed = authorise(operation, LOCAL)
  if (!allowed.ok) return complainOf(allowed.failure, parsed.common, terminal)
  const file = Bun.file(path)
  if (!(await file.exists())) {
    terminal.complain(`There is no file "${path}" here.`)
    return EXIT.notFound
  }
  const lease = await leaseModel(ports, model, typeof version === 'number' ? version : undefined)
  if (!lease.ok) return complainOf(lease.failure, parsed.common, terminal)
  const tally: Tally = { rows: 0, bad: 0 }
  const started = await startScoring({
    lease: lease.value,
    ports,
    format: sniffFormat(await file.slice(0, SNIFFED_BYTES).bytes()),
    input: file.stream(),
    inputBytes: file.size,
    onError: parsed.common.reportErrors ? 'report' : 'stop',
    signal,
    progress: (progress) => terminal.progress(progress),
    onRows: (_, outcomes) => {
      tally.rows += outcomes.length
      tally.bad += outcomes.filter((outcome) => !outcome.ok).length
    },
  })
  if (!started.ok) return complainOf(started.failure, parsed.common, terminal)
  try {
    await writeTo(parsed.common.output, started.value)
  } catch (error) {
    // A place that cannot be opened leaves the stream unread, and its lease would hold the process.
    if (!started.value.locked) await started.value.cancel(error)
    if (parsed.common.output === null && codeOf(error) === 'EPIPE') return EXIT.interrupted
    const failure = failureOf(error, signal) ?? unwritable(error, parsed.common.output)
    if (failure === null) throw error
    terminal.clearProgress()
    return complainOf(failure, parsed.common, terminal)
  }
  terminal.clearProgress()
  terminal.complain(summaryOf(tally, lease.value.version.modelVersion, model, parsed.common.output))
  return tally.bad === 0 ? EXIT.done : EXIT.invalidInput
}

const WRITE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder does not exist',
  EISDIR: 'it is a folder',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'nothing can be written there',
  ENOSPC: 'the disk is full',
}

/** What the system said about the place of the result; null when the error is none of its making. */
function unwritable(error: unknown, path: string | null): Failure | null {
  const problem = WRITE_PROBLEMS[codeOf(error)]
  if (problem === undefined) return null
  const place = path === null ? 'standard output' : `"${path}"`
  const message = `The result cannot be written to ${place}: ${problem}.`
  return { code: 'unavailable', message, details: [] }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** A file appears only when it is whole: it is written beside its place and then moved there. */
async function writeTo(path: string | null, stream: ReadableStream<Uint8Array>): Promise<void> {
  if (path === null) {
    const sink = Bun.stdout.writer()
    for await (const piece of stream) {
      await sink.write(piece)
      await sink.flush()
    }
    await sink.end()
    return
  }
  const partial = `${path}.partial`
  const sink = Bun.file(partial).writer()
  try {
    for await (const piece of stream) {
      await sink.write(piece)
      await sink.flush()
    }
    await sink.end()
    await rename(partial, path)
  } catch (error) {
    await endQuietly(sink)
    await rm(partial, { force: true })
    throw error
  }
}

/** A sink that failed fails again when it is ended; the first error is the one to tell. */
async function endQuietly(sink: { end(): unknown }): Promise<void> {
  try {
    await sink.end()
  } catch {
    return
  }
}

function summaryOf(
  { rows, bad }: Tally,
  modelVersion: string,
  model: string,
  output: string | null,
): string {
  const where = output === null ? '' : ` into ${output}`
  const problems =
    bad === 0 ? '' : ` ${formatNumber(bad)} could not be used; their "error" column says why.`
  return `Scored ${formatNumber(rows - bad)} of ${formatNumber(rows)} rows with ${model} ${modelVersion}${where}.${problems}`
}
