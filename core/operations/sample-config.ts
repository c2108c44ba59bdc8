// Lays what a sample's config.json says over what its file says: descriptions, units, classes, bands.

import type { InputField, Signature } from '#core/model.ts'
import { bandsFromThresholds } from './bands.ts'
import type { SampleConfig, SampleFeature } from './operation.ts'

/** The file decides which inputs there are and of which type; the config only says more about them. */
export function withSampleConfig(signature: Signature, config: SampleConfig): Signature {
  const { target, unit, thresholds, features = {} } = config
  const merged: Signature = {
    ...signature,
    inputs: signature.inputs.map((input) => describeInput(input, features[input.name])),
    outputs:
      unit === undefined
        ? signature.outputs
        : signature.outputs.map((output) =>
            output.type === 'number' ? { ...output, unit } : output,
          ),
    ...(target === undefined ? {} : { target }),
    ...(unit === undefined ? {} : { unit }),
  }
  if (signature.task !== 'binary_classification' || thresholds === undefined) return merged
  return { ...merged, riskBands: bandsFromThresholds(thresholds) }
}

function describeInput(input: InputField, known: SampleFeature | undefined): InputField {
  if (known === undefined) return input
  const { description, unit, minimum, maximum, example, aliases } = known
  return {
    ...input,
    ...(description === undefined ? {} : { description }),
    ...(unit === undefined ? {} : { unit }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(example === undefined ? {} : { example }),
    ...(aliases === undefined ? {} : { aliases }),
  }
}
