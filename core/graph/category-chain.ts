// A categorical split as a chain of numeric comparisons that onnxruntime's tree operator knows.

/**
 * One comparison of a chain. When it holds, the row goes to the split's right or left child; when not, to the
 * next link, and after the last link to the child that `lastGoesRight` names.
 */
export interface ChainLink {
  readonly mode: 'BRANCH_EQ' | 'BRANCH_LT'
  readonly value: number
  readonly trueGoesRight: boolean
  readonly lastGoesRight: boolean
  readonly missingTracksTrue: boolean
}

/** Codes from 2^24 on are no exact float32; XGBoost sends them left like unknown ones. */
const CODE_LIMIT = 2 ** 24

/**
 * The chain of a split whose `codes` go right and every other code left; values are whole numbers or NaN.
 * Of two shapes the shorter one: one equality a code, or two bounds for each run of neighbouring codes.
 */
export function categoryChain(codes: Int32Array, missingGoesLeft: boolean): readonly ChainLink[] {
  const sorted = [...new Set(codes)]
    .filter((code) => code >= 0 && code < CODE_LIMIT)
    .sort((a, b) => a - b)
  if (sorted.length === 0) return [everythingLeft(missingGoesLeft)]
  const runs: [number, number][] = []
  for (const code of sorted) {
    const run = runs.at(-1)
    if (run !== undefined && run[1] === code) run[1] = code + 1
    else runs.push([code, code + 1])
  }
  return sorted.length <= 2 * runs.length
    ? sorted.map((code) => equality(code, missingGoesLeft))
    : runs.flatMap(([start, end], index) => bounds(start, end, index === 0, missingGoesLeft))
}

function equality(code: number, missingGoesLeft: boolean): ChainLink {
  return {
    mode: 'BRANCH_EQ',
    value: code,
    trueGoesRight: true,
    lastGoesRight: false,
    missingTracksTrue: !missingGoesLeft,
  }
}

function bounds(
  start: number,
  end: number,
  isFirst: boolean,
  missingGoesLeft: boolean,
): readonly ChainLink[] {
  const common = { mode: 'BRANCH_LT', lastGoesRight: false } as const
  return [
    {
      ...common,
      value: start,
      trueGoesRight: false,
      missingTracksTrue: isFirst && missingGoesLeft,
    },
    { ...common, value: end, trueGoesRight: true, missingTracksTrue: true },
  ]
}

function everythingLeft(missingGoesLeft: boolean): ChainLink {
  return {
    mode: 'BRANCH_LT',
    value: Number.POSITIVE_INFINITY,
    trueGoesRight: false,
    lastGoesRight: true,
    missingTracksTrue: missingGoesLeft,
  }
}
