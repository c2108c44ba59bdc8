// What a button brings back: short meanings inside its id, longer ones kept in the registry under a handle.

import { z } from 'zod'
import type { Ports } from '#core/operations/operation.ts'
import { OPERATION_NAMES } from '#core/operations/operation.ts'

const features = z.record(z.string(), z.string())

const actionSchema = z.discriminatedUnion('kind', [
  /** Says something, as if the person who clicks had typed it. */
  z.object({ kind: z.literal('say'), message: z.string() }),
  /** Runs an operation with the rights of who clicks. */
  z.object({
    kind: z.literal('run'),
    operation: z.enum(OPERATION_NAMES),
    input: z.record(z.string(), z.unknown()),
  }),
  /** Opens the form of a model, or the part of it from `start` on, with what was given so far. */
  z.object({
    kind: z.literal('form'),
    operation: z.enum(['predict', 'explain_prediction']),
    model: z.string(),
    version: z.number().nullable(),
    values: features,
    start: z.number(),
  }),
])

export type Action = z.output<typeof actionSchema>
export type FormAction = Extract<Action, { kind: 'form' }>

/** Answers a question that was put to one person: only that person's click counts, and only while it is open. */
export interface Answer {
  readonly kind: 'answer'
  readonly user: string
  readonly token: string
  readonly says: 'yes' | 'no'
}

/** Stops the turn that this person has running here. */
export interface Stop {
  readonly kind: 'stop'
  readonly user: string
}

const HANDLE = /^do:([0-9a-f]{32})$/
const ANSWER = /^(yes|no):(\d{1,20}):([0-9a-f]{32})$/
const STOP = /^stop:(\d{1,20})$/

export function answerId(says: Answer['says'], user: string, token: string): string {
  return `${says}:${user}:${token}`
}

export function stopId(user: string): string {
  return `stop:${user}`
}

export interface ActionStore {
  /** The id for a button or a modal; under 100 characters, works as long as conversations are kept. */
  keep(action: Action): Promise<string>
  /** Null for an id that is not ours or is kept no longer. */
  read(id: string): Promise<Action | Answer | Stop | null>
}

const OWNER = 'discord:buttons'

export function createActionStore(ports: Pick<Ports, 'registry' | 'randomId'>): ActionStore {
  const documentOf = (handle: string) => `discord-button:${handle}`
  return {
    async keep(action) {
      const handle = ports.randomId()
      await ports.registry.writeConversation(documentOf(handle), OWNER, JSON.stringify(action))
      return `do:${handle}`
    },
    async read(id) {
      const direct = readDirect(id)
      if (direct !== null) return direct
      const handle = HANDLE.exec(id)?.[1]
      if (handle === undefined) return null
      const json = await ports.registry.readConversation(documentOf(handle), OWNER)
      if (json === null) return null
      const parsed = actionSchema.safeParse(JSON.parse(json))
      return parsed.success ? parsed.data : null
    },
  }
}

function readDirect(id: string): Answer | Stop | null {
  const [, says, user = '', token = ''] = ANSWER.exec(id) ?? []
  if (says === 'yes' || says === 'no') return { kind: 'answer', says, user, token }
  const stopped = STOP.exec(id)?.[1]
  return stopped === undefined ? null : { kind: 'stop', user: stopped }
}
