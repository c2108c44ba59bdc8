// How events grow an answer, and how conversations are kept in the browser and read back.

import { expect, test } from 'bun:test'
import {
  applyEvent,
  type Conversation,
  settle,
  titleFrom,
  waitingMessage,
} from '#api/web/state/conversation.ts'
import { openConversations } from '#api/web/state/conversations.ts'

/** Local storage with a bound, as browsers have. */
function boundedStorage(maximum = Number.POSITIVE_INFINITY): Storage {
  const values = new Map<string, string>()
  return {
    get length() {
      return values.size
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    removeItem: (key) => void values.delete(key),
    clear: () => values.clear(),
    setItem(key, value) {
      const others = [...values].filter(([other]) => other !== key)
      const used = others.reduce((sum, [, text]) => sum + text.length, 0)
      if (used + value.length > maximum) throw new Error('quota exceeded')
      values.set(key, value)
    },
  }
}

function conversation(id: string, updatedAtMs: number, text = 'hello'): Conversation {
  const files = [{ name: 'a.pkl', sizeBytes: 3, progress: 0.5, upload: null }]
  const messages = [
    { from: 'person', id: `${id}1`, text, files } as const,
    waitingMessage(`${id}2`),
  ]
  return { id, serverId: 's', title: text, named: false, updatedAtMs, messages }
}

test('an answer grows by its events and ends as the server says', () => {
  const step = { operation: 'help', input: {}, status: 'done' } as const
  const grown = [
    { type: 'started', conversationId: 'c' } as const,
    { type: 'step-started', title: 'Help' } as const,
    { type: 'progress', fraction: 0.5, message: '' } as const,
    { type: 'text', delta: 'Hel' } as const,
    { type: 'text', delta: 'lo' } as const,
  ].reduce(applyEvent, waitingMessage('m'))
  expect(grown).toMatchObject({
    text: 'Hello',
    state: 'waiting',
    activity: { title: 'Help', fraction: 0.5 },
  })
  const after = applyEvent(grown, { type: 'step-finished', step })
  expect(after).toMatchObject({ activity: null, steps: [step] })
  const blocks = [{ kind: 'text', text: 'x' }] as const
  const whole = {
    type: 'done',
    conversationId: 'c',
    reply: 'Hello!',
    blocks,
    steps: [step],
  } as const
  expect(applyEvent(after, whole)).toMatchObject({ text: 'Hello!', blocks, state: 'done' })
})

test('a problem keeps what was said; a stop is not a failure', () => {
  const spoken = applyEvent(waitingMessage('m'), { type: 'text', delta: 'Half' })
  const problem = { kind: 'stopped', code: null, message: 'Stopped.', details: [] } as const
  expect(applyEvent(spoken, { type: 'problem', problem })).toMatchObject({
    text: 'Half',
    state: 'stopped',
  })
  const broken = applyEvent(spoken, { type: 'problem', problem: { ...problem, kind: 'refused' } })
  expect(broken.state).toBe('failed')
})

test('nobody waits for an answer of a page that was closed', () => {
  const settled = settle(conversation('a', 1))
  expect(settled.messages[0]).toMatchObject({ files: [{ progress: null }] })
  expect(settled.messages[1]).toMatchObject({ state: 'stopped' })
})

test('conversations are read back, newest first', () => {
  const storage = boundedStorage()
  const before = openConversations(storage)
  for (const [id, time] of [
    ['a', 1],
    ['b', 3],
    ['c', 2],
  ] as const) {
    before.put(conversation(id, time))
    before.save(id)
  }
  before.remove('c')
  expect(
    openConversations(storage)
      .store.get()
      .map(({ id }) => id),
  ).toEqual(['b', 'a'])
})

test('what another version of the page or a stranger wrote is passed over', () => {
  const storage = boundedStorage()
  storage.setItem('parley.conversation.x', '{"format":2}')
  storage.setItem('parley.conversation.y', 'not json')
  storage.setItem('parley.conversation.z', '{"format":1,"id":"z","messages":[{"from":"parley"}]}')
  storage.setItem('other', '{}')
  expect(openConversations(storage).store.get()).toEqual([])
})

test('a full storage lets the oldest conversation go, not the one being kept', () => {
  const storage = boundedStorage(2500)
  const kept = openConversations(storage)
  for (let time = 1; time <= 5; time++) {
    kept.put(conversation(`c${time}`, time, 'x'.repeat(300)))
    kept.save(`c${time}`)
  }
  const ids = openConversations(storage)
    .store.get()
    .map(({ id }) => id)
  expect(ids[0]).toBe('c5')
  expect(ids).not.toContain('c1')
})

test('without any storage a conversation lives as long as the page', () => {
  const conversations = openConversations(null)
  conversations.put(conversation('a', 1))
  conversations.save('a')
  expect(conversations.find('a')?.title).toBe('hello')
})

test('a conversation is called after its first words, or after its file', () => {
  expect(titleFrom('  Deploy \n my model ', [])).toBe('Deploy my model')
  expect(titleFrom('', ['churn_model.pkl'])).toBe('churn_model.pkl')
  expect(titleFrom('x'.repeat(200), [])).toHaveLength(60)
})
