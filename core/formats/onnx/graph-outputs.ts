// From a graph's outputs to what it answers: a label, probabilities of classes, or numbers.

import type { Task } from '#core/model.ts'
import { FormatError } from '../format-error.ts'
import { checkGivenNames } from '../given-names.ts'
import type { OnnxFile, OnnxNode, OnnxValueInfo } from './graph.ts'
import { textListOf } from './metadata.ts'
import { makerOf, type Wiring } from './trace.ts'

/** What to change in the graph so that its answer is plain tensors. */
export type OutputChange =
  /** Takes a ZipMap off; its input becomes the output. */
  | { readonly kind: 'unzip'; readonly node: OnnxNode; readonly tensor: string }
  /** Puts the columns, one output a class, side by side. */
  | { readonly kind: 'join'; readonly columns: readonly string[]; readonly tensor: string }
  | null

export interface GraphOutputs {
  readonly task: Task
  readonly classes: readonly string[] | null
  readonly outputNames: readonly string[] | null
  readonly label: OnnxValueInfo | null
  readonly probabilities: string | null
  readonly values: string | null
  /** Columns of probabilities or values, null when the graph leaves them open. */
  readonly width: number | null
  readonly change: OutputChange
}

const CLASS_KEYS = ['classes', 'class_names', 'class_labels', 'labels'] as const

/** Attributes that hold a classifier's labels, text or whole numbers. */
const LABEL_ATTRIBUTES = ['classlabels_strings', 'classlabels_int64s', 'classlabels_ints'] as const

/** Name of the output that joined columns become. */
const JOINED = 'parley_probabilities'

export function describeOutputs(
  file: OnnxFile,
  wiring: Wiring,
  given: readonly string[] | undefined,
): GraphOutputs {
  const { outputs } = file.graph
  if (outputs.length === 0)
    throw new FormatError('This ONNX graph gives no outputs.', file.graph.offset)
  const label = outputs.find(isLabel) ?? null
  const zipMap = findZipMap(file, wiring)
  const numbers = outputs.filter(isNumbers)
  if (zipMap !== null) return unzipped(zipMap, label, file, given)
  checkPlain(outputs)
  if (label !== null) return labelled(file, wiring, label, numbers, given)
  const [first] = numbers
  if (first === undefined || numbers.length > 1) {
    throw new FormatError(
      `This ONNX graph gives ${outputs.map(({ name }) => `"${name}"`).join(', ')}; Parley reads a label with probabilities, or one tensor of numbers.`,
      file.graph.offset,
    )
  }
  return numbersAlone(file, wiring, first, given)
}

/** A list of maps from label to probability, as scikit-learn's converter likes to give. */
function findZipMap(file: OnnxFile, wiring: Wiring): OnnxNode | null {
  for (const output of file.graph.outputs) {
    if (output.tensor !== null) continue
    const node = wiring.makers.get(output.name)
    if (node?.operator !== 'ZipMap') continue
    if (wiring.takers.has(output.name)) {
      throw new FormatError(
        'This ONNX graph works on the maps of its ZipMap; Parley reads tensors.',
        node.offset,
      )
    }
    return node
  }
  return null
}

function unzipped(
  node: OnnxNode,
  label: OnnxValueInfo | null,
  file: OnnxFile,
  given: readonly string[] | undefined,
): GraphOutputs {
  const tensor = node.inputs[0] ?? ''
  const stored = labelsOf(node)
  if (stored === null || tensor === '') {
    throw new FormatError('This ONNX graph has a ZipMap without labels.', node.offset)
  }
  const classes = chooseClasses(stored, stored.length, given, file)
  return classification(label, tensor, stored.length, classes, { kind: 'unzip', node, tensor })
}

function labelled(
  file: OnnxFile,
  wiring: Wiring,
  label: OnnxValueInfo,
  numbers: readonly OnnxValueInfo[],
  given: readonly string[] | undefined,
): GraphOutputs {
  const stored = storedLabels(wiring, label)
  const [first] = numbers
  const width = first === undefined ? null : widthOf(first)
  if (first === undefined) {
    const classes = chooseClasses(stored, null, given, file)
    return classification(label, null, null, requireClasses(classes, file), null)
  }
  if (numbers.length === 1) {
    const classes = chooseClasses(stored, width === 1 ? null : width, given, file)
    return classification(label, first.name, width, requireClasses(classes, file), null)
  }
  const classes = requireClasses(chooseClasses(stored, numbers.length, given, file), file)
  if (classes.length !== numbers.length || numbers.some((output) => (widthOf(output) ?? 1) !== 1)) {
    throw new FormatError(
      `This ONNX graph gives ${numbers.length} tensors of numbers beside its label, and has ${classes.length} classes; Parley cannot tell which are the probabilities.`,
      file.graph.offset,
    )
  }
  const columns = numbers.map(({ name }) => name)
  return classification(label, JOINED, columns.length, classes, {
    kind: 'join',
    columns,
    tensor: JOINED,
  })
}

