// Checks the order of turns, what is seen of them while they run, and that an event is taken once.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { TurnEvent } from '#agent/turn.ts'
import { createSeenEvents } from '#bots/shared/seen-events.ts'
import { createTurnDesk, MAX_WAITING } from '#bots/shared/turn-desk.ts'
import { followTurn, type TurnView } from '#bots/shared/turn-view.ts'
import { createTestPorts, type TestPorts } from '../../support/ports.ts'

describe('the turn desk', () => {
  test('lets a second message of a conversation wait, and other conversations run', async () => {
    const desk = createTurnDesk()
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const first = desk.admit('a', async () => {
      await gate.promise
      order.push('first')
    })
    const second = desk.admit('a', async () => {
      order.push('second')
    })
    const other = desk.admit('b', async () => {
      order.push('other')
    })
    expect([first.admission, second.admission, other.admission]).toEqual([
      'running',
      'waiting',
      'running',
    ])
    await other.finished
    gate.resolve()
    await second.finished
    expect(order).toEqual(['other', 'first', 'second'])
    await desk.close()
  })

  test('refuses what cannot be answered in time, and goes on after a failure', async () => {
    const failures: unknown[] = []
    const desk = createTurnDesk((error) => failures.push(error))
    const gate = Promise.withResolvers<void>()
    desk.admit('a', async () => {
      await gate.promise
      throw new Error('broken')
    })
    const waiting = Array.from({ length: MAX_WAITING }, () =>
      desk.admit('a', async () => undefined),
    )
    expect(waiting.every(({ admission }) => admission === 'waiting')).toBe(true)
    expect(desk.admit('a', async () => undefined).admission).toBe('refused')
    gate.resolve()
    await waiting.at(-1)?.finished
    expect(failures).toHaveLength(1)
    expect(desk.admit('a', async () => undefined).admission).toBe('running')
    await desk.close()
  })

  test('stops the running turn and forgets what waits', async () => {
    const desk = createTurnDesk()
    let ran = false
    const first = desk.admit(
      'a',
      (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    )
    const second = desk.admit('a', async () => {
      ran = true
    })
    expect(desk.stop('a')).toBe(true)
    await Promise.all([first.finished, second.finished])
    expect(ran).toBe(false)
    expect(desk.stop('a')).toBe(false)
  })
})

describe('followTurn', () => {
  test('shows the newest state at the pace, and the whole result at the end', async () => {
    const shown: TurnView[] = []
    async function* events(): AsyncGenerator<TurnEvent> {
      yield { type: 'started', conversationId: 'c' }
      for (const delta of ['a', 'b', 'c']) yield { type: 'text', delta }
      await Bun.sleep(5)
      yield { type: 'text', delta: 'd' }
      const result = { conversationId: 'c', reply: 'abcd', blocks: [], steps: [] }
      yield { type: 'done', result: { ...result, language: 'interpreter' } }
    }
    const result = await followTurn(
      events(),
      { intervalMs: 10_000, monotonicMs: () => performance.now() },
      async (view) => {
        shown.push(view)
        if (shown.length === 1) throw new Error('the platform is away for a moment')
      },
      () => undefined,
    )
    expect(result?.reply).toBe('abcd')
    expect(shown.map(({ text }) => text)).toEqual(['abc', 'abcd'])
  })
})

describe('seen events', () => {
  let ports: TestPorts
  beforeAll(async () => {
    ports = await createTestPorts()
  })
  afterAll(() => ports.close())

  test('are taken by one of many, also after a restart', async () => {
    const before = createSeenEvents('slack', ports)
    const claims = await Promise.all([before.claim('E1'), before.claim('E1'), before.claim('E2')])
    expect(claims).toEqual([true, false, true])
    const afterRestart = createSeenEvents('slack', ports)
    expect(await afterRestart.claim('E1')).toBe(false)
    expect(await createSeenEvents('discord', ports).claim('E1')).toBe(true)
  })

  test('are taken by one of two processes that hear of them at once', async () => {
    const both = [createSeenEvents('slack', ports), createSeenEvents('slack', ports)]
    const claims = await Promise.all(both.map((one) => one.claim('E3')))
    expect(claims.filter(Boolean)).toHaveLength(1)
  })
})
