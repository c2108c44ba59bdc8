// A fitted pipeline as one ONNX graph over float64 numbers and texts, and the steps that run before it.

import type { TensorBinding } from '#core/formats/description.ts'
import { FormatError } from '#core/formats/format-error.ts'
import type { InputField } from '#core/model.ts'
import { EXPLANATION_KEY, writeExplanation } from '#core/pipeline/explanation-entry.ts'
import type { PipelineModel, Predictor, Transformer } from '#core/pipeline/pipeline.ts'
import { STEPS_KEY, type TextStep, writeSteps } from '#core/pipeline/steps.ts'
import { createGraphBuilder, type GraphBuilder } from '../graph-builder.ts'
import { type OnnxValue, writeOnnx } from '../onnx-writer.ts'
import { type Answer, codesOf } from './answer.ts'
import { COMBINED } from './combined.ts'
import { COMPOSITION } from './composition.ts'
import type { PipelineGraph, PredictorTable, TransformerTable } from './converter.ts'
import { DISTANCES } from './distances.ts'
import { explanationOf } from './explained.ts'
import type { Flow, FlowColumn, FlowSource } from './flow.ts'
import { LINEAR } from './linear.ts'
import { addMargins } from './margins.ts'
import { PREPROCESSING } from './preprocessing.ts'
import { PROBABILISTIC } from './probabilistic.ts'
import { pruneGraph } from './prune.ts'
import { TEXT } from './text.ts'
import { unifyTreeOperators } from './tree-operators.ts'
import { TREES } from './trees.ts'

const NUMBERS = 'numbers'
const TEXTS = 'texts'

const TRANSFORMERS: TransformerTable<Transformer> = { ...COMPOSITION, ...PREPROCESSING, ...TEXT }

const PREDICTORS: PredictorTable<Predictor> = {
  chain: (graph, flow, node) =>
    graph.predict(
      node.steps.reduce((table: Flow, step) => graph.transform(table, step), flow),
      node.predictor,
    ),
  margins: addMargins,
  ...LINEAR,
  ...TREES,
  ...DISTANCES,
  ...PROBABILISTIC,
  ...COMBINED,
}

/** What a pipeline's artifact needs beside its graph's own numbers. */
export interface PipelineParts {
  readonly model: PipelineModel
  readonly inputs: readonly InputField[]
  /** Class labels in the order of the probabilities; null for a regression. */
  readonly classes: readonly string[] | null
}

/**
 * The graph takes `numbers` float64 [rows, n] and `texts` string [rows, m], whichever the inputs have, and gives
 * `probabilities` float64 [rows, classes] and `label` string [rows], whichever the model has, or `values` float64
 * [rows, outputs]. Text steps and what explanations need travel in the file's metadata. Throws FormatError where a step
 * does not fit.
 */
export function pipelineToOnnx(parts: PipelineParts): { onnx: Uint8Array; binding: TensorBinding } {
  const graph = createGraphBuilder()
  const steps: TextStep[] = []
  const flow = inputFlow(parts.inputs)
  const answer = addPipeline(graph, steps).predict(flow, parts.model.predictor)
  const outputs = finishAnswer(graph, answer, parts.classes)
  const { nodes, initializers } = unifyTreeOperators(
    pruneGraph(
      graph,
      outputs.map(({ name }) => name),
    ),
  )
  const explanation = explanationOf(parts.model.predictor, flow, { nodes, initializers })
  const read = new Set(nodes.flatMap((node) => node.inputs))
  // A row is made with all of them, also where a selection left out what came of one.
  const inputs = sourcesOf(flow).filter(
    (source) =>
      source !== NOWHERE.source &&
      (read.has(source.tensor) || steps.every(({ input }) => input !== source.tensor)),
  )
  const onnx = writeOnnx({
    name: 'model',
    nodes,
    initializers,
    inputs: [
      ...inputs.map(
        ({ tensor, kind, width }): OnnxValue => ({
          name: tensor,
          type: kind === 'text' ? 'string' : 'float64',
          shape: ['rows', width],
        }),
      ),
      ...steps.map(
        ({ output, width }): OnnxValue => ({
          name: output,
          type: 'float64',
          shape: ['rows', width],
        }),
      ),
    ],
    outputs,
    metadata: {
      ...(steps.length > 0 && { [STEPS_KEY]: writeSteps(steps) }),
      ...(explanation !== null && { [EXPLANATION_KEY]: writeExplanation(explanation) }),
    },
  })
  return { onnx, binding: bindingOf(parts.inputs, outputs) }
}

