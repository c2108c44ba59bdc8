// A stop lets what is in flight end, answers what was on its way, and does not wait for ever.

import { afterEach, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { ROW, sendRaw, startServer, storeModel, type TestServer } from './support.ts'

describe('a stop', () => {
  const open: TestServer[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  test('lets what is in flight end, and closes', async () => {
    const stopping = await startServer()
    open.push(stopping)
    await storeModel(stopping.ports)
    const body = JSON.stringify(ROW)
    const head = `POST /api/predict/churn HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
    const { port } = new URL(stopping.url)
    let received = ''
    const ended = new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', async () => {
        socket.write(head + body.slice(0, 10))
        await Bun.sleep(50)
        const stopped = stopping.server.stop({ drainMs: 5_000 })
        await Bun.sleep(50)
        socket.write(body.slice(10))
        await stopped
        resolve()
      })
      socket.on('data', (data) => {
        received += data.toString()
      })
    })
    await ended
    expect(received).toStartWith('HTTP/1.1 200')
    expect(received.toLowerCase()).toContain('connection: close')
    expect(received).toContain('"predicted_label"')
    await expect(fetch(`${stopping.url}/health`)).rejects.toThrow()
  })

  test('answers what comes before it closes, and tells who asks for its health to look elsewhere', async () => {
    const stopping = await startServer()
    open.push(stopping)
    await storeModel(stopping.ports)
    expect((await stopping.ask('POST', '/api/predict/churn', ROW)).status).toBe(200)
    const stopped = stopping.server.stop({ drainMs: 5_000 })
    const late = await stopping.ask('POST', '/api/predict/churn', ROW)
    expect([late.status, late.headers.get('connection')]).toEqual([200, 'close'])
    expect((await stopping.ask('GET', '/health')).status).toBe(503)
    await stopped
    await expect(fetch(`${stopping.url}/health`)).rejects.toThrow()
  })

  test('lets an answer that streams come to its end', async () => {
    const stopping = await startServer()
    open.push(stopping)
    const response = await fetch(`${stopping.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ message: 'pause 200' }),
    })
    const stopped = stopping.server.stop({ drainMs: 5_000 })
    expect(await response.text()).toContain('event: done')
    await stopped
  })

  test('tells a turn that takes too long', async () => {
    const stopping = await startServer()
    open.push(stopping)
    const answer = stopping.ask('POST', '/api/chat', { message: 'wait' })
    await Bun.sleep(50)
    await stopping.server.stop({ drainMs: 50 })
    const { status, body } = await answer
    expect([status, body.error.code]).toEqual([503, 'cancelled'])
  })

  test('does not wait longer than it may', async () => {
    const stopping = await startServer()
    open.push(stopping)
    const hanging = sendRaw(
      stopping.url,
      'POST /api/operations/help HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      { quietMs: 5_000 },
    )
    await Bun.sleep(50)
    await stopping.server.stop({ drainMs: 100 })
    expect(await hanging).not.toContain('200')
  })
})