function numbersAlone(
  file: OnnxFile,
  wiring: Wiring,
  output: OnnxValueInfo,
  given: readonly string[] | undefined,
): GraphOutputs {
  const width = widthOf(output)
  const maker = makerOf(wiring, output.name)?.operator
  const stored = textListOf(file, CLASS_KEYS)
  const isBinary = width === 1 && maker === 'Sigmoid'
  const isSoftmax = maker === 'Softmax' && width !== 1
  const named = given ?? stored
  const fits = named !== null && named !== undefined && named.length === (width === 1 ? 2 : width)
  if (isBinary || isSoftmax || (fits && (width ?? 0) !== 0 && named.length > 1)) {
    const count = width === 1 ? 2 : width
    const classes = requireClasses(chooseClasses(stored, count, given, file), file)
    return classification(null, output.name, width, classes, null)
  }
  return {
    task: 'regression',
    classes: null,
    outputNames:
      width === null || width === 1
        ? null
        : Array.from({ length: width }, (_, index) => `output_${index}`),
    label: null,
    probabilities: null,
    values: output.name,
    width,
    change: null,
  }
}

function classification(
  label: OnnxValueInfo | null,
  probabilities: string | null,
  width: number | null,
  classes: readonly string[],
  change: OutputChange,
): GraphOutputs {
  return {
    task: classes.length === 2 ? 'binary_classification' : 'multiclass_classification',
    classes,
    outputNames: null,
    label,
    probabilities,
    values: null,
    width,
    change,
  }
}

/** The person's names first, then the file's; `count` is null where the graph leaves the number open. */
function chooseClasses(
  stored: readonly string[] | null,
  count: number | null,
  given: readonly string[] | undefined,
  file: OnnxFile,
): readonly string[] {
  const wanted = count ?? stored?.length ?? null
  if (given !== undefined) {
    checkGivenNames(given, wanted ?? given.length, { what: 'classes', order: 'their codes' })
    return given
  }
  if (stored !== null && (wanted === null || stored.length === wanted)) return stored
  const listed = textListOf(file, CLASS_KEYS)
  if (listed !== null && (wanted === null || listed.length === wanted)) return listed
  return Array.from({ length: wanted ?? 0 }, (_, code) => String(code))
}

function requireClasses(classes: readonly string[], file: OnnxFile): readonly string[] {
  if (classes.length >= 2 && new Set(classes).size === classes.length) return classes
  throw new FormatError(
    'This ONNX graph does not say which classes it has. Name them in the order of their codes.',
    file.graph.offset,
  )
}

/** Labels of the classifier behind a label output, or of the encoder that puts them on. */
function storedLabels(wiring: Wiring, label: OnnxValueInfo): readonly string[] | null {
  const maker = makerOf(wiring, label.name)
  if (maker === null) return null
  return labelsOf(maker) ?? encoderLabels(maker, wiring)
}

/** LabelEncoder from codes to texts; and ArrayFeatureExtractor over stored labels, as scikit-learn's converter writes it. */
function encoderLabels(node: OnnxNode, wiring: Wiring): readonly string[] | null {
  if (node.operator === 'LabelEncoder') {
    const values = node.attributes.get('values_strings')
    return values?.kind === 'strings' ? values.values : null
  }
  const behind = makerOf(wiring, node.inputs[0] ?? '')
  return behind === null || behind === node ? null : labelsOf(behind)
}

function labelsOf(node: OnnxNode): readonly string[] | null {
  for (const name of LABEL_ATTRIBUTES) {
    const attribute = node.attributes.get(name)
    if (attribute?.kind === 'strings' && attribute.values.length > 0) return attribute.values
    if (attribute?.kind === 'integers' && attribute.values.length > 0) {
      return Array.from(attribute.values, String)
    }
  }
  return null
}

function isLabel({ tensor }: OnnxValueInfo): boolean {
  return tensor !== null && ['string', 'int64', 'int32'].includes(tensor.elementType)
}

function isNumbers({ tensor }: OnnxValueInfo): boolean {
  return tensor?.elementType === 'float32' || tensor?.elementType === 'float64'
}

function checkPlain(outputs: readonly OnnxValueInfo[]): void {
  for (const output of outputs) {
    if (isLabel(output) || isNumbers(output)) continue
    throw new FormatError(
      `This ONNX graph gives a ${output.typeName} as "${output.name}"; Parley reads tensors of numbers and labels.`,
      output.offset,
    )
  }
}

/** Columns of [rows, columns]; 1 for [rows]; null when open. */
function widthOf({ name, tensor, offset }: OnnxValueInfo): number | null {
  const dims = tensor?.dims ?? null
  if (dims === null) return null
  if (dims.length > 2) {
    throw new FormatError(
      `This ONNX graph gives "${name}" with ${dims.length} dimensions; Parley reads rows of numbers.`,
      offset,
    )
  }
  const width = dims.length === 2 ? dims[1] : 1
  return typeof width === 'number' ? width : null
}
