// Where a version came from, what its maker wrote, and how it has been used since the server started.

import { useEffect, useState } from 'react'
import type { Field } from '#core/presentation/blocks.ts'
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatPercent,
} from '#core/presentation/numbers.ts'
import { libraryName } from '#core/presentation/phrases.ts'
import { FieldList } from '../chat/block-view.tsx'
import { CopyButton } from '../chat/code-box.tsx'
import { Markdown } from '../chat/markdown.tsx'
import { type DescribedModel, fetchFigures, type ModelFigures } from '../client/api.ts'
import { formatDate } from './format-date.ts'

export function AboutTab({ model }: { model: DescribedModel }) {
  const [figures, setFigures] = useState<ModelFigures | null>(null)
  useEffect(() => {
    let current = true
    void fetchFigures(model.name).then((answer) => {
      if (current && answer.ok) setFigures(answer.value)
    })
    return () => {
      current = false
    }
  }, [model])
  return (
    <div className="tab-body">
      {model.warnings.map((warning) => (
        <p key={warning} className="warning-line" dir="auto">
          {warning}
        </p>
      ))}
      {model.card !== undefined && (
        <section className="card" aria-label="Card">
          <Markdown text={model.card} flows />
        </section>
      )}
      <Section title="Origin" items={originFields(model)} />
      <p className="sha" dir="ltr">
        <span className="quiet">sha256</span> <code>{model.origin.sha256}</code>
        <CopyButton text={model.origin.sha256} label="Copy the sha256" />
      </p>
      <Section title="Answer" items={answerFields(model)} />
      {figures !== null && (
        <Section title="Since the server started" items={usageFields(figures)} />
      )}
    </div>
  )
}

function Section({ title, items }: { title: string; items: readonly Field[] }) {
  if (items.length === 0) return null
  return (
    <section className="card">
      <h3 className="block-title">{title}</h3>
      <FieldList items={items} />
    </section>
  )
}

function originFields({ origin, created_at, model_version }: DescribedModel): readonly Field[] {
  const { library, library_version, model_class, file_name, size_bytes, uploaded_by } = origin
  return [
    { label: 'File', value: `${file_name} (${formatBytes(size_bytes)})` },
    { label: 'Class', value: model_class },
    {
      label: 'Library',
      value: `${libraryName(library)}${library_version === null ? '' : ` ${library_version}`}`,
    },
    { label: 'Received', value: formatDate(created_at) },
    { label: 'From', value: uploaded_by },
    { label: 'Version', value: model_version },
  ]
}

function answerFields(model: DescribedModel): readonly Field[] {
  const { classes, positive_label, unit, risk_bands, target } = model
  const items: Field[] = []
  if (target !== undefined) items.push({ label: 'Predicts', value: target })
  if (classes !== undefined) items.push({ label: 'Classes', value: classes.join(', ') })
  if (positive_label !== undefined) items.push({ label: 'Probability of', value: positive_label })
  if (unit !== undefined) items.push({ label: 'Unit', value: unit })
  for (const [place, { below, name }] of (risk_bands ?? []).entries()) {
    const last = place === (risk_bands?.length ?? 0) - 1
    items.push({ label: name, value: last ? 'above that' : `below ${formatPercent(below)}` })
  }
  return items
}

function usageFields({ requests, rows, errors, latency_ms }: ModelFigures): readonly Field[] {
  const items: Field[] = [
    { label: 'Requests', value: formatNumber(requests) },
    { label: 'Rows', value: formatNumber(rows) },
    { label: 'Errors', value: formatNumber(errors) },
  ]
  if (latency_ms !== null) {
    items.push({ label: 'Median', value: formatDuration(latency_ms.p50) })
    items.push({ label: '95 of 100', value: formatDuration(latency_ms.p95) })
  }
  return items
}
