// How much of a batch is held in memory at once, and why that much.

/** Rows predicted together: enough to fill the engine's blocks many times, few enough to hold as objects (about 1 MB). */
export const ROWS_PER_CHUNK = 4_096

/** Ends the search for the closing quote of a CSV cell or the end of a JSON line before it holds a whole file. */
export const MAX_RECORD_BYTES = 1024 * 1024

/** Columns of a table; a spreadsheet ends at 16,384. */
export const MAX_COLUMNS = 20_000

/** Parquet keeps its index at the end, so that the whole file must be held; CSV and JSON lines have no such limit. */
export const MAX_PARQUET_BYTES = 128 * 1024 * 1024

/** Rows of a Parquet row group, all of which are in memory at once; writers make groups of about a million at most. */
export const MAX_PARQUET_ROW_GROUP_ROWS = 2 * 1024 * 1024

/** What a row group may grow to when decompressed, by the file's own index. */
export const MAX_PARQUET_ROW_GROUP_BYTES = 512 * 1024 * 1024

/** One page decompressed; writers make pages of 1 MB unless told otherwise. */
export const MAX_PARQUET_PAGE_BYTES = 64 * 1024 * 1024

/** Values of a row group over all columns; each takes 8 bytes and more once it is a JavaScript value. */
export const MAX_PARQUET_ROW_GROUP_VALUES = 32 * 1024 * 1024

/** A row group at the limits above takes seconds; beyond this the file is damaged or made to keep us busy. */
export const PARQUET_STEP_TIMEOUT_MS = 30_000
