// Exact explanations: what the model itself adds up, told by the names of its inputs.

import type { EncodedRows } from '#core/engine/engine.ts'
import {
  createExplainer,
  type Explainer,
  type Explanation,
  type Start,
} from '#core/engine/explain.ts'
import { isRemote } from '#core/engine/remote/description.ts'
import { type Outcome, succeed } from '#core/errors.ts'
import type { Row, Scalar, Signature } from '#core/model.ts'
import type { ExplainOutput } from './explain-prediction.ts'
import { usableRows } from './explain-sampled.ts'
import type { Lease, Ports } from './operation.ts'
import type { PredictOutput } from './predict.ts'

/** Null where the model does more than add up its inputs, or its artifact does not add up to its answer. */
export async function explainExactly(
  ports: Ports,
  lease: Lease,
  features: Row,
  predicted: PredictOutput,
  signal: AbortSignal,
): Promise<Outcome<ExplainOutput> | null> {
  const explainer = await explainerOf(ports, lease)
  if (explainer === null) return null
  const { model, version } = lease
  const { signature } = version
  const encoded = model.encode([features], () => 'features.')
  if (!encoded.ok) return encoded
  const { group, sign, explained } = chooseGroup(signature, predicted, explainer.groups)
  const reference = explainer.wantsReference ? await referenceOf(ports, lease) : undefined
  const exact = await explainer
    .explain(encoded.value, group, { reference, signal })
    .catch((reason: unknown) => {
      signal.throwIfAborted()
      ports.logger.warn({ model: version.model, reason: String(reason) }, 'explanation-failed')
      return null
    })
  if (exact === null) return null
  const margin = exact.contributions.reduce(
    (sum, { contribution }) => sum + contribution,
    exact.baseline,
  )
  const { scale } = explainer
  const isFirst = sign === -1
  if (!agrees(scale, margin, isFirst, explained, predicted)) return null
  // The other of two classes has what is left of the probability.
  const turn = (total: number) => (isFirst ? (scale === 'probability' ? 1 - total : -total) : total)
  const background = backgroundOfStart(exact, reference?.count ?? 1)
  return succeed({
    ...predicted,
    ...(explained === undefined ? {} : { explained }),
    scale,
    method: 'exact',
    ...(background === null ? {} : { background }),
    baseline: turn(exact.baseline),
    margin: turn(margin),
    contributions: strongestFirst(
      exact.contributions.map((one) => ({
        ...nameOf(one, features),
        ...unitOf(signature, one.field),
        contribution: sign * one.contribution,
      })),
    ),
  })
}

/** A word that is not in the text, and counts for that, has no value. */
function nameOf(
  { field, word }: Explanation['contributions'][number],
  features: Row,
): { name: string; value: Scalar; word?: string } {
  if (word === undefined) return { name: field, value: features[field] ?? null }
  return { name: word.text, value: word.isPresent ? word.text : null, word: field }
}

const explainers = new WeakMap<object, Promise<Explainer | null>>()

/** Made at the first question about a version and kept as long as the version is in memory. */
export function explainerOf(
  { registry }: Ports,
  { model, version }: Lease,
): Promise<Explainer | null> {
  const known = explainers.get(model)
  if (known !== undefined) return known
  const made = registry
    .readArtifact(version.artifactSha256)
    // Of a model on another server there is nothing here to look into.
    .then((onnx) => (isRemote(onnx) ? null : createExplainer(onnx, version.binding)))
  explainers.set(model, made)
  made.catch(() => explainers.delete(model))
  return made
}

/** A mean settles with fewer. */
const MAX_REFERENCE_ROWS = 256

/** The version's sample of its training data; undefined where there is none. */
async function referenceOf({ registry }: Ports, lease: Lease): Promise<EncodedRows | undefined> {
  const { model, version } = lease
  const report = await registry.readReport(version.model, version.number)
  const rows = usableRows(lease, report?.background?.slice(0, MAX_REFERENCE_ROWS))
  return rows.length === 0 ? undefined : model.encodeEach(rows).encoded
}

const SOURCES = {
  training: null,
  reference: 'training',
  centre: 'centre',
  absent: 'zero',
  zero: 'zero',
} as const satisfies Record<Start, string | null>

function backgroundOfStart(
  { start, contributions }: Explanation,
  rows: number,
): ExplainOutput['background'] | null {
  const source = SOURCES[start]
  if (source === null) return null
  const isText = start === 'absent' && contributions.every(({ word }) => word !== undefined)
  return { rows: start === 'reference' ? rows : 1, source: isText ? 'text' : source }
}

/** How close a margin must come to the answer that it should give: float32 sums differ by less. */
const TOLERANCE = 1e-3

/** A file may say anything of itself, so what it adds up must be what it answers. Scores have no answer to be held to. */
function agrees(
  scale: Explainer['scale'],
  margin: number,
  isFirst: boolean,
  explained: string | undefined,
  { prediction, class_probabilities }: PredictOutput,
): boolean {
  const near = (guess: number, value: number | undefined) =>
    value !== undefined && Math.abs(guess - value) <= TOLERANCE * Math.max(1, Math.abs(value))
  const probability = class_probabilities?.[explained ?? '']
  const value = typeof prediction === 'object' ? prediction[explained ?? ''] : Number(prediction)
  switch (scale) {
    case 'log_odds': {
      const odds = 1 / (1 + Math.exp(-margin))
      return near(isFirst ? 1 - odds : odds, probability)
    }
    case 'probability':
      return near(isFirst ? 1 - margin : margin, probability)
    case 'value':
      return near(margin, value)
    case 'log':
      return near(Math.exp(margin), value)
    case 'score':
      return Number.isFinite(margin)
  }
}

/** Binary models have one margin, for their second class; with the first as the positive one the signs turn around. */
export function chooseGroup(
  { classes = [], positiveLabel, outputs }: Signature,
  { predicted_label, prediction }: PredictOutput,
  groups: number,
): { group: number; sign: 1 | -1; explained: string | undefined } {
  if (classes.length === 0) {
    const explained = typeof prediction === 'object' ? outputs[0]?.name : undefined
    return { group: 0, sign: 1, explained }
  }
  const label = positiveLabel ?? predicted_label ?? classes[0]
  const index = Math.max(0, label === undefined ? 0 : classes.indexOf(label))
  if (groups === 1) return { group: 0, sign: index === 1 ? 1 : -1, explained: label }
  return { group: index, sign: 1, explained: label }
}

export function strongestFirst<T extends { readonly contribution: number }>(
  list: readonly T[],
): T[] {
  return [...list].sort((left, right) => Math.abs(right.contribution) - Math.abs(left.contribution))
}

export function unitOf({ inputs }: Signature, name: string): { unit?: string } {
  const unit = inputs.find((input) => input.name === name)?.unit
  return unit === undefined ? {} : { unit }
}
