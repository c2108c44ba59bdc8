// Float32 as int32 in the same order, so that compiled trees compare whole numbers.

/** What a missing value becomes where it should go left, and where right: before and after every number. */
export const MISSING_LEFT = -0x80000000
export const MISSING_RIGHT = 0x7fffffff

const INFINITY_BITS = 0x7f800000

const floats = new Float32Array(1)
const bits = new Int32Array(floats.buffer)

/** `a < b` exactly when `orderedBits(a) < orderedBits(b)`, for all float32 but NaN; 0 and -0 are one. */
export function orderedBits(value: number): number {
  floats[0] = value
  return orderBits(bits[0] as number)
}

/** The same from a float32's own bits. */
function orderBits(raw: number): number {
  const magnitude = raw & MISSING_RIGHT
  return magnitude === 0 ? 0 : raw ^ ((raw >> 31) & MISSING_RIGHT)
}

/**
 * Writes `count` float32 rows, given by their bits, as the tree kernel reads them: 2 * featureCount ordered bits a row,
 * missing values before every number in the first half and after every number in the second.
 */
export function orderRows(
  rows: Int32Array,
  count: number,
  featureCount: number,
  ordered: Int32Array,
): void {
  for (let row = 0; row < count; row++) {
    const source = row * featureCount
    const below = 2 * source
    const above = below + featureCount
    for (let feature = 0; feature < featureCount; feature++) {
      const raw = rows[source + feature] as number
      // Any NaN, whatever its sign and payload.
      if ((raw & MISSING_RIGHT) > INFINITY_BITS) {
        ordered[below + feature] = MISSING_LEFT
        ordered[above + feature] = MISSING_RIGHT
      } else {
        const value = orderBits(raw)
        ordered[below + feature] = value
        ordered[above + feature] = value
      }
    }
  }
}
