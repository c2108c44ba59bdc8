// What an operation is: one definition that every surface derives its own form from.

import type { z } from 'zod'
import type { Engine, LoadedModel } from '#core/engine/engine.ts'
import type { RemoteEngines } from '#core/engine/remote/client.ts'
import type { ErrorCode, Failure, Outcome } from '#core/errors.ts'
import type { InspectionResult, ReadModelRequest, ReadModelResult } from '#core/formats/reader.ts'
import type { Jobs } from '#core/jobs/jobs.ts'
import type { ModelReport, Prediction, Task } from '#core/model.ts'
import type { Monitor } from '#core/monitoring/monitor.ts'
import type { Tracer } from '#core/monitoring/tracer.ts'
import type { Usage } from '#core/monitoring/usage.ts'
import type { RateLimiter } from '#core/people/rate-limits.ts'
import type { Role } from '#core/people/roles.ts'
import type { PhraseSuggester } from '#core/phrases/create-suggester.ts'
import type { Presentation } from '#core/presentation/blocks.ts'
import type { Registry, VersionRecord } from '#core/registry/registry.ts'
import type { RolledBack } from '#core/traffic/roll-back.ts'
import type { TrafficFigures } from '#core/traffic/traffic-figures.ts'
import type { RunTracker } from '#core/training/tracking.ts'
import type { Trainer } from '#core/training/trainer.ts'
import type { Confirmations } from './confirmations.ts'

export type Effect = 'read' | 'write' | 'destructive'
export type { Role }

/** Who asks. Operations run with the rights of this person, on every surface and through the agent. */
export interface Principal {
  /** `local`, `key:ab12`, `slack:T1:U2`; what an upload or an audit line names. */
  readonly id: string
  readonly role: Role
  readonly surface: 'rest' | 'chat' | 'cli' | 'mcp' | 'slack' | 'discord' | 'test'
  /** What people call them, for the audit log: a key's name, a platform's user name. */
  readonly display?: string
  /** Effects and names of operations that they are limited to, within their role; all where absent. */
  readonly scopes?: readonly string[]
  /** Names of models that exist for them; all where absent. */
  readonly models?: readonly string[]
}

export interface Progress {
  /** 0..1, or null where the end is not known. */
  readonly fraction: number | null
  readonly message: string
}

/** A version borrowed from the serving table; `release` when the request is over. */
export interface Lease {
  readonly version: VersionRecord
  readonly model: LoadedModel
  /** Runs the answered rows through the shadows of the model's plan, later and beside; absent where there are none. */
  readonly shadow?: (
    rows: readonly Readonly<Record<string, unknown>>[],
    answered: readonly Prediction[],
  ) => void
  release(): void
}

/** The versions in memory. Requests in flight keep the version they began with. */
export interface Serving {
  /**
   * The live version without touching the database when it is in memory; not_found when unknown or undeployed. With a key
   * it is the version that the model's traffic plan gives to that key.
   */
  lease(name: string, key?: string): Promise<Outcome<Lease>>
  /** The same without waiting, for the prediction route: null where the live version is not in memory; then ask `lease`, which says why. */
  leaseNow(name: string, key?: string): Lease | null
  /** Whether a plan spreads the model's requests, so that a key matters. */
  isRouted(name: string): boolean
  /** What each version of the model's plan did with its requests; null where no plan is in force. */
  traffic(name: string): TrafficFigures | null
  /** The last version that took itself out since the start, and why; null where none did. */
  rolledBack(name: string): RolledBack | null
  /** A given version, loaded on demand and kept for a while. */
  leaseVersion(name: string, number: number): Promise<Outcome<Lease>>
  /** Names of models in memory, of one task where it is given. */
  loaded(task?: Task): readonly string[]
  /** Deployed models whose live version could not be loaded, with the reason. An earlier version may still answer. */
  failures(): ReadonlyMap<string, Failure>
  /** Reads the registry's news now instead of at the next notice; deploy and promote await it. */
  refresh(names: readonly string[]): Promise<void>
  /** Requests and errors and latency by model since start. */
  statistics(name: string): ServingStatistics
  /** Told after each prediction, in memory only. */
  record(name: string, sample: ServingSample): void
  close(): Promise<void>
}

export interface ServingSample {
  /** Of a batch there is none: its latency says nothing about a request's. */
  readonly version?: number
  readonly rows: number
  readonly latencyMs: number
  readonly ok: boolean
}

export interface ServingStatistics {
  readonly requests: number
  readonly rows: number
  readonly errors: number
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null
}

/** Reads model files in a worker under limits; see core/formats/reader.ts. */
export interface ModelReader {
  read(request: ReadModelRequest, signal?: AbortSignal): Promise<Outcome<ReadModelResult>>
  inspect(
    request: { bytes: Uint8Array; fileName: string },
    signal?: AbortSignal,
  ): Promise<Outcome<InspectionResult>>
  close(): Promise<void>
}

