// What an example is: one command from data to a deployed model, and what it is given to do that with.

import type { Outcome } from '#core/errors.ts'
import type { Call } from '#core/operations/operation.ts'
import type { FindData } from './shared/find-data.ts'
import type { ModelCache } from './shared/model-folder.ts'

export interface Example {
  /** As it is typed after `parley example`; also the name of the model and of its folder in `models/`. */
  readonly name: string
  /** As people call it: "House prices". */
  readonly title: string
  /** What it shows, in one line. */
  readonly summary: string
  /** What a person may give beside the name; nothing where it is left out. */
  readonly takes?: readonly (keyof ExampleContext['given'])[]
  /** Fails with what a person can do about it. Rejects with the signal's reason when aborted. */
  make(context: ExampleContext): Promise<Outcome<ExampleResult>>
}

export interface ExampleContext {
  /** Registry, engine, reader and clock (`call.ports`), who asks, and the signal that ends the work. */
  readonly call: Call
  /** Finds the example's files: a folder, a download, or a seeded synthetic sample. */
  readonly findData: FindData
  /** Where files for the person go, absolute; it may not exist yet. */
  readonly outputFolder: string
  /** Runs `work` against an HTTP server of this process's own models, on a free port of this machine. */
  readonly withServer: <T>(work: (url: string) => Promise<T>) => Promise<T>
  readonly fetch: typeof fetch
  /** Where models of other people are fetched, and where they are kept. */
  readonly modelCache: ModelCache
  /** Prints one line, or several. */
  readonly say: (line: string) => void
  /** True makes everything anew that is already there. */
  readonly again: boolean
  /** Paths as they were typed: a file of parameters, a table or its address. */
  readonly given: { readonly config?: string; readonly data?: string }
}

export interface ExampleResult {
  readonly model: string
  /** The live version: `2-1a2b3c4d5e6f`. */
  readonly modelVersion: string
  /** A row for the model's endpoint, for the command to try. */
  readonly row: Readonly<Record<string, unknown>>
  /** Files that were written, with what they are: `["report.html", "open it in a browser"]`. */
  readonly files: readonly (readonly [path: string, about: string])[]
}

/** Work that reports its progress and can be stopped, without the rest of a call. */
export type Work = Pick<Call, 'signal' | 'progress'>
