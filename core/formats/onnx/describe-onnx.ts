// The edge of core/formats/onnx: an uploaded ONNX file becomes a checked graph with plain tensors, and its description.

import { STEPS_KEY } from '#core/pipeline/steps.ts'
import type { ModelDescription, TensorBinding } from '../description.ts'
import { FormatError } from '../format-error.ts'
import { type Budget, createBudget } from '../limits.ts'
import { type SignatureHints, unknownNamesWarning } from '../signature.ts'
import type { Dimension, OnnxFile } from './graph.ts'
import { dataInputs, describeInputs } from './graph-inputs.ts'
import { describeOutputs, type GraphOutputs } from './graph-outputs.ts'
import { checkOperators, forEachNode } from './operators.ts'
import { readOnnxGraph } from './read-graph.ts'
import { type GraphChanges, type PlainTensor, rewriteGraph } from './rewrite.ts'
import { wiringOf } from './trace.ts'

/** Name of the free batch dimension in rewritten graphs. */
const ROWS = 'rows'

/**
 * Operators that carry sizes of their own. A graph with one of them that was exported for a single row most likely has
 * that single row inside it too, so its batch dimension cannot be opened from outside.
 */
const SIZED_OPERATORS: ReadonlySet<string> = new Set([
  'Reshape',
  'Expand',
  'Tile',
  'ConstantOfShape',
  'Loop',
  'If',
  'Scan',
  'LSTM',
  'GRU',
  'RNN',
])

/** Throws a `FormatError` for a file that is damaged, not self-contained or no model of rows. */
export function describeOnnxFile(
  bytes: Uint8Array,
  hints: SignatureHints,
  budget: Budget = createBudget(),
): ModelDescription {
  const file = readOnnxGraph(bytes, budget)
  checkOperators(file)
  refuseSteps(file)
  const wiring = wiringOf(file.graph)
  const outputs = describeOutputs(file, wiring, hints.classes)
  const { inputs, namesKnown, tensors } = describeInputs(file, wiring, hints.features)
  const binding: TensorBinding = {
    inputs: tensors,
    ...(outputs.probabilities === null ? {} : { probabilities: outputs.probabilities }),
    ...(outputs.label === null ? {} : { label: outputs.label.name }),
    ...(outputs.values === null ? {} : { values: outputs.values }),
  }
  return {
    task: outputs.task,
    library: 'onnx',
    libraryVersion: producerOf(file),
    modelClass: mainOperator(file),
    objective: null,
    inputs,
    namesKnown,
    classes: outputs.classes,
    outputNames: outputs.outputNames,
    missingValue: null,
    predictor: { kind: 'onnx', onnx: plainGraph(bytes, file, outputs), binding },
    warnings: namesKnown ? [] : [unknownNamesWarning(inputs.length)],
  }
}

/**
 * A graph that Parley wrote may need words counted before it. Whoever uploads such an entry could have any pattern run over
 * other people's texts, and without it the graph would ask for a number for each word; so neither is done.
 */
function refuseSteps({ metadata }: OnnxFile): void {
  if (!metadata.has(STEPS_KEY)) return
  throw new FormatError(
    'This ONNX file is one that Parley made of a model that reads texts, and it works only with steps that Parley runs before it, which are not taken from uploads. Upload the file that it was made of.',
    0,
    'unsupported_file',
  )
}

function producerOf({ producerName, producerVersion }: OnnxFile): string | null {
  const producer = `${producerName} ${producerVersion}`.trim()
  return producer === '' ? null : producer
}

/** The operator that is the model, where the graph is one of a classic learner. */
function mainOperator(file: OnnxFile): string {
  const learner = file.graph.nodes.find(
    ({ domain, operator }) =>
      domain === 'ai.onnx.ml' &&
      (operator.endsWith('Classifier') || operator.endsWith('Regressor')),
  )
  return learner?.operator ?? 'ONNX graph'
}

/** The file as it came where it has plain outputs and a free batch, else a copy that has. */
function plainGraph(bytes: Uint8Array, file: OnnxFile, outputs: GraphOutputs): Uint8Array {
  const fixedBatch = hasFixedBatch(file)
  if (outputs.change === null && !fixedBatch) return bytes
  if (fixedBatch) checkBatchCanOpen(file)
  return rewriteGraph(bytes, file, changesFor(file, outputs, fixedBatch))
}

function hasFixedBatch({ graph }: OnnxFile): boolean {
  return dataInputs(graph).some(({ tensor }) => typeof tensor?.dims?.[0] === 'number')
}

function checkBatchCanOpen(file: OnnxFile): void {
  forEachNode(file, ({ operator, offset }) => {
    if (!SIZED_OPERATORS.has(operator)) return
    throw new FormatError(
      `This ONNX graph was exported for one row at a time, and its ${operator} keeps that size. Export it with a free batch dimension (dynamic_axes in torch.onnx.export).`,
      offset,
    )
  })
}

function changesFor(file: OnnxFile, outputs: GraphOutputs, fixedBatch: boolean): GraphChanges {
  const { change } = outputs
  const replaced = new Set(
    change === null ? [] : change.kind === 'unzip' ? change.node.outputs : change.columns,
  )
  const kept = file.graph.outputs
    .filter(({ name }) => !replaced.has(name) && name !== change?.tensor)
    .map((output) => plainTensor(output.name, output.tensor, true))
  const columns = change?.kind === 'join' ? change.columns : []
  const flat = columns.map((name) => `${name}_column`)
  const added: PlainTensor[] =
    change === null
      ? []
      : [{ name: change.tensor, elementType: 'float32', dims: [ROWS, outputs.width ?? ''] }]
  return {
    removedNodes: new Set(change?.kind === 'unzip' ? [change.node.offset] : []),
    addedNodes:
      columns.length === 0
        ? []
        : [
            // [rows] and [rows, 1] both become [rows, 1], which Concat then puts side by side.
            ...columns.map((name, index) => ({
              operator: 'Flatten',
              inputs: [name],
              output: flat[index] ?? '',
              axis: 1,
            })),
            { operator: 'Concat', inputs: flat, output: change?.tensor ?? '', axis: 1 },
          ],
    inputs: fixedBatch
      ? file.graph.inputs.map(({ name, tensor }) => plainTensor(name, tensor, isData(file, name)))
      : null,
    outputs: [...kept, ...added],
  }
}

function isData(file: OnnxFile, name: string): boolean {
  return dataInputs(file.graph).some((input) => input.name === name)
}

/** Callers have checked that the tensor is one of the plain types. */
function plainTensor(
  name: string,
  tensor: OnnxFile['graph']['inputs'][number]['tensor'],
  opensBatch: boolean,
): PlainTensor {
  const dims: readonly Dimension[] = tensor?.dims ?? ['', '']
  return {
    name,
    elementType: (tensor?.elementType ?? 'float32') as PlainTensor['elementType'],
    dims: opensBatch ? [ROWS, ...dims.slice(1)] : dims,
  }
}
