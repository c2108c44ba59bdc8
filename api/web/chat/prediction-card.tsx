// A prediction as a card: the answer at a glance, how sure, from which inputs, by which model and version.

import type { Field } from '#core/presentation/blocks.ts'
import { formatDuration, formatPercent, formatQuantity } from '#core/presentation/numbers.ts'
import { findTargetWords } from '#core/presentation/targets.ts'
import type { PredictOutput } from '../client/api.ts'
import { useAppState } from '../state/app-state.ts'
import { Bars } from './bars.tsx'
import { FieldList } from './block-view.tsx'

/** More classes or inputs than this are read in the table of a batch, not on a card. */
const MAX_BARS = 10
const MAX_INPUTS = 24
/** A yes or no answer changes here. */
const TURNING_POINT = 0.5

export function PredictionCard({ output }: { output: PredictOutput }) {
  const tone = toneOf(output)
  return (
    <article
      className="card prediction"
      data-tone={tone}
      aria-label={`Prediction of ${output.title}`}
    >
      <div className="prediction-head">
        <Headline output={output} />
        <div className="prediction-words">
          {output.risk !== undefined && <span className="badge">{output.risk}</span>}
          {output.confidence !== undefined && (
            <span className="quiet">Confidence: {output.confidence.toLowerCase()}</span>
          )}
        </div>
      </div>
      <Details output={output} />
      <h3 className="block-title">Inputs used</h3>
      <FieldList items={inputFields(output)} />
      <AnsweredBy output={output} />
    </article>
  )
}

function Headline({ output }: { output: PredictOutput }) {
  const {
    probability,
    prediction,
    predicted_label,
    class_probabilities,
    unit,
    target,
    positive_label,
    suggestions,
  } = output
  if (probability !== undefined) {
    const outcome = findTargetWords(target, positive_label)?.outcome ?? positive_label
    return (
      <div className="headline">
        <Ring share={probability} />
        <div>
          <p className="big">{formatPercent(probability, thresholdsOf(output))}</p>
          <p className="quiet" dir="auto">
            probability of {outcome}
          </p>
        </div>
      </div>
    )
  }
  if (predicted_label !== undefined) {
    const share = class_probabilities?.[predicted_label]
    return (
      <div className="headline">
        {share !== undefined && <Ring share={share} />}
        <div>
          <p className="big" dir="auto">
            {predicted_label}
          </p>
          <p className="quiet">
            {target ?? 'predicted class'}
            {share === undefined ? '' : `, probability ${formatPercent(share)}`}
          </p>
        </div>
      </div>
    )
  }
  if (suggestions !== undefined) return <Suggestions found={suggestions} />
  if (typeof prediction === 'object') return <p className="quiet">Several values</p>
  return (
    <div className="headline">
      <div>
        <p className="big" dir="auto">
          {typeof prediction === 'number' ? formatQuantity(prediction, unit) : prediction}
        </p>
        <p className="quiet">{target ?? 'predicted value'}</p>
      </div>
    </div>
  )
}

/** Words for a blank: the best as the answer, the others beside it. */
function Suggestions({ found: [best, ...others] }: { found: readonly string[] }) {
  if (best === undefined) {
    return <p className="quiet">Nothing that sounds positive enough fits this blank.</p>
  }
  return (
    <div className="headline">
      <div>
        <p className="big">{best}</p>
        <p className="quiet">
          {others.length === 0 ? 'the only word that fits' : `or ${others.join(', ')}`}
        </p>
      </div>
    </div>
  )
}

const RING_RADIUS = 22
const RING_LENGTH = 2 * Math.PI * RING_RADIUS

/** The share as an arc; the number stands beside it, so it is only for the eye. */
function Ring({ share }: { share: number }) {
  return (
    <svg className="ring" width="56" height="56" viewBox="0 0 56 56" aria-hidden="true">
      <circle className="ring-track" cx="28" cy="28" r={RING_RADIUS} />
      <circle
        className="ring-arc"
        cx="28"
        cy="28"
        r={RING_RADIUS}
        strokeDasharray={`${share * RING_LENGTH} ${RING_LENGTH}`}
        transform="rotate(-90 28 28)"
      />
    </svg>
  )
}

function Details({ output }: { output: PredictOutput }) {
  const { class_probabilities, predicted_label, prediction, unit } = output
  if (class_probabilities !== undefined) {
    const items = Object.entries(class_probabilities)
      .sort(([, left], [, right]) => right - left)
      .slice(0, MAX_BARS)
      .map(([label, value]) => ({ label, value, emphasised: label === predicted_label }))
    return <Bars title="Probabilities" maximum={1} format="percent" items={items} />
  }
  if (typeof prediction !== 'object') return null
  const values = Object.entries(prediction)
  return (
    <FieldList
      items={values.map(([label, value]) => ({ label, value: formatQuantity(value, unit) }))}
    />
  )
}

function AnsweredBy({ output }: { output: PredictOutput }) {
  const { router } = useAppState()
  return (
    <p className="answered-by">
      <button
        type="button"
        className="text-button"
        onClick={() => router.go({ model: output.model })}
      >
        {output.model}
      </button>
      <span>version {output.model_version}</span>
      <span>{formatDuration(output.latency_ms)}</span>
    </p>
  )
}

function inputFields({ inputs }: PredictOutput): readonly Field[] {
  const items: Field[] = inputs.slice(0, MAX_INPUTS).map(({ name, value, unit }) => {
    if (value === null) return { label: name, value: 'missing' }
    const text = typeof value === 'number' ? formatQuantity(value, unit, true) : String(value)
    return { label: name, value: text }
  })
  const more = inputs.length - items.length
  return more > 0 ? [...items, { label: 'and', value: `${more} more` }] : items
}

function thresholdsOf({ risk_bands }: PredictOutput): number[] {
  return [TURNING_POINT, ...(risk_bands ?? []).map(({ below }) => below)]
}

const SPEAKS_OF_RISK = /risk/i

/** Green, amber and red only where the bands speak of a risk; a chance is neither good nor bad. */
function toneOf({ risk, risk_bands }: PredictOutput): 'good' | 'middle' | 'bad' | 'neutral' {
  if (risk === undefined || risk_bands === undefined || !SPEAKS_OF_RISK.test(risk)) return 'neutral'
  const place = risk_bands.findIndex(({ name }) => name === risk)
  if (place === 0) return 'good'
  return place === risk_bands.length - 1 ? 'bad' : 'middle'
}
