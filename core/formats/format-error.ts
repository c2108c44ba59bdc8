// The one error a reader throws: what in the bytes it could not use, and where.

export type FormatErrorCode =
  | 'unsupported_file'
  | 'unreadable_model'
  | 'too_large'
  | 'invalid_input'

/** Thrown inside `core/formats` only; the reader's edge turns it into a `Failure`. */
export class FormatError extends Error {
  override readonly name = 'FormatError'
  /** Offset in bytes into the file, or into the decompressed stream or inner document where the message says so. */
  readonly offset: number
  /** `unsupported_file`: no model file at all; `unreadable_model`: a model we cannot use; `too_large`: a limit; `invalid_input`: a sound file, and names that do not fit it. */
  readonly code: FormatErrorCode

  constructor(message: string, offset: number, code: FormatErrorCode = 'unreadable_model') {
    super(message)
    this.offset = offset
    this.code = code
  }
}
