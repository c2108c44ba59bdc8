// The load tool measures what a server does: how many answers, how late, and which failed.

import { describe, expect, test } from 'bun:test'
import { createLoad } from '../../bench/load/connections.ts'
import { PROFILES } from '../../bench/load/profiles.ts'
import { renderReport } from '../../bench/load/report.ts'

describe('a load', () => {
  test('counts what was answered, what failed, and how late it was', async () => {
    let asked = 0
    const server = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        asked += 1
        const { fails } = (await request.json()) as { fails: boolean }
        await Bun.sleep(20)
        return new Response('{}', { status: fails ? 500 : 200 })
      },
    })
    const bodies = ['{"fails":false}', '{"fails":true}']
    const load = createLoad({ port: server.port ?? 0, path: '/', bodies })
    load.setConnections(4)
    await Bun.sleep(200)
    load.setConnections(2)
    await Bun.sleep(100)
    const sample = load.sample()
    await load.stop()
    const { errors } = load.sample()
    await server.stop(true)
    const answered = (sample.requestsPerSecond * sample.atSeconds) | 0
    expect(sample.connections).toBe(2)
    expect(Math.abs(answered - asked)).toBeLessThanOrEqual(6)
    // Half of them, but for those under way.
    expect(Math.abs(sample.errors - answered / 2)).toBeLessThanOrEqual(3)
    expect(errors).toBeLessThanOrEqual(2)
    expect(sample.p50Ms).toBeGreaterThan(15)
    expect(sample.p99Ms).toBeGreaterThanOrEqual(sample.p50Ms)
  })
})

test('profiles say how many connections there are at each moment', () => {
  const at = (name: keyof typeof PROFILES) =>
    [0, 0.3, 0.5, 0.99].map((share) => PROFILES[name].connections(share, 64))
  expect(at('ramp')).toEqual([8, 24, 40, 64])
  expect(at('soak')).toEqual([64, 64, 64, 64])
  expect(at('spike')).toEqual([8, 8, 64, 8])
})

test('the report plots every figure and runs nothing', () => {
  const sample = {
    atSeconds: 1,
    connections: 8,
    requestsPerSecond: 1000,
    p50Ms: 2,
    p99Ms: 9,
    errors: 0,
    memoryMb: 100,
  }
  const later = { ...sample, atSeconds: 2, requestsPerSecond: 500 }
  const html = renderReport('<script>', [{ title: 'Soak & more', samples: [sample, later] }])
  expect(html.match(/<polyline/g)).toHaveLength(6)
  expect(html).toContain('Requests a second: at most 1,000, at the end 500')
  expect(html).toContain('points="320.0,8.0 640.0,64.0"')
  expect(html).toContain('Soak &#38; more')
  expect(html).not.toContain('<script')
})
