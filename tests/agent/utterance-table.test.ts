// What people say, through the real agent, interpreter, operations and engine: how often it is understood, and that nothing runs on a guess.

import { describe, expect, test } from 'bun:test'
import { type PlayedCase, playCases } from './support/play-case.ts'
import { EXAMPLE_REQUESTS } from './utterances/conversation.example.ts'
import { HELD_OUT_CASES } from './utterances/held-out.ts'
import { LATER_CASES, VISIBLE_CASES } from './utterances/table.ts'

/** Every case is a conversation with a registry on disk. */
const TIMEOUT_MS = 180_000

const share = (played: readonly PlayedCase[]) =>
  played.filter(({ verdict }) => verdict.passed).length / played.length

const idsOf = (played: readonly PlayedCase[]) => played.map(({ given }) => given.id)

/** Ids alone: the wording of the part set aside must not shape the rules. */
const missed = (played: readonly PlayedCase[]) =>
  idsOf(played.filter(({ verdict }) => !verdict.passed))

const executedFalsely = (played: readonly PlayedCase[]) =>
  idsOf(played.filter(({ verdict }) => verdict.falseExecution))

describe('the interpreter on the utterance table', () => {
  test(
    'understands at least 97 % of the visible part and runs nothing that was not asked for',
    async () => {
      const played = await playCases([...VISIBLE_CASES, ...EXAMPLE_REQUESTS])
      expect(executedFalsely(played)).toEqual([])
      expect(share(played), `missed: ${missed(played).join(' ')}`).toBeGreaterThanOrEqual(0.97)
    },
    TIMEOUT_MS,
  )

  test(
    'understands all of the rules that came later and runs nothing that was not asked for',
    async () => {
      const played = await playCases(LATER_CASES)
      expect(executedFalsely(played)).toEqual([])
      expect(missed(played)).toEqual([])
    },
    TIMEOUT_MS,
  )

  test(
    'understands at least 93 % of the part set aside and runs nothing that was not asked for',
    async () => {
      const played = await playCases(HELD_OUT_CASES)
      expect(executedFalsely(played)).toEqual([])
      expect(share(played), `missed: ${missed(played).join(' ')}`).toBeGreaterThanOrEqual(0.93)
    },
    TIMEOUT_MS,
  )
})
