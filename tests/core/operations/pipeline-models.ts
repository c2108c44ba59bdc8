// Puts pipelines written as data into a registry, as deployed models.

import { pipelineToOnnx } from '#core/graph/pipeline/to-graph.ts'
import type { InputField, ModelReport, Signature } from '#core/model.ts'
import type { Predictor } from '#core/pipeline/pipeline.ts'
import type { TestPorts } from '../../support/ports.ts'

export interface PipelineModel {
  readonly predictor: Predictor
  readonly inputs: readonly InputField[]
  /** Null for a regression. */
  readonly classes: readonly string[] | null
  readonly target?: string
  readonly report?: ModelReport
  /** Changes the artifact before it is stored. */
  readonly tamper?: (onnx: Uint8Array) => Uint8Array
}

export function number(name: string, more: Partial<InputField> = {}): InputField {
  return { name, type: 'float', optional: false, ...more }
}

export async function deployPipeline(
  { registry }: TestPorts,
  model: string,
  { predictor, inputs, classes, target, report, tamper = (onnx) => onnx }: PipelineModel,
): Promise<void> {
  const { onnx, binding } = pipelineToOnnx({
    model: { kind: 'pipeline', predictor },
    inputs,
    classes,
  })
  const signature: Signature = {
    task: classes === null ? 'regression' : 'binary_classification',
    inputs,
    namesKnown: true,
    outputs: [{ name: classes === null ? 'value' : 'probability', type: 'number' }],
    ...(classes !== null && { classes, positiveLabel: classes[1] ?? '' }),
    ...(target !== undefined && { target }),
  }
  await registry.createVersion({
    model,
    signature,
    binding,
    origin: {
      fileName: `${model}.joblib`,
      sizeBytes: 1,
      sha256: '0'.repeat(64),
      library: 'scikit-learn',
      libraryVersion: '1.6.1',
      modelClass: 'Pipeline',
      uploadedBy: 'local',
      uploadedAt: '2026-01-01T00:00:00.000Z',
    },
    onnx: tamper(onnx),
    original: new TextEncoder().encode(model),
    warnings: [],
    deploy: true,
    ...(report !== undefined && { report }),
  })
}
