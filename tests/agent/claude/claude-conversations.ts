// What the tests of Claude share: real ports, the loopback server, a log that is searched for the key, and a turn over all.

import { afterAll, afterEach, beforeAll, beforeEach, expect, spyOn } from 'bun:test'
import { type ClaudeOptions, createClaude } from '#agent/claude/create-claude.ts'
import type { Limits } from '#agent/claude/limits.ts'
import type { Answer, LanguageModel } from '#agent/language.ts'
import type { Outcome } from '#core/errors.ts'
import { createTestPorts, deploySamples, type TestPorts } from '../../support/ports.ts'
import { createRecordingLogger, type LogLine } from '../../support/silent-logger.ts'
import {
  type ClaudeServer,
  type Script,
  type Scripted,
  startClaudeServer,
} from './claude-server.ts'
import { type TurnOptions, type WatchedTurn, watchTurn } from './claude-turn.ts'

export const KEY = 'sk-test-0123456789abcdef-secret'
export const FEATURES = { tenure: 24, monthly_charges: 70, total_charges: 1680 }
export const CALL_PREDICT = {
  call: 'predict',
  input: { model: 'churn', features: FEATURES },
} as const

export const say = (text: string): Scripted => ({ say: [{ text }] })

export type Turned = WatchedTurn & { readonly outcome: Outcome<Answer> }

export function replyOf({ outcome }: { readonly outcome: Outcome<Answer> }): string {
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value.reply
}

export interface ToolResult {
  readonly type: string
  readonly tool_use_id: string
  readonly content: string
  readonly is_error?: boolean
}

export interface Conversations {
  ports(): TestPorts
  server(): ClaudeServer
  lines(): readonly LogLine[]
  claude(limits?: Partial<Limits>, options?: Partial<ClaudeOptions>): LanguageModel
  /** One turn against the script; what was streamed must be what was answered. */
  converse(
    script: Script,
    options?: Partial<TurnOptions>,
    limits?: Partial<Limits>,
    more?: Partial<ClaudeOptions>,
  ): Promise<Turned>
  /** Results that the server was sent in its n-th request. */
  resultsIn(index: number): readonly ToolResult[]
}

const CONSOLE = ['log', 'info', 'warn', 'error', 'debug'] as const

/** Sets up and ends everything in the hooks of the calling file. Nothing may write to the console or log the key. */
export function setUpConversations(): Conversations {
  let ports: TestPorts
  let server: ClaudeServer
  let log: ReturnType<typeof createRecordingLogger>
  beforeAll(async () => {
    ports = await createTestPorts()
    await deploySamples(ports, ['churn', 'price'])
    server = startClaudeServer()
  })
  afterAll(async () => {
    await server.stop()
    await ports.close()
  })
  let consoles: readonly { mockRestore(): void; mock: { calls: unknown[] } }[] = []
  beforeEach(() => {
    log = createRecordingLogger()
    consoles = CONSOLE.map((method) => spyOn(console, method).mockImplementation(() => undefined))
  })
  afterEach(() => {
    const written = consoles.flatMap(({ mock }) => mock.calls)
    for (const spied of consoles) spied.mockRestore()
    expect(written).toEqual([])
    expect(JSON.stringify(log.lines)).not.toContain(KEY)
  })
  const claude: Conversations['claude'] = (limits = {}, options = {}) =>
    createClaude({
      apiKey: KEY,
      baseUrl: server.url,
      model: 'claude-opus-5-5',
      logger: log.logger,
      limits: { streamRetryDelayMs: 1, ...limits },
      ...options,
    })
  return {
    ports: () => ports,
    server: () => server,
    lines: () => log.lines,
    claude,
    async converse(script, options = {}, limits = {}, more = {}) {
      server.play(script)
      const watched = await watchTurn(ports, { message: 'hello', ...options })
      const outcome = await claude(limits, more).answer(watched.turn)
      if (outcome.ok) {
        expect(watched.said.join('')).toBe(outcome.value.reply)
        expect(watched.shown).toEqual(outcome.value.blocks)
      }
      return { ...watched, outcome }
    },
    resultsIn(index) {
      const message = server.requests[index]?.body.messages.at(-1)
      expect(message.role).toBe('user')
      return message.content
    },
  }
}
