// Every bound of a turn with Claude, in one place, each with its reason.

export interface Limits {
  /** Requests of one turn. Looking a model up, predicting and comparing takes three or four; eight leaves room for repairs. */
  readonly maxRounds: number
  /** Operations of one answer. People compare a handful of rows by hand; more belong into one `predict_batch`. */
  readonly maxCallsPerRound: number
  /** Tokens of one answer, thinking included. Replies are a few sentences; the rest is room to think and for inline rows. */
  readonly maxOutputTokens: number
  /** Tokens in and out over all requests of a turn: what one message may cost at most. */
  readonly maxTurnTokens: number
  /** One request with its retries, until the last byte. Longer than the slowest full answer seen with thinking. */
  readonly requestTimeoutMs: number
  /** All waiting for Claude in a turn; operations have limits of their own. After this long people have left. */
  readonly turnTimeoutMs: number
  /**
   * Tries again after 429, 5xx, 529 and a lost connection, by the client library, with backoff
   * and `retry-after`. Two cost at most 1.5 s of backoff before the interpreter takes over.
   */
  readonly maxRetries: number
  /** Tries again when an answer broke off before any of its words were shown; the library does not retry those. */
  readonly maxStreamRetries: number
  /** Before the first of those, doubled for each further one. */
  readonly streamRetryDelayMs: number
}

export const DEFAULT_LIMITS: Limits = {
  maxRounds: 8,
  maxCallsPerRound: 16,
  maxOutputTokens: 8192,
  maxTurnTokens: 300_000,
  requestTimeoutMs: 120_000,
  turnTimeoutMs: 180_000,
  maxRetries: 2,
  maxStreamRetries: 2,
  streamRetryDelayMs: 500,
}

/** Characters of one operation's result that Claude reads; the person gets all of it as blocks. About 2,000 tokens. */
export const MAX_RESULT_CHARACTERS = 8000

/** Entries of one list in a result, such as rows of a table: enough to see a pattern, and the summary has the rest. */
export const MAX_LIST_ENTRIES = 20

/** Characters of one text inside a result: a cell that holds an essay is no reason to read it. */
export const MAX_TEXT_CHARACTERS = 600

/** Turns that Claude sees with what their operations answered; older ones keep only their words. */
export const MAX_FULL_TURNS = 6

/** Characters of history in all, about 8,000 tokens; the oldest turns are left out first. */
export const MAX_HISTORY_CHARACTERS = 32_000

/** Characters of a result in an earlier turn: what was said of it stands in the reply. */
export const MAX_OLD_RESULT_CHARACTERS = 2000

/** Characters of a message or a reply of turns beyond `MAX_FULL_TURNS`. */
export const MAX_OLD_WORDS_CHARACTERS = 400

/** Models and inputs named in the prompt; `list_models` and `describe_model` have all of them. */
export const MAX_MODELS_NAMED = 40
export const MAX_INPUTS_NAMED = 30
export const MAX_UPLOADS_NAMED = 10
