// Files by path stay inside the allowed folders; files by address come from the public internet alone.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAllowed, openFolders } from '#mcp/files/allowed-folders.ts'
import { createUrlFetcher, type Download, type UrlFetcherOptions } from '#mcp/files/fetch-url.ts'
import { fileNameOf } from '#mcp/files/file-name.ts'
import { isPublicAddress } from '#mcp/files/public-address.ts'
import { CHURN_FILE } from '../api/support.ts'
import { createTestPorts } from '../support/ports.ts'
import { connectHttp, startMcpServer } from './support.ts'

const signal = new AbortController().signal

describe('a path', () => {
  let folder: string
  let allowed: readonly string[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-mcp-'))
    await mkdir(join(folder, 'models/inner'), { recursive: true })
    await mkdir(join(folder, 'models-of-others'))
    await writeFile(join(folder, 'models/inner/a.pkl'), 'content')
    await writeFile(join(folder, 'models/a b.pkl'), 'with a space')
    await writeFile(join(folder, 'secret.txt'), 'secret')
    await writeFile(join(folder, 'models-of-others/b.pkl'), 'secret')
    await symlink(join(folder, 'secret.txt'), join(folder, 'models/link.pkl'))
    await symlink(folder, join(folder, 'models/up'))
    await symlink(join(folder, 'models'), join(folder, 'alias'))
    const opened = await openFolders([join(folder, 'models')])
    if (!opened.ok) throw new Error(opened.failure.message)
    allowed = opened.value
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each([
    ['inner/a.pkl', 'content'],
    ['a b.pkl', 'with a space'],
    ['./inner/../inner/a.pkl', 'content'],
  ])('%s is read', async (path, content) => {
    for (const wanted of [path, join(folder, 'models', path), join(folder, 'alias', path)]) {
      const file = await openAllowed(wanted, allowed)
      if (!file.ok) throw new Error(`${wanted}: ${file.failure.message}`)
      expect(await new Response(file.value.content).text()).toBe(content)
    }
  })

  test.each([
    '../secret.txt',
    'inner/../../secret.txt',
    'link.pkl',
    'up/secret.txt',
    '/etc/passwd',
    '../models-of-others/b.pkl',
    'nothing.pkl',
    '~/.ssh/id_rsa',
    'a\0b',
  ])('%p is refused in the same words as one that is not there', async (path) => {
    const file = await openAllowed(path, allowed)
    expect(file).toMatchObject({ ok: false, failure: { code: 'not_found' } })
  })

  test('a folder, the allowed folder itself and a pipe are no files', async () => {
    expect(await openAllowed('inner', allowed)).toMatchObject({ ok: false })
    expect(await openAllowed('.', allowed)).toMatchObject({ ok: false })
    Bun.spawnSync(['mkfifo', join(folder, 'models/pipe')])
    expect(await openAllowed('pipe', allowed)).toMatchObject({ ok: false })
  })

  test('a folder that does not exist stops the start', async () => {
    expect(await openFolders([join(folder, 'nowhere')])).toMatchObject({ ok: false })
  })
})

describe('an address', () => {
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.0.9',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'localhost',
    '',
  ])('%p is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each(['1.1.1.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true)
    },
  )

  test.each([
    'http://127.0.0.1/model.pkl',
    'http://localhost/model.pkl',
    'http://2130706433/model.pkl',
    'http://0x7f.1/model.pkl',
    'http://[::1]/model.pkl',
    'http://[::ffff:127.0.0.1]/model.pkl',
    'http://169.254.169.254/latest/meta-data/',
    'https://user:password@example.com/model.pkl',
    'ftp://example.com/model.pkl',
    'file:///etc/passwd',
    'data:text/plain,hello',
    'not an address',
    `https://example.com/${'a'.repeat(5000)}`,
  ])('%s is not fetched', async (url) => {
    expect(await createUrlFetcher()(url, signal)).toMatchObject({
      ok: false,
      failure: { code: 'invalid_input' },
    })
  })
})

