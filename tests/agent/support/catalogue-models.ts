// Registers the catalogue's models in a real registry, as real little ONNX models, so that steps are truly executed.

import { join } from 'node:path'
import type { ModelDescription } from '#core/formats/description.ts'
import { ML_DOMAIN } from '#core/graph/onnx-writer.ts'
import { type OnnxArtifact, toOnnx } from '#core/graph/to-onnx.ts'
import type { Signature } from '#core/model.ts'
import type { Ports } from '#core/operations/operation.ts'
import { modelBytes, node, value } from '../../core/formats/onnx/build-model.ts'
import type { CatalogueModel } from '../utterances/catalogue.ts'

const encoder = new TextEncoder()

/** A linear model over the signature's inputs; versions differ in their bias, so that each is a content of its own. */
export function linearArtifact(signature: Signature, bias = 0): OnnxArtifact {
  return toOnnx(linearDescription(signature, bias))
}

function linearDescription(signature: Signature, bias: number): ModelDescription {
  const featureCount = signature.inputs.length
  const groups = Math.max(1, signature.classes?.length === 2 ? 1 : (signature.classes?.length ?? 1))
  const isRegression = signature.task === 'regression'
  return {
    task: signature.task,
    library: 'xgboost',
    libraryVersion: '3.0.0',
    modelClass: isRegression ? 'XGBRegressor' : 'XGBClassifier',
    objective: null,
    inputs: signature.inputs,
    namesKnown: signature.namesKnown,
    classes: signature.classes ?? null,
    outputNames: null,
    missingValue: null,
    predictor: {
      kind: 'linear',
      featureCount,
      groups,
      weights: new Float32Array(featureCount * groups).map((_, index) => 0.01 * (index + 1)),
      bias: new Float32Array(groups).fill(bias),
      transform: isRegression ? 'identity' : groups === 1 ? 'sigmoid' : 'softmax',
    },
    warnings: [],
  }
}

/** One text in, the probability of the second class out: 1 for "good", 0 for every other text. */
function textArtifact(field: string): OnnxArtifact {
  const onnx = modelBytes({
    nodes: [
      node(
        'LabelEncoder',
        [field],
        ['probability'],
        (writer) => {
          writer.message(5, () => {
            writer.text(1, 'keys_strings')
            writer.texts(9, ['good'])
            writer.integer(20, 8)
          })
          writer.message(5, () => {
            writer.text(1, 'values_floats')
            writer.packedFloats(7, Float32Array.of(1))
            writer.integer(20, 6)
          })
        },
        ML_DOMAIN,
      ),
    ],
    inputs: [value(field, 8, ['rows', 1])],
    outputs: [value('probability', 1, ['rows', 1])],
    model: (writer) =>
      writer.message(8, () => {
        writer.text(1, ML_DOMAIN)
        writer.integer(2, 3)
      }),
  })
  return {
    onnx,
    binding: {
      inputs: [{ tensor: field, type: 'string', fields: [field], rank: 2 }],
      probabilities: 'probability',
    },
  }
}

async function artifactOf(
  ports: Ports,
  { signature, fixture }: CatalogueModel,
  version: number,
): Promise<OnnxArtifact> {
  const [first, another] = signature.inputs
  if (fixture !== undefined) {
    const bytes = await Bun.file(join(FIXTURES_FOLDER, fixture)).bytes()
    const features = signature.inputs.map(({ name }) => name)
    const read = await ports.reader.read({ bytes, fileName: fixture, features })
    if (!read.ok) throw new Error(`${fixture}: ${read.failure.message}`)
    return read.value
  }
  return first?.type === 'string' && another === undefined
    ? textArtifact(first.name)
    : linearArtifact(signature, version / 10)
}

const FIXTURES_FOLDER = join(import.meta.dir, '../../fixtures')

export async function registerModels(
  ports: Ports,
  models: readonly CatalogueModel[],
): Promise<void> {
  for (const model of models) {
    const { name, signature } = model
    for (const number of model.versions) {
      const artifact = await artifactOf(ports, model, number)
      const original = encoder.encode(`${name} ${number}`)
      await ports.registry.createVersion({
        model: name,
        title: model.title,
        description: model.description,
        aliases: model.aliases,
        signature,
        binding: artifact.binding,
        origin: {
          fileName: `${name}_model.pkl`,
          sizeBytes: original.byteLength,
          sha256: new Bun.CryptoHasher('sha256').update(original).digest('hex'),
          library: 'xgboost',
          libraryVersion: '3.0.0',
          modelClass: 'XGBClassifier',
          uploadedBy: 'local',
          uploadedAt: '2026-01-01T00:00:00.000Z',
        },
        onnx: artifact.onnx,
        original,
        warnings: [],
        metrics: { accuracy: 0.8 },
        deploy: false,
      })
    }
    if (model.live !== null) await ports.registry.setLive(name, model.live)
  }
  await ports.serving.refresh(models.map(({ name }) => name))
}
