// What is kept of answers, and for how long: once for equal requests, never a failure, never more than the bound.

import { expect, test } from 'bun:test'
import { createKeptAnswers, KEPT_MS, MAX_KEPT_ANSWERS } from '#core/phrases/kept-answers.ts'

test('equal requests at once are made once, and again when the answer is old', async () => {
  let nowMs = 0
  let made = 0
  const kept = createKeptAnswers<number>(() => nowMs)
  const make = async () => ++made
  expect(await Promise.all([kept.get('a', make), kept.get('a', make)])).toEqual([1, 1])
  nowMs = KEPT_MS - 1
  expect(await kept.get('a', make)).toBe(1)
  nowMs = KEPT_MS
  expect(await kept.get('a', make)).toBe(2)
  expect(kept.statistics()).toEqual({ hits: 2, misses: 2 })
})

test('a failure reaches everybody who waited for it, and is made again for the next', async () => {
  const kept = createKeptAnswers<number>(() => 0)
  const fail = async () => {
    throw new Error('broken')
  }
  const both = await Promise.allSettled([kept.get('a', fail), kept.get('a', fail)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await kept.get('a', async () => 1)).toBe(1)
})

test('the answer asked for longest ago goes first where there are too many', async () => {
  const kept = createKeptAnswers<string>(() => 0)
  const ask = (key: string) => kept.get(key, async () => key)
  for (let at = 0; at < MAX_KEPT_ANSWERS; at++) await ask(`${at}`)
  await ask('0')
  await ask('one more')
  const { misses } = kept.statistics()
  await ask('0')
  expect(kept.statistics().misses).toBe(misses)
  await ask('1')
  expect(kept.statistics().misses).toBe(misses + 1)
})

test('closing waits for what is being made, also where it fails', async () => {
  const kept = createKeptAnswers<number>(() => 0)
  const held = Promise.withResolvers<number>()
  const asked = kept.get('a', () => held.promise).catch(() => 'failed')
  let isClosed = false
  const closed = kept.close().then(() => {
    isClosed = true
  })
  await Bun.sleep(5)
  expect(isClosed).toBe(false)
  held.reject(new Error('broken'))
  await closed
  expect(await asked).toBe('failed')
})
