// How good a version is and what it listens to: figures, confusion matrix or residuals, importance.

import type { Field } from '#core/presentation/blocks.ts'
import { formatNumber, formatShare } from '#core/presentation/numbers.ts'
import { Bars } from '../chat/bars.tsx'
import { FieldList } from '../chat/block-view.tsx'
import type { DescribedModel } from '../client/api.ts'
import { ConfusionMatrix } from './confusion-matrix.tsx'
import { DriftSection } from './drift-section.tsx'
import { ResidualPlot } from './residual-plot.tsx'

/** Bars below these are too short to compare. */
const MAX_IMPORTANT = 15

export function QualityTab({ model }: { model: DescribedModel }) {
  const { evaluation, importance = [], metrics, unit } = model
  const figures = Object.entries(metrics).map(
    ([label, value]): Field => ({
      label: label.replaceAll('_', ' '),
      value: formatNumber(value),
    }),
  )
  const important = importance.filter(({ share }) => share > 0).slice(0, MAX_IMPORTANT)
  const isEmpty = figures.length === 0 && important.length === 0 && evaluation === undefined
  return (
    <div className="tab-body">
      {isEmpty && (
        <p className="quiet">
          This version came without figures of its own. Train it with Parley, or give its figures
          when you deploy it, and they stand here.
        </p>
      )}
      <DriftSection key={model.model_version} model={model.name} version={model.version} />
      {figures.length > 0 && (
        <section className="card">
          <h3 className="block-title">On data it had not seen</h3>
          <FieldList items={figures} />
          {evaluation?.method !== undefined && (
            <p className="quiet small" dir="auto">
              {evaluation.method}
            </p>
          )}
        </section>
      )}
      {evaluation?.confusion_matrix !== undefined && (
        <ConfusionMatrix matrix={evaluation.confusion_matrix} />
      )}
      {evaluation?.per_class !== undefined && <PerClass rows={evaluation.per_class} />}
      {evaluation?.residuals !== undefined && (
        <ResidualPlot residuals={evaluation.residuals} unit={unit} />
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
    </div>
  )
}

type ClassFigures = NonNullable<NonNullable<DescribedModel['evaluation']>['per_class']>

function PerClass({ rows }: { rows: ClassFigures }) {
  return (
    <section className="card">
      <h3 className="block-title">By class</h3>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">Precision</th>
            <th scope="col">Recall</th>
            <th scope="col">F1</th>
            <th scope="col">Rows</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ label, precision, recall, f1, support }) => (
            <tr key={label}>
              <th scope="row" dir="auto">
                {label}
              </th>
              <td>{formatShare(precision)}</td>
              <td>{formatShare(recall)}</td>
              <td>{formatShare(f1)}</td>
              <td>{formatNumber(support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
