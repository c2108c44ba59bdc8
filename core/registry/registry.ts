// The port to the registry: models, their immutable versions, the live alias, uploads, conversations, keys and the audit log.

import type { Outcome } from '#core/errors.ts'
import type { TensorBinding } from '#core/formats/description.ts'
import type { ModelReport, Origin, Scalar, Signature } from '#core/model.ts'
import type { PeopleStore } from '#core/people/people-store.ts'
import type { TrafficPlan } from '#core/traffic/traffic-plan.ts'

/** How long an upload waits to be deployed: a day covers a conversation put aside over night, and no disk fills up. */
export const UPLOAD_LIFETIME_MS = 24 * 60 * 60 * 1000

/** How long a conversation is kept after its last turn. */
export const CONVERSATION_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000

export interface ModelRecord {
  /** `[a-z0-9][a-z0-9_-]{0,62}`, the name in the endpoint. */
  readonly name: string
  /** What people call it ("Customer churn"). */
  readonly title: string
  readonly description: string
  /** Other names that find it. */
  readonly aliases: readonly string[]
  /** Number of the live version; null when it is not deployed. */
  readonly liveVersion: number | null
  /** How requests are spread over versions; null where the live one gets all of them. */
  readonly traffic: TrafficPlan | null
  readonly versionCount: number
  readonly createdAt: string
  readonly updatedAt: string
}

export interface VersionRecord {
  readonly model: string
  /** From 1, never used twice, also after a delete of the model's later versions. */
  readonly number: number
  /** `3-1a2b3c4d5e6f`: number and first 12 hex digits of the ONNX artifact's sha256. */
  readonly modelVersion: string
  readonly signature: Signature
  readonly binding: TensorBinding
  readonly origin: Origin
  /** sha256 of the ONNX artifact. */
  readonly artifactSha256: string
  readonly artifactBytes: number
  /** sha256 of the original file, kept beside the ONNX. */
  readonly originalSha256: string
  readonly warnings: readonly string[]
  /** Figures the trainer gave (accuracy, auc, rmse…), by name. */
  readonly metrics: Readonly<Record<string, number>>
  readonly createdAt: string
}

export interface NewVersion {
  readonly model: string
  /** Kept when absent and the model exists; else made from the name. */
  readonly title?: string
  readonly description?: string
  readonly aliases?: readonly string[]
  /** Markdown. */
  readonly card?: string
  readonly signature: Signature
  readonly binding: TensorBinding
  readonly origin: Origin
  readonly onnx: Uint8Array
  readonly original: Uint8Array
  readonly warnings: readonly string[]
  readonly metrics?: Readonly<Record<string, number>>
  readonly report?: ModelReport
  readonly deploy: boolean
}

export const RUN_STATUSES = ['running', 'finished', 'failed', 'stopped'] as const

/** One training: what went in, what came out. */
export interface TrainingRun {
  /** 128 random bits in hex. */
  readonly id: string
  readonly name: string
  readonly status: (typeof RUN_STATUSES)[number]
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly durationMs: number
  /** Principal who started it. */
  readonly owner: string
  /** Learner, hyperparameters, seed, split, `data_sha256` and versions. */
  readonly parameters: Readonly<Record<string, Scalar>>
  readonly metrics: Readonly<Record<string, number>>
  /** Model and version that were made of it; null where none was. */
  readonly model: string | null
  readonly version: number | null
  readonly report: ModelReport | null
}

/** A file received and not yet deployed. Uploads expire after UPLOAD_LIFETIME_MS and belong to who sent them. */
export interface UploadRecord {
  /** 128 random bits in hex; the handle other operations take. */
  readonly id: string
  readonly fileName: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly owner: string
  readonly createdAt: string
}

export interface TrafficChange {
  readonly traffic?: TrafficPlan
  readonly replacing?: string
}

/** Every write is one transaction; artifacts are written, fsynced and renamed before the row that names them. */
export interface Registry extends PeopleStore {
  listModels(): Promise<readonly ModelRecord[]>
  findModel(name: string): Promise<ModelRecord | null>
  listVersions(name: string): Promise<readonly VersionRecord[]>
  findVersion(name: string, number: number): Promise<VersionRecord | null>
  /** The version that already holds this original under this name, for "content already stored". */
  findByOriginal(name: string, originalSha256: string): Promise<VersionRecord | null>
  /** Throws RegistryUnavailable where nothing can be stored now (disk full); the name must be a valid one. */
  createVersion(version: NewVersion): Promise<VersionRecord>
  /**
   * null undeploys. The traffic plan is replaced with it: none where none is given. not_found where the model or a version
   * does not exist; conflict where `replacing` is given and another plan than the one of that start is in force.
   */
  setLive(
    name: string,
    number: number | null,
    change?: TrafficChange,
  ): Promise<Outcome<ModelRecord>>
  /** Changes what people call it, without a new version. */
  updateModel(
    name: string,
    change: { title?: string; description?: string; aliases?: readonly string[]; card?: string },
  ): Promise<Outcome<ModelRecord>>
  /** What evaluation left of a version; null where there is none, or no such version. */
  readReport(name: string, number: number): Promise<ModelReport | null>
  /** Newest first, `limit` at most. */
  listRuns(limit: number): Promise<readonly TrainingRun[]>
  findRun(id: string): Promise<TrainingRun | null>
  /** Creates or replaces the run with this id. */
  writeRun(run: TrainingRun): Promise<void>
  /** The markdown that came with a model, '' where none did or there is no such model. */
  readCard(name: string): Promise<string>
  deleteModel(name: string): Promise<Outcome<{ versionsDeleted: number }>>
  readArtifact(sha256: string): Promise<Uint8Array>
  createUpload(upload: {
    fileName: string
    owner: string
    content: Uint8Array | ReadableStream<Uint8Array>
    /** Refused with too_large while it is read, not after. */
    maximumBytes: number
  }): Promise<Outcome<UploadRecord>>
  findUpload(id: string): Promise<UploadRecord | null>
  readUpload(id: string): Promise<Uint8Array>
  deleteUpload(id: string): Promise<void>
  /** Small JSON documents by id, for conversations; null when unknown, expired, or (where `owner` is given) another's. */
  readConversation(id: string, owner?: string): Promise<string | null>
  /** Creates or replaces; throws where the conversation belongs to another owner. */
  writeConversation(id: string, owner: string, json: string): Promise<void>
  /** Called after any change, this process's own or another's, with the names that may differ. Returns unsubscribe. */
  onChange(listener: (names: readonly string[]) => void): () => void
  /** Throws RegistryUnavailable, saying what is away, where something could not be read or stored now. */
  check(): Promise<void>
  close(): Promise<void>
}
