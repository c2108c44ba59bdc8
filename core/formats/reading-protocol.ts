// What the server and its reading process say to each other; bytes travel beside these as a frame's body.

import type { FormatErrorCode } from './format-error.ts'
import type { InspectionResult, ReadModelResult } from './reader.ts'
import type { SignatureHints } from './signature.ts'

/** The body is the file, and behind it the table that `hints.lookup` tells how to read. */
export type ReadingRequest =
  | { readonly kind: 'read'; readonly hints: SignatureHints; readonly tableBytes: number }
  | { readonly kind: 'inspect' }

/** The body is the ONNX of `read`, else empty. */
export type ReadingAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly result: Omit<ReadModelResult, 'onnx'> }
  | { readonly kind: 'inspected'; readonly result: InspectionResult }
  | {
      readonly kind: 'problem'
      readonly code: FormatErrorCode
      readonly message: string
      readonly offset: number
      /** Where the reader itself broke, for the log alone. */
      readonly fault?: string
    }

/** Room for a request's head: the names a person gives, at most a few thousand. */
export const REQUEST_HEAD_BYTES = 4 * 1024 * 1024
