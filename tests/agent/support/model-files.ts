// Real model files for talk: small graphs without feature names, every one with other content.

import { toOnnx } from '#core/graph/to-onnx.ts'

let made = 0

/** A regression over `f0…`, or a classifier where a number of classes is given. */
export function anyModel(featureCount: number, classCount: number | null = null): Uint8Array {
  made += 1
  const groups = classCount === null || classCount === 2 ? 1 : classCount
  return toOnnx({
    task: classCount === null ? 'regression' : 'multiclass_classification',
    library: 'onnx',
    libraryVersion: null,
    modelClass: 'ONNX graph',
    objective: null,
    inputs: Array.from({ length: featureCount }, (_, index) => ({
      name: `f${index}`,
      type: 'float' as const,
      optional: true,
    })),
    namesKnown: false,
    classes: classCount === null ? null : Array.from({ length: classCount }, (_, i) => String(i)),
    outputNames: null,
    missingValue: null,
    predictor: {
      kind: 'linear',
      featureCount,
      groups,
      weights: new Float32Array(featureCount * groups).fill(0.5),
      bias: new Float32Array(groups).fill(made),
      transform: classCount === null ? 'identity' : groups === 1 ? 'sigmoid' : 'softmax',
    },
    warnings: [],
  }).onnx
}
