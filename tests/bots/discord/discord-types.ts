// What a test can see and do on the loopback Discord.

import type { Gateway } from './discord-gateway.ts'
import type { Recorded } from './recorder.ts'

export interface User {
  readonly id: string
  readonly name: string
  readonly roles?: readonly string[]
}

export interface SentFile {
  readonly name: string
  readonly content: string | Uint8Array<ArrayBuffer>
  /** The file store answers this instead of the file. */
  readonly fails?: number
}

/** A message of the bot as people see it now. */
export interface Shown {
  readonly id: string
  readonly channel: string
  /** All text of the message, in order. */
  readonly text: string
  readonly buttons: readonly { readonly label: string; readonly id: string }[]
  readonly isEphemeral: boolean
  readonly files: Recorded['files']
  readonly edits: number
}

export interface Option {
  readonly name: string
  readonly type: number
  readonly value: string | number | boolean
  readonly focused?: boolean
}

export interface DiscordServer {
  /** `http://127.0.0.1:1234/api` */
  readonly apiUrl: string
  readonly gateway: Gateway
  readonly requests: readonly Recorded[]
  /** Everything Discord would have refused. */
  readonly problems: readonly string[]
  /** Messages of the bot, oldest first, in every channel. */
  messages(): readonly Shown[]
  /** Somebody writes; answers the message's id. */
  say(user: User, text: string, more?: Partial<Saying>): string
  interact(user: User, type: number, data: object, more?: Partial<Interacting>): string
  command(user: User, name: string, options?: readonly Option[], file?: SentFile): string
  click(user: User, buttonId: string): string
  /** The modal that was opened last. */
  modal(): { readonly id: string; readonly title: string; readonly inputs: readonly ModalInput[] }
  /** The values of the first inputs, in order. */
  submit(user: User, values: readonly string[]): string
  /** What autocomplete answered last. */
  completions(): readonly { readonly name: string; readonly value: string | number }[]
  /** Answers every request to a path that holds this with an error, until told otherwise. */
  failing: { path: string; status: number; code: number } | null
  /** Answers the next request to a path that holds this with "too many", once. */
  limitedOnce: string | null
  applicationFlags: number
  stop(): Promise<void>
}

export interface ModalInput {
  readonly label: string
  readonly id: string
  readonly type: number
  /** What stands in it already. */
  readonly value: string | undefined
}

export interface Saying {
  readonly channel: string
  readonly mentions: boolean
  readonly isDirect: boolean
  readonly files: readonly SentFile[]
}

export interface Interacting {
  readonly id: string
  readonly resolved: object
}
