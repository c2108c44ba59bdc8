// From the tensors of a request to rows of a model's features: a tensor a feature by its name, or one table of many.

import type { InputField, Row, Scalar, Signature } from '#core/model.ts'
import { DATATYPES, quote, type Tensor, TensorError } from './tensor.ts'

/** Names that a message lists; the rest are counted. */
const MAX_NAMES = 8

interface Column {
  readonly feature: string
  readonly tensor: Tensor
  /** The first value, and how far it is from one row's to the next's. */
  readonly offset: number
  readonly stride: number
}

/**
 * One row for each step of the first dimension, which all tensors share. A tensor with a feature's name is [rows] or
 * [rows, 1]. One more tensor, of any other name, may be [rows, n] (or [rows] for one) and holds the n features that have
 * no tensor of their own, in the signature's order: numbers hold all that are no texts, BYTES hold all. Features that may
 * be missing can be left out where each has its own tensor. Values are not checked: the version's validator does that.
 * Throws TensorError.
 */
export function rowsOf({ inputs }: Pick<Signature, 'inputs'>, tensors: readonly Tensor[]): Row[] {
  const [first] = tensors
  if (first === undefined) throw new TensorError('There must be at least one tensor.')
  const count = first.shape[0] ?? 0
  if (count === 0)
    throw new TensorError(
      `${quote(first.name)} has no rows: its shape begins with the number of rows.`,
    )
  const other = tensors.find(({ shape }) => shape[0] !== count)
  if (other !== undefined) {
    throw new TensorError(
      `All tensors need the same number of rows; ${quote(first.name)} has ${count} and ${quote(other.name)} has ${other.shape[0] ?? 'none'}.`,
    )
  }
  const columns = placeColumns(inputs, tensors)
  return Array.from({ length: count }, (_, row) =>
    // `fromEntries` makes a key of every name, `__proto__` too.
    Object.fromEntries(columns.map((column) => [column.feature, valueAt(column, row)])),
  )
}

function valueAt({ tensor, offset, stride }: Column, row: number): Scalar {
  const value = tensor.values[row * stride + offset]
  return value === undefined || Number.isNaN(value) ? null : value
}

function placeColumns(inputs: readonly InputField[], tensors: readonly Tensor[]): Column[] {
  const known = new Set(inputs.map(({ name }) => name))
  const columns: Column[] = []
  const taken = new Set<string>()
  let table: Tensor | null = null
  for (const tensor of tensors) {
    if (known.has(tensor.name)) {
      if (taken.has(tensor.name)) throw new TensorError(`${quote(tensor.name)} was sent twice.`)
      taken.add(tensor.name)
      // A model of one feature may call it as a client calls its whole table.
      if (widthOf(tensor) !== 1) {
        throw new TensorError(
          `${quote(tensor.name)} is one feature, so its shape must be [rows] or [rows, 1].`,
        )
      }
      columns.push({ feature: tensor.name, tensor, offset: 0, stride: 1 })
    } else if (table === null) table = tensor
    else {
      throw new TensorError(
        `${quote(table.name)} and ${quote(tensor.name)} are no features of this model; one tensor may hold several features, the others bear a feature's name: ${listed([...known])}.`,
      )
    }
  }
  return table === null ? columns : [...columns, ...spread(inputs, table, taken)]
}

/** The features that a table's columns are, in order. */
function spread(
  inputs: readonly InputField[],
  table: Tensor,
  taken: ReadonlySet<string>,
): readonly Column[] {
  const isText = DATATYPES[table.datatype].kind === 'text'
  const left = inputs.filter(
    (field) => !taken.has(field.name) && field.unused !== true && (isText || !isTextField(field)),
  )
  const width = widthOf(table)
  if (left.length !== width) {
    const these =
      left.length === 0
        ? `no feature is left for it${isText ? '' : ' (those that are texts take BYTES)'}`
        : `it stands for ${listed(left.map(({ name }) => name))}, so its shape must be [rows, ${left.length}]`
    throw new TensorError(
      `${quote(table.name)} is no feature of this model: ${these}; it is [${table.shape.join(', ')}].`,
    )
  }
  return left.map(({ name }, offset) => ({ feature: name, tensor: table, offset, stride: width }))
}

function widthOf({ name, shape }: Tensor): number {
  if (shape.length === 1) return 1
  const [, width] = shape
  if (shape.length === 2 && width !== undefined) return width
  throw new TensorError(
    `The shape of ${quote(name)} must be [rows] or [rows, features]; it has ${shape.length} dimensions.`,
  )
}

/** True where a value is a text, not a number. */
export function isTextField({ type, categories }: InputField): boolean {
  return type === 'string' || (type === 'category' && categories !== undefined)
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map(quote).join(', ')
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown
}
