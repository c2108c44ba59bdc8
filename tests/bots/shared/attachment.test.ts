// Checks what is taken of a file that came with a message, against a real server on loopback.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { receiveAttachment } from '#bots/shared/attachment.ts'
import { createTestPorts, type TestPorts } from '../../support/ports.ts'

let ports: TestPorts
let elsewhereAsked = 0
const elsewhere = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch() {
    elsewhereAsked += 1
    return new Response('token please')
  },
})
const store = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request) {
    const { pathname } = new URL(request.url)
    if (request.headers.get('authorization') !== 'Bearer t')
      return new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } })
    if (pathname === '/gone') return new Response('gone', { status: 404 })
    if (pathname === '/moved') return Response.redirect(`http://127.0.0.1:${elsewhere.port}/`)
    return new Response('a,b\n1,2\n', { headers: { 'content-type': 'text/csv' } })
  },
})
const origin = `http://127.0.0.1:${store.port}`

beforeAll(async () => {
  ports = await createTestPorts()
})
afterAll(async () => {
  await Promise.all([ports.close(), store.stop(true), elsewhere.stop(true)])
})

const receive = (path: string, changes: { token?: string; size?: number } = {}) =>
  receiveAttachment(
    {
      url: path.startsWith('http') ? path : origin + path,
      fileName: 'rows.csv',
      sizeBytes: changes.size ?? null,
      headers: { authorization: `Bearer ${changes.token ?? 't'}` },
    },
    {
      ports,
      owner: 'slack:T1:U1',
      fetch,
      allowedOrigins: [origin],
      signal: new AbortController().signal,
    },
  )

describe('an attachment', () => {
  test('becomes an upload of the person', async () => {
    const received = await receive('/file')
    expect(received).toMatchObject({
      ok: true,
      value: { fileName: 'rows.csv', sizeBytes: 8, owner: 'slack:T1:U1' },
    })
  })

  test.each([
    [
      'a sign-in page instead of the file',
      '/file',
      { token: 'wrong' },
      'unsupported_file',
      'permission to read files',
    ],
    ['a file that is gone', '/gone', {}, 'unavailable', '404'],
    [
      'a redirect, which would carry the token away',
      '/moved',
      {},
      'unavailable',
      'send the file again',
    ],
    [
      'a file store that does not answer',
      'http://127.0.0.1:1/x',
      {},
      'unsupported_file',
      'from where it is kept',
    ],
    ['a size beyond the limit', '/file', { size: 1e12 }, 'too_large', '256 MB'],
  ] as const)('is refused in words: %s', async (_, path, changes, code, words) => {
    const received = await receive(path, changes)
    if (received.ok) throw new Error('it was taken')
    expect(received.failure.code).toBe(code)
    expect(received.failure.message).toContain(words)
    expect(elsewhereAsked).toBe(0)
  })
})
