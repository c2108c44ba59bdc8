// One training in full, or two side by side with what differs marked.

import { useEffect, useState } from 'react'
import type { Scalar } from '#core/model.ts'
import { formatNumber } from '#core/presentation/numbers.ts'
import { type ComparedValue, compareRuns } from '#core/training/compare-runs.ts'
import { Bars } from '../chat/bars.tsx'
import { fetchRun, type Run } from '../client/api.ts'
import type { Problem } from '../client/http.ts'
import { ConfusionMatrix } from '../models/confusion-matrix.tsx'
import { ResidualPlot } from '../models/residual-plot.tsx'

/** Shares of 1, so that bars of them can stand side by side. */
const SHARES: ReadonlySet<string> = new Set(['accuracy', 'macro_f1', 'roc_auc', 'r2'])
const MAX_IMPORTANT = 8

type Loaded = { readonly runs: readonly Run[] } | { readonly problem: Problem }

export function PickedRuns({ ids }: { ids: readonly string[] }) {
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  useEffect(() => {
    let isGone = false
    void Promise.all(ids.map(fetchRun)).then((answers) => {
      if (isGone) return
      const runs: Run[] = []
      for (const answer of answers) {
        if (!answer.ok) return setLoaded({ problem: answer.problem })
        runs.push(answer.value)
      }
      setLoaded({ runs })
    })
    return () => {
      isGone = true
    }
  }, [ids])
  if (loaded === null) return <p className="quiet">Loading…</p>
  if ('problem' in loaded) {
    return (
      <p className="field-error" role="alert">
        {loaded.problem.message}
      </p>
    )
  }
  const [first, second] = loaded.runs
  if (first === undefined) return null
  return (
    <section aria-label={second === undefined ? 'Training' : 'Comparison'} className="runs-picked">
      <h2 className="runs-title" dir="auto">
        {second === undefined ? first.name : 'Side by side'}
      </h2>
      {second === undefined ? <One run={first} /> : <Two left={first} right={second} />}
    </section>
  )
}

function One({ run }: { run: Run }) {
  return (
    <>
      <ValueTable title="Metrics" runs={[run]} values={compareRuns(run, run).metrics} />
      <Quality run={run} />
      <ValueTable title="Parameters" runs={[run]} values={compareRuns(run, run).parameters} />
    </>
  )
}

function Two({ left, right }: { left: Run; right: Run }) {
  const { parameters, metrics } = compareRuns(left, right)
  return (
    <>
      <div className="runs-pair">
        {[left, right].map((run, place) => (
          <MetricBars key={run.run} run={run} title={nameOf(run, place)} />
        ))}
      </div>
      <ValueTable title="Metrics" runs={[left, right]} values={metrics} />
      <ValueTable title="Parameters" runs={[left, right]} values={parameters} />
      <div className="runs-pair">
        {[left, right].map((run, place) => (
          <div key={run.run}>
            <h3 className="block-title">{nameOf(run, place)}</h3>
            <Quality run={run} />
          </div>
        ))}
      </div>
    </>
  )
}

/** Two trainings often have the same name. */
function nameOf(run: Run, place: number): string {
  return `${place === 0 ? 'First' : 'Second'}: ${String(run.parameters['learner'] ?? '')} on ${run.name}`
}

function MetricBars({ run, title }: { run: Run; title: string }) {
  const items = Object.entries(run.metrics)
    .filter(([name]) => SHARES.has(name))
    .map(([name, value]) => ({ label: name.replaceAll('_', ' '), value: Math.max(0, value) }))
  if (items.length === 0) return null
  return (
    <section className="card">
      <Bars title={title} maximum={1} format="number" items={items} />
    </section>
  )
}

function Quality({ run: { evaluation, importance } }: { run: Run }) {
  const important = importance.filter(({ share }) => share > 0).slice(0, MAX_IMPORTANT)
  return (
    <>
      {evaluation?.confusion_matrix !== undefined && (
        <ConfusionMatrix matrix={evaluation.confusion_matrix} />
      )}
      {evaluation?.residuals !== undefined && (
        <ResidualPlot residuals={evaluation.residuals} unit={undefined} />
      )}
      {important.length > 0 && (
        <section className="card">
          <Bars
            title="What its answers depend on"
            maximum={important[0]?.share ?? 1}
            format="percent"
            items={important.map(({ name, share }) => ({ label: name, value: share }))}
          />
        </section>
      )}
    </>
  )
}

interface ValueTableProps {
  readonly title: string
  readonly runs: readonly Run[]
  readonly values: readonly ComparedValue[]
}

function ValueTable({ title, runs, values }: ValueTableProps) {
  if (values.length === 0) return null
  return (
    <section className="card">
      <h3 className="block-title">{title}</h3>
      <table className="runs-table runs-wide">
        <thead>
          <tr>
            <th scope="col">Name</th>
            {runs.map((run, place) => (
              <th key={run.run} scope="col">
                {runs.length === 1 ? 'Value' : place === 0 ? 'First' : 'Second'}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {values.map(({ name, left, right, differs }) => (
            <tr key={name} data-differs={differs || undefined}>
              <th scope="row">
                {name.replaceAll('_', ' ')}
                {differs && <span className="visually-hidden"> differs</span>}
              </th>
              {[left, right].slice(0, runs.length).map((value, place) => (
                <td key={runs[place]?.run} dir="auto">
                  {said(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function said(value: Scalar | undefined): string {
  if (value === undefined) return '–'
  if (value === null) return 'none'
  return typeof value === 'number' && !Number.isInteger(value) ? formatNumber(value) : String(value)
}
