// The page as it is served: a strict policy, assets that never change under their name, nothing from elsewhere.

import { expect, test } from 'bun:test'
import { createPage } from '#api/web/page.ts'

const page = createPage()

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await page(new Request(`http://127.0.0.1:3000${path}`, { headers }))
  if (response === null) throw new Error(`nothing at ${path}`)
  return response
}

async function assetPaths(): Promise<string[]> {
  const html = await (await get('/')).text()
  return [...html.matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, path]) => path ?? '')
}

test('the document allows its own script and style and nothing else', async () => {
  const response = await get('/')
  const policy = response.headers.get('content-security-policy') ?? ''
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(policy).not.toMatch(/https?:/)
})

test('every document has a nonce of its own, on every script in it', async () => {
  const nonces = await Promise.all(
    [1, 2].map(async () => {
      const response = await get('/')
      const [, nonce = ''] =
        /'nonce-([^']+)'/.exec(response.headers.get('content-security-policy') ?? '') ?? []
      const html = await response.text()
      const scripts = html.match(/<script\b[^>]*>/g) ?? []
      expect(scripts).toHaveLength(2)
      for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`)
      return nonce
    }),
  )
  expect(nonces[0]).not.toBe(nonces[1] ?? '')
})

test('a script and a style are served under names that hold their hash, for ever', async () => {
  const paths = await assetPaths()
  expect(paths.map((path) => path.slice(path.lastIndexOf('.')))).toEqual(['.css', '.js'])
  for (const path of paths) {
    expect(path).toMatch(/-[a-z0-9]{8}\.(js|css)$/)
    const response = await get(path)
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('assets come compressed to whoever takes it, and hold the same bytes', async () => {
  const [, script = ''] = await assetPaths()
  const plain = await (await get(script)).bytes()
  const zipped = await get(script, { 'accept-encoding': 'gzip' })
  const brotli = await get(script, { 'accept-encoding': 'gzip, deflate, br' })
  expect(zipped.headers.get('content-encoding')).toBe('gzip')
  expect(brotli.headers.get('content-encoding')).toBe('br')
  expect(Bun.gunzipSync(await zipped.bytes())).toEqual(plain)
  expect((await brotli.bytes()).length).toBeLessThan(plain.length / 2)
  expect(brotli.headers.get('vary')).toBe('accept-encoding')
})

test('the style fetches nothing from anywhere', async () => {
  const [style = ''] = await assetPaths()
  const text = await (await get(style)).text()
  expect(text).not.toMatch(/@import|url\(\s*["']?(?:https?:)?\/\//)
})

test('other addresses are left to the server', async () => {
  for (const path of ['/api/models', '/docs', '/page/none.js', '/page/../bin/parley.ts']) {
    expect(await page(new Request(`http://127.0.0.1:3000${path}`))).toBeNull()
  }
})

test('the tab has an icon', async () => {
  const icon = await get('/favicon.svg')
  expect(icon.headers.get('content-type')).toBe('image/svg+xml')
})
