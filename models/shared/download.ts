// Downloads one file: with progress, up to a size, checked, and going on where an earlier try broke off.

import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { Work } from '../example.ts'
import { checkFile } from './check-file.ts'
import type { DataFile } from './find-data.ts'

/** A server that says nothing for so long is not there. */
const FIRST_BYTE_MS = 20_000
/** Tries of one file: a line that breaks once may hold the next time, one that breaks thrice will not. */
const TRIES = 3
const PARTIAL = 206
const RANGE_NOT_SATISFIABLE = 416

interface Line {
  readonly fetch: typeof fetch
  readonly work: Work
}

/** Says `there` where the file lies there, whole, from an earlier time. Rejects with the signal's reason when aborted. */
export async function download(
  file: DataFile,
  path: string,
  line: Line,
): Promise<Outcome<'downloaded' | 'there'>> {
  const there = Bun.file(path)
  if (await there.exists()) {
    if ((await checkFile(file, there)).ok) return succeed('there')
    await rm(path)
  }
  await mkdir(dirname(path), { recursive: true })
  const part = `${path}.part`
  let problem = ''
  for (let turn = 0; turn < TRIES; turn++) {
    const outcome = await fetchInto(file, part, line).catch((error: unknown) => {
      line.work.signal.throwIfAborted()
      return fail('unavailable', brokenLine(file, error))
    })
    line.work.signal.throwIfAborted()
    if (outcome.ok) return finish(file, part, path)
    if (outcome.failure.code !== 'unavailable') return outcome
    problem = outcome.failure.message
  }
  return fail('unavailable', problem)
}

async function finish(file: DataFile, part: string, path: string): Promise<Outcome<'downloaded'>> {
  const checked = await checkFile(file, Bun.file(part))
  if (!checked.ok) {
    await rm(part)
    return checked
  }
  await rename(part, path)
  return succeed('downloaded')
}

/** Appends to what an earlier try left, where the server can go on from there. */
async function fetchInto(file: DataFile, part: string, line: Line): Promise<Outcome<void>> {
  const kept = await readKept(part)
  const response = await request(file, kept, line)
  if (response.status === RANGE_NOT_SATISFIABLE) {
    // What is kept belongs to another version of the file, or is all of it already.
    await forget(part)
    return fail('unavailable', `${file.name} has changed at its address.`)
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    return fail('unavailable', `${file.name} is not at its address (${response.status}).`)
  }
  const start = response.status === PARTIAL ? kept.sizeBytes : 0
  const announced = response.headers.get('content-length')
  const total = announced === null ? null : start + Number(announced)
  if (total !== null && total > file.maximumBytes) {
    await response.body.cancel()
    return tooLarge(file)
  }
  await Bun.write(`${part}.tag`, response.headers.get('etag') ?? '')
  return append(file, part, { body: response.body, start, total }, line.work)
}

interface Kept {
  readonly sizeBytes: number
  readonly tag: string
}

/** Without a tag nobody can tell whether the rest would be of the same file. */
async function readKept(part: string): Promise<Kept> {
  const found = await stat(part).catch(() => null)
  const tag = Bun.file(`${part}.tag`)
  const text = (await tag.exists()) ? await tag.text() : ''
  return found === null || text === ''
    ? { sizeBytes: 0, tag: '' }
    : { sizeBytes: found.size, tag: text }
}

async function forget(part: string): Promise<void> {
  await rm(part, { force: true })
  await rm(`${part}.tag`, { force: true })
}

async function request(file: DataFile, kept: Kept, { fetch, work }: Line): Promise<Response> {
  const silent = new AbortController()
  const timer = setTimeout(
    () => silent.abort(new Error(`${new URL(file.url).host} does not answer`)),
    FIRST_BYTE_MS,
  )
  const going = { range: `bytes=${kept.sizeBytes}-`, 'if-range': kept.tag }
  try {
    return await fetch(file.url, {
      // Compressed on the way, its length would not be the file's.
      headers: {
        ...file.headers,
        'accept-encoding': 'identity',
        ...(kept.sizeBytes > 0 && going),
      },
      signal: AbortSignal.any([work.signal, silent.signal]),
    })
  } finally {
    clearTimeout(timer)
  }
}

async function append(
  file: DataFile,
  part: string,
  { body, start, total }: { body: ReadableStream<Uint8Array>; start: number; total: number | null },
  { progress, signal }: Work,
): Promise<Outcome<void>> {
  const handle = await open(part, start === 0 ? 'w' : 'a')
  let size = start
  try {
    for await (const chunk of body) {
      signal.throwIfAborted()
      size += chunk.byteLength
      if (size > file.maximumBytes) {
        await forget(part)
        return tooLarge(file)
      }
      await handle.write(chunk)
      progress({
        fraction: total === null ? null : size / total,
        message: `downloading ${file.name}`,
      })
    }
  } finally {
    await handle.close()
  }
  if (total !== null && size < total) return fail('unavailable', `${file.name} broke off.`)
  await rm(`${part}.tag`, { force: true })
  return succeed(undefined)
}

function tooLarge(file: DataFile): Outcome<never> {
  return fail('too_large', `${file.name} is larger at its address than it should be.`)
}

function brokenLine(file: DataFile, error: unknown): string {
  const host = new URL(file.url).host
  const reason = error instanceof Error && error.message !== '' ? `: ${error.message}` : ''
  return `${file.name} could not be downloaded from ${host}${reason}.`
}
