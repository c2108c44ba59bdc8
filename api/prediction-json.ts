// Writes the answer to one row as JSON text, from pieces that are the same for every answer of a version.

import type { Prediction } from '#core/model.ts'
import { answerOf } from '#core/operations/prediction-answer.ts'
import type { VersionRecord } from '#core/registry/registry.ts'

interface Pieces {
  /** `{"model":"churn","model_version":"1-…","task":"…","prediction":`. */
  readonly head: string
  /** What follows for each label, up to the probabilities: `"Yes","predicted_label":"Yes","class_probabilities":{`. */
  readonly labels: ReadonlyMap<string, string>
  /** `"No":` and `,"Yes":`, in the order of the probabilities. */
  readonly classes: readonly string[]
}

const known = new WeakMap<VersionRecord, Pieces>()

function piecesOf(version: VersionRecord): Pieces {
  const found = known.get(version)
  if (found !== undefined) return found
  const { signature } = version
  const head = JSON.stringify({
    model: version.model,
    model_version: version.modelVersion,
    task: signature.task,
  })
  const classes = signature.classes ?? []
  const labels = classes.map((label): [string, string] => {
    const answer = answerOf(signature, { kind: 'classification', label, probabilities: [] })
    const text = JSON.stringify(answer.prediction)
    return [label, `${text},"predicted_label":${JSON.stringify(label)},"class_probabilities":{`]
  })
  const pieces = {
    head: `${head.slice(0, -1)},"prediction":`,
    labels: new Map(labels),
    classes: classes.map((label, index) => `${index === 0 ? '' : ','}${JSON.stringify(label)}:`),
  }
  known.set(version, pieces)
  return pieces
}

/**
 * The text that `JSON.stringify` gives for the answer of `runPrediction` with the request's id, in half the time; the
 * rest of a prediction takes little longer. The id must need no escaping.
 */
export function predictionJson(
  version: VersionRecord,
  prediction: Prediction,
  latencyMs: number,
  requestId: string,
): string {
  const pieces = piecesOf(version)
  const end = `,"latency_ms":${latencyMs},"request_id":"${requestId}"}`
  switch (prediction.kind) {
    case 'classification': {
      const label = pieces.labels.get(prediction.label)
      if (label === undefined) break
      let text = pieces.head + label
      const { probabilities } = prediction
      for (let index = 0; index < probabilities.length; index += 1) {
        text += pieces.classes[index] + numberJson(probabilities[index])
      }
      return `${text}}${end}`
    }
    case 'regression':
      return pieces.head + numberJson(prediction.value) + end
    case 'values':
    case 'suggestions':
      break
  }
  const { prediction: _value, ...others } = answerOf(version.signature, prediction)
  const rest = JSON.stringify(others).slice(1, -1)
  return `${pieces.head}${JSON.stringify(_value)}${rest === '' ? '' : `,${rest}`}${end}`
}

function numberJson(value: number | undefined): string {
  return value !== undefined && Number.isFinite(value) ? `${value}` : 'null'
}
