// Where an example's data come from, against a real server of this machine: downloads that break, lie, grow or are not there.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Progress } from '#core/operations/operation.ts'
import { createDataFinder, type DataSource, type FinderOptions } from '#models/shared/find-data.ts'

const CONTENT = `a,b\n${Array.from({ length: 2_000 }, (_, row) => `${row},${row * 2}`).join('\n')}\n`
const HALF = Math.floor(CONTENT.length / 2)

interface Seen {
  readonly range: string | null
  readonly condition: string | null
}

let server: ReturnType<typeof Bun.serve>
let seen: Seen[] = []
let tag = '"one"'
let folder = ''

function answer(request: Request): Response {
  const { pathname } = new URL(request.url)
  const range = request.headers.get('range')
  const condition = request.headers.get('if-range')
  seen.push({ range, condition })
  const headers = { etag: tag }
  if (pathname === '/missing.csv') return new Response('no', { status: 404 })
  if (pathname === '/other.csv') return new Response('x,y\n1,2\n', { headers })
  const start = range !== null && condition === tag ? Number(/\d+/.exec(range)?.[0]) : 0
  if (pathname === '/endless.csv') {
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)),
    })
    return new Response(stream, { headers })
  }
  return new Response(CONTENT.slice(start), { status: start > 0 ? 206 : 200, headers })
}

/** Sends half of what it announces and ends the connection, as it is where a line breaks; then goes on from there. */
function serveBreaking() {
  return Bun.listen({
    port: 0,
    hostname: '127.0.0.1',
    socket: {
      data(socket, bytes) {
        const request = new TextDecoder().decode(bytes).toLowerCase()
        const range = /^range: (.*)$/m.exec(request)?.[1]?.trim() ?? null
        const condition = /^if-range: (.*)$/m.exec(request)?.[1]?.trim() ?? null
        seen.push({ range, condition })
        const isRest = range !== null && condition === tag
        const start = isRest ? Number(/\d+/.exec(range)?.[0]) : 0
        const status = isRest ? '206 Partial Content' : '200 OK'
        const head = `HTTP/1.1 ${status}\r\netag: ${tag}\r\ncontent-length: ${CONTENT.length - start}\r\nconnection: close\r\n\r\n`
        socket.write(head + (isRest ? CONTENT.slice(start) : CONTENT.slice(0, HALF)))
        socket.flush()
        // What was sent must have come in before the line breaks, or there is nothing to go on from.
        void Bun.sleep(isRest ? 0 : 100).then(() => socket.end())
      },
    },
  })
}

beforeAll(() => {
  server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer })
})
afterAll(() => server.stop(true))
beforeEach(async () => {
  seen = []
  tag = '"one"'
  folder = await mkdtemp(join(tmpdir(), 'parley-data-'))
  return () => rm(folder, { recursive: true, force: true })
})

const source = (name: string, base = String(server.url)): DataSource => ({
  title: 'numbers',
  publisher: 'example.com',
  folder: 'numbers',
  files: [{ name, url: `${base}${name}`, maximumBytes: 1_000_000, columns: ['a', 'b'] }],
  synthetic: () => new Map([[name, new Blob(['a,b\n0,0\n'])]]),
})

function finder(changes: Partial<FinderOptions> = {}) {
  const said: string[] = []
  const steps: Progress[] = []
  const find = createDataFinder({
    exampleData: null,
    syntheticOnly: false,
    downloads: join(folder, 'downloads'),
    fetch,
    work: { signal: new AbortController().signal, progress: (step) => void steps.push(step) },
    say: (line) => void said.push(line),
    ...changes,
  })
  return { find, said, steps }
}

async function textOf(found: Awaited<ReturnType<ReturnType<typeof finder>['find']>>) {
  if (!found.ok) throw new Error(found.failure.message)
  const [file] = found.value.files.values()
  return { kind: found.value.kind, text: (await file?.text()) ?? '' }
}

describe('the data of an example', () => {
  test('come from the folder that is set, or from one inside it', async () => {
    for (const place of [folder, join(folder, 'numbers')]) {
      await mkdir(place, { recursive: true })
      await Bun.write(join(place, 'whole.csv'), 'a,b\n7,7\n')
      const { find } = finder({ exampleData: folder })
      const found = await find(source('whole.csv'))
      expect(await textOf(found)).toEqual({ kind: 'folder', text: 'a,b\n7,7\n' })
      if (found.ok) {
        expect(found.value.origin).toContain(place)
        expect(found.value.publicOrigin).not.toContain(folder)
      }
      await rm(join(place, 'whole.csv'))
    }
    expect(seen).toEqual([])
  })

  test('in a folder with other columns are refused, not replaced', async () => {
    await Bun.write(join(folder, 'whole.csv'), 'a,c\n7,7\n')
    const found = await finder({ exampleData: folder }).find(source('whole.csv'))
    expect(found.ok ? '' : found.failure.message).toContain('has no column b')
  })

  test('are downloaded with progress, and once', async () => {
    const { find, steps } = finder()
    expect(await textOf(await find(source('whole.csv')))).toEqual({
      kind: 'download',
      text: CONTENT,
    })
    expect(steps.at(-1)).toEqual({ fraction: 1, message: 'downloading whole.csv' })
    expect(await textOf(await find(source('whole.csv')))).toMatchObject({ kind: 'download' })
    expect(seen.length).toBe(1)
  })

  test('go on where the line broke', async () => {
    const breaking = serveBreaking()
    const url = `http://127.0.0.1:${breaking.port}/`
    const { find } = finder()
    expect((await textOf(await find(source('breaking.csv', url)))).text).toBe(CONTENT)
    expect(seen.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/)
    expect(seen.at(-1)?.condition).toBe(tag)
    breaking.stop(true)
  })

  test('begin anew where the file has changed meanwhile', async () => {
    const path = join(folder, 'downloads/numbers/whole.csv')
    await Bun.write(`${path}.part`, 'an older file')
    await Bun.write(`${path}.part.tag`, '"zero"')
    expect((await textOf(await finder().find(source('whole.csv')))).text).toBe(CONTENT)
    expect(seen[0]?.condition).toBe('"zero"')
  })

  test.each([
    ['missing.csv', 'is not at its address (404)'],
    ['other.csv', 'has no column a, b'],
    ['endless.csv', 'larger at its address'],
  ])('that cannot be had (%s) are made up, and it is said why', async (name, reason) => {
    const { find, said } = finder()
    const found = await textOf(await find(source(name)))
    expect(found).toEqual({ kind: 'synthetic', text: 'a,b\n0,0\n' })
    expect(said.join('\n')).toContain(reason)
  })

  test('are made up where there is no network', async () => {
    const { find, said } = finder()
    const nowhere = source('whole.csv')
    const [file] = nowhere.files
    if (file === undefined) throw new Error('there is a file')
    const closed = { ...nowhere, files: [{ ...file, url: 'http://127.0.0.1:9/whole.csv' }] }
    expect(await textOf(await find(closed))).toMatchObject({ kind: 'synthetic' })
    expect(said.join('\n')).toContain('could not be downloaded from 127.0.0.1:9')
  })

  test('are not waited for after a stop', async () => {
    const stopping = new AbortController()
    const progress = () => stopping.abort(new Error('stopped'))
    const { find } = finder({ work: { signal: stopping.signal, progress } })
    const endless = source('endless.csv')
    // So large that the stop comes first, however much the first piece holds.
    const files = endless.files.map((file) => ({ ...file, maximumBytes: 2 ** 40 }))
    await expect(find({ ...endless, files })).rejects.toThrow('stopped')
  })
})
