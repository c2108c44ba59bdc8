// How recent predictions differ from the training data: a verdict, and for each column the shares of both beside each other.

import { Skeleton } from '@mantine/core'
import { useEffect, useState } from 'react'
import { presentDrift } from '#core/operations/check-drift-answer.ts'
import { FieldList } from '../chat/block-view.tsx'
import { Markdown } from '../chat/markdown.tsx'
import { type Drift, type DriftColumn, fetchDrift } from '../client/api.ts'

/** Plots after these are those of columns that changed least. */
const MAX_PLOTS = 12

const WORDS: Readonly<Record<DriftColumn['verdict'], string>> = {
  stable: 'stable',
  shifting: 'shifting',
  drifted: 'drifted',
  too_few_rows: 'too few rows',
}

const TONES = {
  stable: 'good',
  shifting: 'neutral',
  drifted: 'bad',
  too_few_rows: 'neutral',
} as const satisfies Record<DriftColumn['verdict'], string>

export function DriftSection({ model, version }: { model: string; version: number }) {
  const [drift, setDrift] = useState<Drift | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  useEffect(() => {
    let current = true
    setDrift(null)
    setProblem(null)
    void fetchDrift(model, version).then((answer) => {
      if (!current) return
      if (answer.ok) setDrift(answer.value)
      else setProblem(answer.problem.message)
    })
    return () => {
      current = false
    }
  }, [model, version])
  if (problem !== null) return <p className="quiet">{problem}</p>
  if (drift === null) return <Skeleton height={60} />
  const said = presentDrift(drift)
  const live = said.blocks.flatMap((block) => (block.kind === 'fields' ? [block] : []))
  return (
    <section className="card" aria-label="Since it is live">
      <h3 className="block-title">Since it is live</h3>
      <Markdown text={said.text} />
      {live.map(({ title, items }) => (
        <div key={title}>
          <h4 className="block-title">{title}</h4>
          <FieldList items={items} />
        </div>
      ))}
      <Plots drift={drift} />
    </section>
  )
}

function Plots({ drift: { features, predictions } }: { drift: Drift }) {
  const columns = [...(predictions === null ? [] : [predictions]), ...features].filter(({ bins }) =>
    bins.some(({ current }) => current > 0),
  )
  if (columns.length === 0) return null
  const byChange = [...columns].sort(
    (left, right) => right.psi_beyond_chance - left.psi_beyond_chance,
  )
  return (
    <>
      <p className="quiet small drift-legend">
        <span className="drift-key" data-side="reference" /> training data{' '}
        <span className="drift-key" data-side="current" /> recent predictions
      </p>
      {byChange.slice(0, MAX_PLOTS).map((column) => (
        <DriftPlot key={column.name} column={column} />
      ))}
    </>
  )
}

const WIDTH = 320
const HEIGHT = 96
const GAP = 4

function DriftPlot({ column }: { column: DriftColumn }) {
  const { name, bins, verdict, psi, ks, js } = column
  const largest = Math.max(...bins.flatMap(({ reference, current }) => [reference, current]))
  const step = WIDTH / bins.length
  const bar = Math.max(1, (step - GAP) / 2)
  const figures = [
    `PSI ${psi.toFixed(2)}`,
    ...(ks === null ? [] : [`KS ${ks.toFixed(2)}`]),
    `JS ${js.toFixed(2)}`,
  ].join(', ')
  const percent = (share: number) => `${(share * 100).toFixed(0)}%`
  return (
    <figure className="drift-plot">
      <figcaption>
        <span dir="auto">{name}</span>
        <span className="badge" data-tone={TONES[verdict]}>
          {WORDS[verdict]}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${name}, ${WORDS[verdict]}: ${figures}`}
      >
        {bins.map(({ label, reference, current }, index) => (
          <g key={label}>
            <title>{`${label}: ${percent(reference)} in training, ${percent(current)} recently`}</title>
            {(['reference', 'current'] as const).map((side, place) => {
              const share = side === 'reference' ? reference : current
              const height = (share / largest) * (HEIGHT - 2)
              return (
                <rect
                  key={side}
                  className="drift-bar"
                  data-side={side}
                  x={index * step + GAP / 2 + place * bar}
                  y={HEIGHT - height}
                  width={bar}
                  height={height}
                />
              )
            })}
          </g>
        ))}
      </svg>
      <p className="quiet small drift-range">
        <span dir="auto">{bins[0]?.label}</span>
        <span>{figures}</span>
        <span dir="auto">{bins.length > 1 ? bins.at(-1)?.label : ''}</span>
      </p>
    </figure>
  )
}