describe('a download', () => {
  let server: ReturnType<typeof Bun.serve>
  const hits: string[] = []

  beforeAll(() => {
    server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch(request) {
        const { pathname } = new URL(request.url)
        hits.push(`${request.headers.get('host')}${pathname}`)
        const origin = `http://models.example:${server.port}`
        switch (pathname) {
          case '/inside':
            return Response.redirect(`http://inside.example:${server.port}/churn.pkl`)
          case '/moved':
            return Response.redirect(`${origin}/churn_model.pkl`)
          case '/loop':
            return Response.redirect(`${origin}/loop`)
          case '/gone':
            return new Response('gone', { status: 404 })
          case '/endless':
            return new Response(endless())
          case '/silent':
            return new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }))
          default:
            return new Response(Bun.file(CHURN_FILE))
        }
      },
    })
  })
  afterAll(() => server.stop(true))

  /** As if the loopback server were a public machine, and `inside.example` a name that leads inside. */
  const options: UrlFetcherOptions = {
    resolve: async (host) => (host === 'inside.example' ? ['1.1.1.1', '10.0.0.1'] : ['127.0.0.1']),
    isAllowed: (address) => address === '127.0.0.1' || isPublicAddress(address),
    maximumBytes: 1_000_000,
    deadlineMs: 5_000,
  }
  const get = (path: string, changes: UrlFetcherOptions = {}) =>
    createUrlFetcher({ ...options, ...changes })(
      `http://models.example:${server.port}${path}`,
      signal,
    )

  test('arrives whole, by its name, also after a redirect', async () => {
    const file = await get('/moved')
    if (!file.ok) throw new Error(file.failure.message)
    expect(file.value.fileName).toBe('churn_model.pkl')
    const content = await new Response(file.value.content).bytes()
    expect(content).toEqual(await Bun.file(CHURN_FILE).bytes())
  })

  test('a redirect that leads inside is not followed', async () => {
    const before = hits.length
    expect(await get('/inside')).toMatchObject({ ok: false, failure: { code: 'invalid_input' } })
    expect(hits.slice(before)).toEqual([`models.example:${server.port}/inside`])
  })

  test('a name that answers with an inner address beside a public one is refused', async () => {
    const both = await get('/churn.pkl', { resolve: async () => ['127.0.0.1', '192.168.0.1'] })
    expect(both).toMatchObject({ ok: false, failure: { code: 'invalid_input' } })
  })

  test('too many redirects and an error page are refused', async () => {
    expect(await get('/loop')).toMatchObject({ ok: false })
    const gone = await get('/gone')
    expect(gone).toMatchObject({ ok: false })
    expect(gone.ok ? '' : gone.failure.message).toContain('404')
  })

  test('ends at the limit of its size, declared or not', async () => {
    expect(await get('/churn.pkl', { maximumBytes: 10 })).toMatchObject({
      ok: false,
      failure: { code: 'too_large' },
    })
    expect(await breakOff('/endless')).toMatchObject({ code: 'too_large' })
  })

  test('ends at the limit of its time', async () => {
    const silent = await get('/silent', { deadlineMs: 300 })
    const failure = silent.ok ? await explain(silent.value) : silent.failure
    expect(failure).toMatchObject({ code: 'unavailable' })
  })

  async function breakOff(path: string) {
    const file = await get(path)
    return file.ok ? explain(file.value) : file.failure
  }

  async function explain({ content, failure }: Download) {
    await new Response(content).bytes().catch(() => null)
    return failure()
  }

  test('deploys a model by its address', async () => {
    const ports = await createTestPorts()
    const mcp = startMcpServer(ports, { fetchUrl: createUrlFetcher(options) })
    const client = await connectHttp(mcp.url, '2026-07-28')
    const url = `http://models.example:${server.port}/churn_model.pkl`
    const deployed = await client.call('deploy_model', { url })
    expect(deployed.data).toMatchObject({ name: 'churn', endpoint: '/api/predict/churn' })
    const refused = await client.call('deploy_model', { url: 'http://169.254.169.254/x.pkl' })
    expect(refused).toMatchObject({ isError: true, error: { code: 'invalid_input' } })
    const large = await client.call('deploy_model', {
      url: url.replace('churn_model.pkl', 'endless'),
    })
    expect(large).toMatchObject({ isError: true, error: { code: 'too_large' } })
    await client.close()
    await mcp.close()
    await ports.close()
  })
})

test.each([
  ['attachment; filename="model v2.pkl"', 'https://x.org/a', 'model v2.pkl'],
  ["attachment; filename*=utf-8''na%C3%AFve.pkl", 'https://x.org/a', 'naïve.pkl'],
  ['attachment; filename="../../etc/passwd"', 'https://x.org/a', '.._.._etc_passwd'],
  [undefined, 'https://x.org/folder/churn%20model.pkl?x=1', 'churn model.pkl'],
  [undefined, 'https://x.org/', 'download'],
])('a file with %p at %s is called %s', (disposition, url, name) => {
  expect(fileNameOf(disposition, new URL(url))).toBe(name)
})

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(64 * 1024))
    },
  })
}
