// The trainings: all of them newest first, and what one or two that are picked came to.

import { useEffect, useRef, useState } from 'react'
import { formatDuration, formatNumber } from '#core/presentation/numbers.ts'
import { fetchRuns, type RunSummary } from '../client/api.ts'
import type { Answer } from '../client/http.ts'
import { formatDate } from '../models/format-date.ts'
import { useAppState } from '../state/app-state.ts'
import { MAX_RUNS_SHOWN } from '../state/route.ts'
import { useStore } from '../state/store.ts'
import { PickedRuns } from './picked-runs.tsx'

/** Where the skip link leads. */
export const RUNS_ID = 'trainings'

export function RunsView({ selected }: { selected: readonly string[] }) {
  const { models } = useAppState()
  // A deployment changes which model a training became.
  const { revision } = useStore(models.store)
  const [answer, setAnswer] = useState<Answer<{ readonly runs: readonly RunSummary[] }> | null>(
    null,
  )
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // Read again with each new revision.
    void revision
    let isGone = false
    void fetchRuns().then((got) => {
      if (!isGone) setAnswer(got)
    })
    return () => {
      isGone = true
    }
  }, [revision])
  useEffect(() => title.current?.focus(), [])
  return (
    <div className="runs">
      <div className="runs-inside">
        <header className="runs-head">
          <h1 id={RUNS_ID} ref={title} tabIndex={-1}>
            Trainings
          </h1>
          <p className="quiet">Pick one to look at it, or two to compare them.</p>
        </header>
        {answer === null && <p className="quiet">Loading…</p>}
        {answer?.ok === false && (
          <p className="field-error" role="alert">
            {answer.problem.message}
          </p>
        )}
        {answer?.ok === true && answer.value.runs.length === 0 && <Empty />}
        {answer?.ok === true && answer.value.runs.length > 0 && (
          <RunTable runs={answer.value.runs} selected={selected} />
        )}
        {selected.length > 0 && <PickedRuns key={selected.join()} ids={selected} />}
      </div>
    </div>
  )
}

function Empty() {
  const { router, draft } = useAppState()
  return (
    <section className="card">
      <p>Nothing has been trained yet.</p>
      <p className="quiet">
        Send a table in the chat and say what to predict, such as “train a model that predicts Churn
        from this file”.
      </p>
      <button
        type="button"
        className="foot-link"
        onClick={() => {
          draft.set(() => 'Train a model on the iris data')
          router.go({ conversation: null })
        }}
      >
        Try it with the iris data
      </button>
    </section>
  )
}

interface RunTableProps {
  readonly runs: readonly RunSummary[]
  readonly selected: readonly string[]
}

function RunTable({ runs, selected }: RunTableProps) {
  const { router } = useAppState()
  const pick = (id: string, isPicked: boolean) => {
    const others = selected.filter((one) => one !== id)
    // A third one takes the place of the one that was picked first.
    const next = isPicked ? [...others, id].slice(-MAX_RUNS_SHOWN) : others
    router.go({ runs: next }, { replace: true })
  }
  return (
    <section
      className="runs-scroll"
      aria-label="All trainings"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
    >
      <table className="runs-table">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Picked</span>
            </th>
            <th scope="col">Training</th>
            <th scope="col">Learner</th>
            <th scope="col">Status</th>
            <th scope="col">Result</th>
            <th scope="col">Took</th>
            <th scope="col">Started</th>
            <th scope="col">Model</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow
              key={run.run}
              run={run}
              isPicked={selected.includes(run.run)}
              pick={(isPicked) => pick(run.run, isPicked)}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface RunRowProps {
  readonly run: RunSummary
  readonly isPicked: boolean
  readonly pick: (isPicked: boolean) => void
}

function RunRow({ run, isPicked, pick }: RunRowProps) {
  const started = formatDate(run.started_at)
  return (
    <tr data-selected={isPicked || undefined}>
      <td>
        <input
          type="checkbox"
          checked={isPicked}
          aria-label={`${run.name}, ${started}`}
          onChange={(event) => pick(event.currentTarget.checked)}
        />
      </td>
      <th scope="row" dir="auto">
        {run.name}
      </th>
      <td>{String(run.parameters['learner'] ?? '')}</td>
      <td>{run.status}</td>
      <td className="number">{resultOf(run)}</td>
      <td className="number">{formatDuration(run.duration_seconds * 1000)}</td>
      <td>{started}</td>
      <td>{run.model === null ? '' : `${run.model} v${run.version ?? ''}`}</td>
    </tr>
  )
}

function resultOf({ metrics }: RunSummary): string {
  const { accuracy, r2 } = metrics
  if (accuracy !== undefined) return `accuracy ${formatNumber(accuracy)}`
  return r2 === undefined ? '' : `R² ${formatNumber(r2)}`
}
