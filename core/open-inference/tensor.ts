// Tensors as the Open Inference Protocol (v2) knows them: a name, a datatype, a shape and values in row-major order.

/** What a value of each datatype is and how many bytes it takes in the binary form; BYTES bring their own length. */
export const DATATYPES = {
  BOOL: { kind: 'flag', bytes: 1 },
  UINT8: { kind: 'whole', bytes: 1, minimum: 0, maximum: 255 },
  UINT16: { kind: 'whole', bytes: 2, minimum: 0, maximum: 65_535 },
  UINT32: { kind: 'whole', bytes: 4, minimum: 0, maximum: 4_294_967_295 },
  // Rows carry numbers as JSON does, so whole numbers end where a double stops telling them apart.
  UINT64: { kind: 'whole', bytes: 8, minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  INT8: { kind: 'whole', bytes: 1, minimum: -128, maximum: 127 },
  INT16: { kind: 'whole', bytes: 2, minimum: -32_768, maximum: 32_767 },
  INT32: { kind: 'whole', bytes: 4, minimum: -2_147_483_648, maximum: 2_147_483_647 },
  INT64: {
    kind: 'whole',
    bytes: 8,
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  },
  FP32: { kind: 'real', bytes: 4 },
  FP64: { kind: 'real', bytes: 8 },
  BYTES: { kind: 'text', bytes: null },
} as const satisfies Record<string, DatatypeRule>

type DatatypeRule =
  | {
      readonly kind: 'whole'
      readonly bytes: 1 | 2 | 4 | 8
      readonly minimum: number
      readonly maximum: number
    }
  | { readonly kind: 'flag' | 'real'; readonly bytes: 1 | 4 | 8 }
  | { readonly kind: 'text'; readonly bytes: null }

export type Datatype = keyof typeof DATATYPES

/** BOOL values are 0 and 1, BYTES are texts; NaN stands for a missing number. */
export interface Tensor {
  readonly name: string
  readonly datatype: Datatype
  readonly shape: readonly number[]
  readonly values: ArrayLike<number> | ArrayLike<string>
}

/** Thrown for tensors that break the protocol; the message is for whoever sent them and holds no values of theirs. */
export class TensorError extends Error {
  override readonly name = 'TensorError'
}

/** Values of one request: 4 million numbers are 400 rows of 10,000 features, and about 100 MB as rows. */
export const MAX_VALUES = 4_000_000
/** Tables have two dimensions; a few more are named in a message before it is refused. */
const MAX_DIMENSIONS = 8

export function isDatatype(value: unknown): value is Datatype {
  return typeof value === 'string' && Object.hasOwn(DATATYPES, value)
}

/** How many values a shape holds; throws TensorError for what is no shape or too large. */
export function countOf(name: string, shape: unknown): number {
  if (!isShape(shape)) {
    throw new TensorError(`The shape of ${quote(name)} must be a list of whole numbers.`)
  }
  if (shape.length > MAX_DIMENSIONS) {
    throw new TensorError(`The shape of ${quote(name)} has more than ${MAX_DIMENSIONS} dimensions.`)
  }
  let count = 1
  for (const size of shape) {
    count *= size
    if (count > MAX_VALUES) {
      throw new TensorError(
        `${quote(name)} has more than the ${MAX_VALUES} values that one request may hold. Send fewer rows at a time.`,
      )
    }
  }
  return count
}

export function isShape(shape: unknown): shape is readonly number[] {
  return Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)
}

/** Longest part of a name that somebody else chose that is shown in a message. */
const SHOWN_NAME = 80

export function quote(name: string): string {
  return JSON.stringify(name.length > SHOWN_NAME ? `${name.slice(0, SHOWN_NAME)}…` : name)
}
