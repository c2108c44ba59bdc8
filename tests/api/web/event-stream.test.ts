// Server-sent events as the page reads them, however the network cuts them.

import { expect, test } from 'bun:test'
import { readEvents } from '#api/web/client/event-stream.ts'

const TEXT = ': keep-alive\n\nevent: text\ndata: {"delta":"naïve 👋"}\n\nevent: done\ndata: {}\n\n'

async function readAll(text: string, size: number) {
  const bytes = new TextEncoder().encode(text)
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let place = 0; place < bytes.length; place += size) {
        controller.enqueue(bytes.subarray(place, place + size))
      }
      controller.close()
    },
  })
  return Array.fromAsync(readEvents(body))
}

test('events are read whole, cut anywhere, even inside a letter', async () => {
  for (const size of [1, 2, 3, 7, 1000]) {
    expect(await readAll(TEXT, size)).toEqual([
      { event: 'text', data: '{"delta":"naïve 👋"}' },
      { event: 'done', data: '{}' },
    ])
  }
})

test('an event that the connection cut off is not an event', async () => {
  expect(await readAll('event: text\ndata: {"del', 5)).toEqual([])
})

test('lines may end as on Windows, and data may have several lines', async () => {
  expect(await readAll('event: x\r\ndata: a\r\ndata: b\r\n\r\n', 4)).toEqual([
    { event: 'x', data: 'a\nb' },
  ])
})