export interface Logger {
  /** True where `info` writes nothing: a line for each request need not even be made. */
  readonly ignoresInfo?: boolean
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

/** What training needs from outside. */
export interface Training {
  readonly trainer: Trainer
  readonly dataSets: DataSets
  /** Where finished runs are logged too; null where nothing is set. */
  readonly tracker: RunTracker | null
}

/** Data that can be trained on by name. */
export interface DataSets {
  readonly names: readonly string[]
  /** `not_found` says which there are, or what to do where its file is not here. */
  read(
    name: string,
  ): Promise<Outcome<{ fileName: string; bytes: Uint8Array; target: string | null }>>
}

/** Everything outside that operations use; built once, in bin/parley.ts. */
export interface Ports {
  readonly registry: Registry
  readonly serving: Serving
  readonly reader: ModelReader
  /** Tries a new version before anything of it is stored. */
  readonly engine: Engine
  /** Other inference servers that versions may run on; absent where this process connects to none. */
  readonly remotes?: RemoteEngines
  readonly logger: Logger
  /** Milliseconds since 1970, and a monotonic clock in milliseconds for latencies. */
  readonly now: () => number
  readonly monotonicMs: () => number
  /** 128 random bits in hex. */
  readonly randomId: () => string
  /** Where Parley is reached, e.g. `http://127.0.0.1:3000`, for snippets and links. */
  readonly baseUrl: string
  readonly defaultModel: string | null
  /** Folder of the example models (`models/`), for the sample on the empty page; read once at need. */
  readonly samples: SampleModels
  readonly training: Training
  /** Words for a blank; its models are opened at the first request. */
  readonly phrases: PhraseSuggester
  /** The questions that wait for a yes before something destructive runs. */
  readonly confirmations: Confirmations
  /** Where long work runs; it runs where it was asked for where absent. */
  readonly jobs?: Jobs
  /** What is away beside the registry, in sentences; absent where there is nothing more to ask. */
  readonly problems?: () => Promise<readonly string[]>
  /** How fast a person may go on; absent, everybody may go as fast as they like. */
  readonly rates?: RateLimiter
  /** Watches predictions for drift; absent where nothing is watched. */
  readonly monitor?: Monitor
  /** Counts for /metrics. */
  readonly usage?: Usage
  /** Absent where nothing is traced. */
  readonly tracer?: Tracer
}

export interface SampleModels {
  list(): Promise<
    readonly {
      name: string
      title: string
      description: string
      task: string
      fileName: string
      sizeBytes: number
    }[]
  >
  /** The file and what its config.json says about it. */
  read(name: string): Promise<Sample | null>
}

export interface Sample {
  readonly fileName: string
  readonly bytes: Uint8Array
  readonly config: SampleConfig
  /** `card.md`, '' where there is none. */
  readonly card: string
  /** Figures on rows that were put aside, from `metrics.json`; empty where there is none. */
  readonly metrics: Readonly<Record<string, number>>
  /** What else evaluation left, for the page; absent where there is nothing. */
  readonly report?: ModelReport
}

/** `models/<name>/config.json`, as far as operations use it. */
export interface SampleConfig {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly aliases?: readonly string[]
  readonly file: string
  readonly classes?: readonly string[]
  readonly positive_label?: string
  readonly target?: string
  readonly unit?: string
  /** Lower bound of each risk band by its name: `{"Low Risk": 0, "Medium Risk": 0.3, "High Risk": 0.6}`. */
  readonly thresholds?: Readonly<Record<string, number>>
  readonly features?: Readonly<Record<string, SampleFeature>>
  readonly examples?: readonly string[]
}

export interface SampleFeature {
  readonly description?: string
  readonly unit?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly example?: number | string | boolean
  readonly aliases?: readonly string[]
}

export interface Call {
  readonly principal: Principal
  readonly requestId: string
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
  /**
   * True when a surface that asks by itself (a conversation, a form) has the person's own yes to this very operation and
   * input. Elsewhere the input of a `destructive` one carries a minted confirmation.
   */
  readonly confirmed: boolean
  readonly ports: Ports
  /** For who comes back later for what became of it: the job's id, and who hears that it has been accepted. */
  readonly job?: { readonly id: string; readonly accepted: () => void }
}

/** An example of use, run on every surface by the parity test against a registry holding the sample models. */
export interface Example {
  /** Said by a person, for help texts. */
  readonly utterance: string
  /** The input that this means. */
  readonly input: Readonly<Record<string, unknown>>
}

/**
 * One thing Parley can do. Methods, not function properties: their parameters are compared both ways, so that
 * operations of different inputs stand in one list and a surface may call any of them with what `invoke` checked.
 */
export interface Operation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> {
  readonly name: OperationName
  readonly title: string
  /** One or two sentences for people and for a language model that chooses among operations. */
  readonly description: string
  readonly effect: Effect
  readonly cost: 'instant' | 'heavy'
  /** True for work of minutes, which may run on another machine and outlive who asked for it. */
  readonly isJob?: boolean
  /** Strict: an unknown key is an error with the nearest known one, never dropped. */
  readonly input: Input
  readonly output: Output
  readonly errors: readonly ErrorCode[]
  readonly examples: readonly Example[]
  /** What to ask when a valid input does not yet say enough to run, and the field that the answer fills; else null. */
  asks?(input: z.output<Input>): Question | null
  /**
   * The sentence that a destructive operation puts to the person before it runs. Fails as `handle` would where there is
   * nothing to run it on.
   */
  confirms?(input: z.output<Input>, ports: Ports): Promise<Outcome<string>>
  handle(input: z.output<Input>, call: Call): Promise<Outcome<z.input<Output>>>
  present(output: z.output<Output>): Presentation
}

export interface Question {
  readonly field: string
  readonly text: string
}

/** Lets the compiler work out what `handle` and `present` get from the two schemas. */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation
}

/** The contract with outsiders; pinned by a test. */
export const OPERATION_NAMES = [
  'list_models',
  'describe_model',
  'deploy_model',
  'undeploy_model',
  'delete_model',
  'predict',
  'predict_batch',
  'explain_prediction',
  'list_versions',
  'promote_version',
  'set_traffic',
  'model_metrics',
  'check_drift',
  'train_model',
  'suggest_phrases',
  'help',
] as const

export type OperationName = (typeof OPERATION_NAMES)[number]
