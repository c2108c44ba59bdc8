// Reads FunctionTransformer: functions of numpy and scipy by their names, with the options that some of them take.

import type { Transformer } from '#core/pipeline/pipeline.ts'
import { FUNCTION_NAMES, type FunctionName, PLAIN_SCALE } from '#core/pipeline/preprocessing.ts'
import { asNumber, asText, isCompound, isDict, isRecord, itemsOf } from '../pickle/access.ts'
import { printable } from '../pickle/globals.ts'
import type { PickleValue } from '../pickle/value.ts'
import { attribute, type FittedObject, refuse } from './fitted-object.ts'
import type { TableShape } from './reading.ts'

/** Options by name, without those that are None. */
type Options = Map<string, PickleValue>

type FunctionReader = (object: FittedObject, table: TableShape, options: Options) => Transformer

const plain =
  (name: FunctionName): FunctionReader =>
  () => ({ kind: 'function', name })

const multiplied =
  (factor: number): FunctionReader =>
  (_, { width }) => ({ ...PLAIN_SCALE, multiply: new Float64Array(width).fill(factor) })

const unchanged: FunctionReader = () => ({ kind: 'identity' })

/** numpy's functions of one value; `sublinear` is none of them. */
const PLAIN_NAMES = FUNCTION_NAMES.filter((name) => !['sublinear', 'expit', 'logit'].includes(name))

/** numpy's names → what they do; several functions have more than one. */
const NUMPY_FUNCTIONS: Readonly<Record<string, FunctionReader>> = {
  ...Object.fromEntries(PLAIN_NAMES.map((name) => [name, plain(name)])),
  absolute: plain('abs'),
  fabs: plain('abs'),
  fix: plain('trunc'),
  positive: unchanged,
  asarray: unchanged,
  deg2rad: multiplied(Math.PI / 180),
  radians: multiplied(Math.PI / 180),
  rad2deg: multiplied(180 / Math.PI),
  degrees: multiplied(180 / Math.PI),
  round: readRounding,
  round_: readRounding,
  around: readRounding,
  clip: readClipping,
  nan_to_num: readFilling,
}

/** Of scipy.special. */
const SCIPY_FUNCTIONS: Readonly<Record<string, FunctionReader>> = {
  ...Object.fromEntries(
    (['expit', 'logit', 'log1p', 'expm1', 'exp2', 'cbrt'] as const).map((name) => [
      name,
      plain(name),
    ]),
  ),
}

/** Every function that is read, by its name in numpy or scipy.special. */
export const READ_FUNCTIONS: Readonly<Record<'numpy' | 'scipy', readonly string[]>> = {
  numpy: Object.keys(NUMPY_FUNCTIONS),
  scipy: Object.keys(SCIPY_FUNCTIONS),
}

const NUMPY = /^numpy(\.|$)/
const SCIPY = /^scipy\.special(\.|$)/

export function readFunctionTransformer(object: FittedObject, table: TableShape): Transformer {
  const value = attribute(object, 'func')
  if (value === null || value === undefined) return { kind: 'identity' }
  const { module, name, options } = functionOf(value)
  addOptions(options, attribute(object, 'kw_args'))
  const functions = NUMPY.test(module) ? NUMPY_FUNCTIONS : SCIPY.test(module) ? SCIPY_FUNCTIONS : {}
  const read = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (read === undefined) {
    throw refuse(
      object,
      `calls the function ${printable(`${module}.${name}`)}, which Parley does not run. It knows numpy's ${READ_FUNCTIONS.numpy.join(', ')}, and scipy.special's ${READ_FUNCTIONS.scipy.join(', ')}; use one of these, or prepare the column before the model.`,
    )
  }
  const transformer = read(object, table, options)
  const [left] = options.keys()
  if (left === undefined) return transformer
  throw refuse(
    object,
    `calls ${printable(name)} with the option ${printable(left)} (kw_args), which Parley does not apply. Leave it out, or prepare the column before the model.`,
  )
}

interface NamedFunction {
  readonly module: string
  readonly name: string
  readonly options: Options
}

/** A function by its module and name; numpy's own as pickle writes them in either way, and functools.partial around one. */
function functionOf(value: PickleValue | undefined, isPartial = false): NamedFunction {
  if (isCompound(value) && value.kind === 'global') {
    return { module: value.module, name: value.name, options: new Map() }
  }
  if (!isRecord(value)) return { module: 'unknown', name: 'function', options: new Map() }
  const { module, name } = value.callable
  if (name === '_ufunc_reconstruct') {
    const [ownModule, ownName] = value.args.map(asText)
    return { module: ownModule ?? '', name: ownName ?? '', options: new Map() }
  }
  const [inner, given, options] = itemsOf(value.state) ?? []
  const isPlain = !isPartial && itemsOf(given)?.length === 0
  if (module !== 'functools' || name !== 'partial' || !isPlain) {
    return { module, name, options: new Map() }
  }
  const found = functionOf(inner, true)
  addOptions(found.options, options)
  return found
}

function addOptions(options: Options, value: PickleValue | undefined): void {
  if (!isDict(value)) return
  for (const [key, option] of value.entries) {
    if (option !== null) options.set(asText(key) ?? '?', option)
  }
}

/** The number of an option, which is done with then; undefined where it is not given. */
function takeNumber(
  object: FittedObject,
  options: Options,
  ...names: readonly string[]
): number | undefined {
  const name = names.find((one) => options.has(one))
  if (name === undefined) return undefined
  const number = asNumber(options.get(name))
  if (number === null) {
    throw refuse(
      object,
      `has an option ${name} (kw_args) that is no single number, which Parley does not apply. Use one number for all columns.`,
    )
  }
  options.delete(name)
  return number
}

/** numpy scales by a power of ten, rounds half to even, and scales back. */
function readRounding(object: FittedObject, { width }: TableShape, options: Options): Transformer {
  const decimals = takeNumber(object, options, 'decimals') ?? 0
  const rounded: Transformer = { kind: 'function', name: 'rint' }
  if (decimals === 0) return rounded
  const factor = new Float64Array(width).fill(10 ** Math.abs(decimals))
  const up: Transformer = { ...PLAIN_SCALE, multiply: factor }
  const down: Transformer = { ...PLAIN_SCALE, divide: factor }
  return { kind: 'sequence', steps: decimals > 0 ? [up, rounded, down] : [down, rounded, up] }
}

/** The bounds have other names since numpy 2.1. */
function readClipping(object: FittedObject, _: TableShape, options: Options): Transformer {
  const low = takeNumber(object, options, 'a_min', 'min') ?? Number.NEGATIVE_INFINITY
  const high = takeNumber(object, options, 'a_max', 'max') ?? Number.POSITIVE_INFINITY
  return { ...PLAIN_SCALE, clip: [low, high] }
}

/** Infinite values become the largest numbers there are. */
function readFilling(object: FittedObject, { width }: TableShape, options: Options): Transformer {
  options.delete('copy')
  const fill = takeNumber(object, options, 'nan') ?? 0
  const columns = Array.from({ length: width }, (_, column) => ({ column, fill }))
  return {
    kind: 'sequence',
    steps: [
      { kind: 'impute', missing: Number.NaN, columns },
      { ...PLAIN_SCALE, clip: [-Number.MAX_VALUE, Number.MAX_VALUE] },
    ],
  }
}