function addPipeline(builder: GraphBuilder, steps: TextStep[]): PipelineGraph {
  const graph: PipelineGraph = {
    ...builder,
    vectorize(column, vectorizer) {
      const input = inputOf(column)
      const output = `text_${steps.length}`
      const width =
        vectorizer.features.kind === 'hash'
          ? vectorizer.features.count
          : vectorizer.features.terms.length
      steps.push({ kind: 'text', input, column: column.index, output, width, vectorizer })
      return output
    },
    transform: (flow, node) => {
      // The table has the converter of each kind under its own name, which the type of a lookup cannot say.
      const convert = TRANSFORMERS[node.kind] as (
        graph: PipelineGraph,
        flow: Flow,
        node: Transformer,
      ) => Flow
      return convert(graph, flow, node)
    },
    predict: (flow, node) => {
      const convert = PREDICTORS[node.kind] as (
        graph: PipelineGraph,
        flow: Flow,
        node: Predictor,
      ) => Answer
      return convert(graph, flow, node)
    },
  }
  return graph
}

function inputOf(column: FlowColumn): string {
  if (column.source.tensor === TEXTS) return TEXTS
  throw new FormatError(
    'A vectorizer reads a column that another step has changed; Parley counts words only in a column as it comes in.',
    0,
  )
}

/** Inputs in order, each a column of `numbers` or of `texts`; nothing reads the columns of unused ones. */
function inputFlow(inputs: readonly InputField[]): Flow {
  const used = inputs.filter((field) => field.unused !== true)
  const textCount = used.filter(isTextField).length
  const texts: FlowSource = { tensor: TEXTS, kind: 'text', width: textCount }
  const numbers: FlowSource = { tensor: NUMBERS, kind: 'number', width: used.length - textCount }
  let text = 0
  let number = 0
  return inputs.map((field): FlowColumn => {
    if (field.unused === true) return NOWHERE
    return isTextField(field)
      ? { source: texts, index: text++ }
      : { source: numbers, index: number++ }
  })
}

const NOWHERE: FlowColumn = { source: { tensor: '', kind: 'number', width: 0 }, index: 0 }

function isTextField(field: InputField): boolean {
  return field.type === 'string' || (field.type === 'category' && field.categories !== undefined)
}

function sourcesOf(flow: Flow): readonly FlowSource[] {
  return [...new Set(flow.map((column) => column.source))]
}

function bindingOf(inputs: readonly InputField[], outputs: readonly OnnxValue[]): TensorBinding {
  const names = (wanted: boolean) =>
    inputs
      .filter((field) => field.unused !== true && isTextField(field) === wanted)
      .map((field) => field.name)
  const numbers = { tensor: NUMBERS, type: 'float64', fields: names(false), rank: 2 } as const
  const texts = { tensor: TEXTS, type: 'string', fields: names(true), rank: 2 } as const
  const outputNames = Object.fromEntries(outputs.map(({ name }) => [name, name]))
  return {
    inputs: [numbers, texts].filter(({ fields }) => fields.length > 0),
    ...outputNames,
  }
}

/** Gives the answer's tensors the names of outputs. */
function finishAnswer(
  graph: GraphBuilder,
  answer: Answer,
  classes: readonly string[] | null,
): readonly OnnxValue[] {
  const named = (tensor: string, name: string) => {
    // An operator of its own: the tensor may be an input, or be used further on.
    graph.rename(graph.apply('Identity', [tensor]), name)
  }
  if (answer.kind === 'values') {
    named(answer.values, 'values')
    return [{ name: 'values', type: 'float64', shape: ['rows', answer.count] }]
  }
  if (classes === null || classes.length !== answer.count) {
    throw new FormatError(
      `This model tells ${answer.count} classes apart, and its file names ${classes?.length ?? 0}.`,
      0,
    )
  }
  const outputs: OnnxValue[] = []
  if (answer.probabilities !== null) {
    named(answer.probabilities, 'probabilities')
    outputs.push({ name: 'probabilities', type: 'float64', shape: ['rows', answer.count] })
  }
  if (answer.codes !== null || answer.probabilities === null) {
    named(nameCodes(graph, codesOf(graph, answer), classes), 'label')
    outputs.push({ name: 'label', type: 'string', shape: ['rows'] })
  }
  return outputs
}

function nameCodes(graph: GraphBuilder, codes: string, classes: readonly string[]): string {
  return graph.apply('Gather', [graph.texts([classes.length], classes), codes])
}
