// Every bound of the MCP surface, with its reason.

const KIB = 1024
const MIB = 1024 * KIB
const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS

/** A file given by path or address; the same as the HTTP upload, so that what deploys there deploys here. */
export const MAX_FILE_BYTES = 256 * MIB
/** A JSON-RPC message: a thousand rows of twenty named features are half a megabyte. */
export const MAX_MESSAGE_BYTES = 8 * MIB
/** A download must be whole by then: 256 MB at 35 Mbit/s. */
export const DOWNLOAD_DEADLINE_MS = MINUTE_MS
/** Release pages and dataset hosts redirect two or three times. */
export const MAX_REDIRECTS = 5
/** Longer addresses are mistakes or attacks; signed download links stay well below. */
export const MAX_URL_LENGTH = 4_096

/** Models with a tool of their own. Clients send every tool's schema to their language model with each turn. */
export const MAX_MODEL_TOOLS = 40
/** A wider model would cost thousands of tokens a turn; `predict` takes it. */
export const MAX_FIELDS_OF_MODEL_TOOL = 64
/** Words from a model's card go into a language model's context: enough to choose by, too little to preach. */
export const MAX_DESCRIPTION_LENGTH = 400
/** Models with resources in the list; the templates reach the others. */
export const MAX_LISTED_MODELS = 100
/** The protocol's own bound on completions. */
export const MAX_COMPLETIONS = 100
/** A form with more questions is not filled in; beyond it the missing inputs are listed in words. */
export const MAX_FORM_FIELDS = 20
/** A scored table as a resource; larger ones are for downloads, not for a context. */
export const MAX_RESULT_BYTES = MIB

/** Sessions of older clients. Each holds a few kilobytes; the least recently used gives way. */
export const MAX_SESSIONS = 500
/** A desktop client left open over a weekend finds its session again. */
export const SESSION_LIFETIME_MS = 72 * 60 * MINUTE_MS
/** Streams say something this often, before idle timeouts (30 s here, 30 or 60 s in proxies) end them. */
export const KEEP_ALIVE_MS = 15 * SECOND_MS
