// Every bound the HTTP surface puts on what it reads, with its reason; each is checked while bytes arrive.

const KIB = 1024
const MIB = 1024 * KIB
const SECOND_MS = 1_000

export interface Limits {
  /** One uploaded model file. */
  readonly uploadBytes: number
  /** A JSON body: predictions, operations, chat. */
  readonly jsonBytes: number
  /** A body of the Open Inference Protocol, whose tensors may be bytes. */
  readonly tensorBytes: number
  /** Rows of one `instances` request; more belong in a batch, which streams. */
  readonly instances: number
  /** A batch's body. Rows stream, so this bounds time and temporary disk, not memory. */
  readonly batchBytes: number
  /** A Parquet batch, which is read at random and so is held whole. */
  readonly parquetBytes: number
}

export const DEFAULT_LIMITS: Limits = {
  // XGBoost models of a few thousand trees are tens of megabytes; a quarter gigabyte leaves room for random forests.
  uploadBytes: 256 * MIB,
  // 10,000 rows of 20 named features are about 4 MB.
  jsonBytes: 8 * MIB,
  // 100,000 rows of 40 features as 8-byte numbers; core/open-inference bounds the number of values beside it.
  tensorBytes: 32 * MIB,
  instances: 10_000,
  // Ten times the 100 MB that people send in practice.
  batchBytes: 2_048 * MIB,
  parquetBytes: 128 * MIB,
}

/** A form's text field: a list of 1,000 feature names of 60 letters. */
export const MAXIMUM_FIELD_BYTES = 64 * KIB
/** Text fields of one form; the largest form has eight. */
export const MAXIMUM_FIELDS = 32
/** Files of one chat message: people drop one or two, a folder is a mistake. */
export const MAXIMUM_FILES = 8
/** Header lines of one part: two short lines in practice. */
export const MAXIMUM_PART_HEADER_BYTES = 8 * KIB
/** What a form may hold beside its files: boundaries, headers, text fields. */
export const FORM_OVERHEAD_BYTES = MAXIMUM_FIELDS * MAXIMUM_FIELD_BYTES + 64 * KIB
/** A file name as it is stored: the limit of common file systems. */
export const MAXIMUM_FILE_NAME_LENGTH = 255
/** A chat message: several pages of pasted rows. */
export const MAXIMUM_MESSAGE_LENGTH = 32_000

/** A connection on which no byte moves for this long is closed; Bun counts in whole seconds, 255 at most. */
export const IDLE_TIMEOUT_SECONDS = 30
/** A JSON body that does not come at once must be whole by then; the sender of a byte a second is let go. */
export const JSON_BODY_DEADLINE_MS = 30 * SECOND_MS
/** An upload must be whole by then: 256 MB at 3.5 Mbit/s. */
export const UPLOAD_DEADLINE_MS = 600 * SECOND_MS
/** Silent event streams say something this often, before proxies give up (commonly after 30 or 60 s). */
export const KEEP_ALIVE_MS = 15 * SECOND_MS
/** How long requests in flight may take to end when the server stops. */
export const DEFAULT_DRAIN_MS = 10 * SECOND_MS
/** Answers of a batch kept in memory while its sender is not yet reading; beyond that they wait in a temporary file. */
export const SPILL_THRESHOLD_BYTES = 8 * MIB
/** A batch's first bytes wait this long at most for a bad row that would still change the status. */
export const HOLD_BACK_MS = 2 * SECOND_MS
/** A broken-off answer throws away what is still on its way; its last line, which says why, gets this head start. */
export const LAST_LINE_MS = 250
