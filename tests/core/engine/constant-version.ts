// A version whose every prediction is the number it was made with, so that an answer says which version gave it.

import { toOnnx } from '#core/graph/to-onnx.ts'
import type { NewVersion } from '#core/registry/registry.ts'
import { sampleVersion } from '../registry/sample-version.ts'

const INPUTS = [{ name: 'tenure', type: 'float', optional: false }] as const

export function constantVersion(
  model: string,
  value: number,
  change: Partial<NewVersion> = {},
): NewVersion {
  const { onnx, binding } = toOnnx({
    task: 'regression',
    library: 'xgboost',
    libraryVersion: '3.0.0',
    modelClass: 'XGBRegressor',
    objective: 'reg:squarederror',
    inputs: INPUTS,
    namesKnown: true,
    classes: null,
    outputNames: null,
    missingValue: null,
    predictor: {
      kind: 'linear',
      featureCount: 1,
      groups: 1,
      weights: new Float32Array([0]),
      bias: new Float32Array([value]),
      transform: 'identity',
    },
    warnings: [],
  })
  return sampleVersion(model, `${model} ${value}`, { onnx, binding, ...change })
}
