// Actual against predicted classes as a table whose cells are the darker the more rows fall into them.

import { formatNumber } from '#core/presentation/numbers.ts'

export interface ConfusionMatrixProps {
  readonly matrix: {
    readonly labels: readonly string[]
    /** `counts[actual][predicted]`. */
    readonly counts: readonly (readonly number[])[]
  }
}

/** A table of more classes than this needs a larger screen than a panel. */
const MAX_CLASSES = 20

export function ConfusionMatrix({ matrix: { labels, counts } }: ConfusionMatrixProps) {
  if (labels.length > MAX_CLASSES) return null
  return (
    <section className="card">
      <h3 className="block-title">Confusion matrix</h3>
      <div className="matrix-scroll">
        <table className="matrix">
          <caption className="visually-hidden">
            Rows are the actual classes, columns the predicted ones
          </caption>
          <thead>
            <tr>
              <td className="matrix-corner">actual ↓ predicted →</td>
              {labels.map((label) => (
                <th key={label} scope="col" dir="auto">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, row) => (
              <tr key={label}>
                <th scope="row" dir="auto">
                  {label}
                </th>
                {labels.map((predicted, column) => (
                  <Cell
                    key={predicted}
                    count={counts[row]?.[column] ?? 0}
                    total={sum(counts[row])}
                    isRight={row === column}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Cell(props: { count: number; total: number; isRight: boolean }) {
  const { count, total, isRight } = props
  const share = total === 0 ? 0 : count / total
  return (
    <td
      data-right={isRight || undefined}
      style={{ '--share': `${Math.round(share * 100)}%` } as React.CSSProperties}
    >
      {formatNumber(count)}
    </td>
  )
}

function sum(row: readonly number[] | undefined): number {
  return row?.reduce((total, count) => total + count, 0) ?? 0
}
