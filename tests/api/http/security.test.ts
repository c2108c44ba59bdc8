// A server on loopback answers programs and its own page, and no page of another site.

import { describe, expect, test } from 'bun:test'
import { createGuard, isLoopback } from '#api/http/security.ts'

function verdict(
  headers: Record<string, string>,
  options: { method?: string; boundHost?: string; allowedHosts?: readonly string[] } = {},
) {
  const guard = createGuard({
    boundHost: options.boundHost ?? '127.0.0.1',
    allowedHosts: options.allowedHosts ?? [],
  })
  const request = new Request('http://127.0.0.1:3000/', {
    method: options.method ?? 'POST',
    headers,
  })
  return guard(request)?.code ?? 'allowed'
}

describe('on loopback', () => {
  test.each(['127.0.0.1:3000', 'localhost:3000', '[::1]:3000', 'LOCALHOST'])(
    'the name %p is ours',
    (host) => {
      expect(verdict({ host })).toBe('allowed')
    },
  )

  test.each([
    'evil.example',
    'evil.example:3000',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ])('the name %p is not, not even to read', (host) => {
    expect(verdict({ host })).toBe('forbidden')
    expect(verdict({ host }, { method: 'GET' })).toBe('forbidden')
  })

  test('a page of this server may change things', () => {
    expect(verdict({ host: 'localhost:3000', origin: 'http://localhost:3000' })).toBe('allowed')
  })

  test.each(['https://evil.example', 'http://localhost:5173', 'http://127.0.0.1:3000', 'null'])(
    'a page of %p may not',
    (origin) => {
      expect(verdict({ host: 'localhost:3000', origin })).toBe('forbidden')
    },
  )

  test('a browser that hides the origin still says when it is another site', () => {
    expect(verdict({ host: 'localhost:3000', 'sec-fetch-site': 'cross-site' })).toBe('forbidden')
    expect(verdict({ host: 'localhost:3000', 'sec-fetch-site': 'same-origin' })).toBe('allowed')
  })

  test('a name that a proxy in front uses can be allowed', () => {
    const headers = { host: 'parley.example', origin: 'https://parley.example' }
    expect(verdict(headers, { allowedHosts: ['parley.example'] })).toBe('allowed')
  })

  test('one good request opens nothing for the next', () => {
    const guard = createGuard({ boundHost: '127.0.0.1', allowedHosts: [] })
    const ask = (host: string) => guard(new Request('http://127.0.0.1/', { headers: { host } }))
    expect(ask('localhost:3000')).toBeNull()
    expect(ask('evil.example')?.code).toBe('forbidden')
    expect(ask('localhost:3000')).toBeNull()
  })
})

test('elsewhere keys protect, and any name may reach the server', () => {
  expect(verdict({ host: 'parley.example' }, { boundHost: '0.0.0.0' })).toBe('allowed')
})

test('loopback is known by its addresses', () => {
  expect(['127.0.0.1', '127.1.2.3', 'localhost', '::1'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '192.168.1.2', '::', 'example.com'].some(isLoopback)).toBe(false)
})
