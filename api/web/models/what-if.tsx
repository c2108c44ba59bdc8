// "What if": the form's values against those of the last prediction, and which change moved the answer how far.

import { useEffect, useState } from 'react'
import type { Scalar } from '#core/model.ts'
import { formatPercent, formatQuantity } from '#core/presentation/numbers.ts'
import { Bars } from '../chat/bars.tsx'
import { type DescribedModel, type Explanation, explainPrediction } from '../client/api.ts'

/** A slider moves in many small steps; the model is asked when it rests. */
const REST_MS = 150

type Features = Readonly<Record<string, Scalar>>

export interface WhatIfProps {
  readonly model: DescribedModel
  readonly version: number | null
  readonly before: Features
  readonly after: Features
}

export function WhatIf({ model, version, before, after }: WhatIfProps) {
  const [answer, setAnswer] = useState<Explanation | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const rows = JSON.stringify([before, after])
  useEffect(() => {
    const stopped = new AbortController()
    const [from, to]: [Features, Features] = JSON.parse(rows)
    const timer = setTimeout(async () => {
      const asked = version ?? (model.deployed ? null : model.version)
      const result = await explainPrediction(model.name, to, asked, from, stopped.signal)
      if (stopped.signal.aborted) return
      setAnswer(result.ok ? result.value : null)
      setProblem(result.ok ? null : result.problem.message)
    }, REST_MS)
    return () => {
      stopped.abort()
      clearTimeout(timer)
    }
  }, [rows, model, version])

  const compared = answer?.compared
  return (
    <section className="card what-if" aria-label="What if" aria-live="polite">
      <h3 className="block-title">What if</h3>
      {problem !== null && <p dir="auto">{problem}</p>}
      {compared === undefined && problem === null && <p className="quiet">Asking the model…</p>}
      {compared !== undefined && answer !== null && (
        <>
          <p className="what-if-answer">
            <span className="quiet">{valueText(answer, compared.before)}</span>
            <span aria-hidden="true"> → </span>
            <span className="visually-hidden">becomes</span>
            <strong>{valueText(answer, compared.after)}</strong>
          </p>
          <Bars
            twoSided
            maximum={Math.max(0, ...compared.changes.map((one) => Math.abs(one.contribution)))}
            format={isShare(answer) ? 'percent' : 'number'}
            items={compared.changes.map((one) => ({
              label: `${one.name}: ${cellText(one.from)} → ${cellText(one.to)}`,
              value: one.contribution,
            }))}
          />
        </>
      )}
    </section>
  )
}

function isShare({ class_probabilities }: Explanation): boolean {
  return class_probabilities !== undefined
}

function valueText(answer: Explanation, value: number): string {
  if (!isShare(answer)) return formatQuantity(value, answer.unit)
  const of = answer.explained === undefined ? '' : ` ${answer.explained}`
  return `${formatPercent(value)}${of}`
}

function cellText(value: Scalar): string {
  if (value === null) return 'missing'
  return typeof value === 'number' ? formatQuantity(value, undefined, true) : String(value)
}
