// How a described model reads: what it needs in one sentence, then its inputs, bands, origin and a snippet.

import type { Band } from '#core/model.ts'
import type { Block, Cell, Presentation } from '#core/presentation/blocks.ts'
import { formatBytes, formatNumber, formatPercent } from '#core/presentation/numbers.ts'
import { countOf, joinSome, joinWords, libraryName, taskName } from '#core/presentation/phrases.ts'
import type { DescribedModel } from './describe-model.ts'
import { rowInWords } from './example-row.ts'

/** Beyond this, names belong in the table and not in a sentence. */
const MAX_INPUTS_IN_SENTENCE = 12
const MAX_INPUTS_IN_TABLE = 50
const DATE_LENGTH = 'YYYY-MM-DD'.length

export function presentModel(model: DescribedModel): Presentation {
  const blocks: Block[] = [inputTable(model)]
  const answer = answerFields(model)
  if (answer.length > 0) blocks.push({ kind: 'fields', title: 'Answer', items: answer })
  blocks.push({ kind: 'fields', title: 'Origin', items: originFields(model) })
  const metrics = Object.entries(model.metrics)
  if (metrics.length > 0) {
    blocks.push({
      kind: 'fields',
      title: 'Figures from training',
      items: metrics.map(([label, value]) => ({ label, value: formatNumber(value) })),
    })
  }
  blocks.push(...evaluationBlocks(model), ...importanceBlocks(model))
  for (const warning of model.warnings) {
    blocks.push({ kind: 'notice', tone: 'warning', text: warning })
  }
  blocks.push({ kind: 'code', language: 'bash', title: 'Call it', text: model.curl })
  if (model.deployed) {
    blocks.push({
      kind: 'choices',
      items: [
        {
          label: 'Try it',
          message: `Make a prediction with ${model.name}: ${rowInWords(model.example)}`,
        },
      ],
    })
  }
  return { text: sentences(model), blocks }
}

const MAX_IMPORTANT = 10
/** A confusion matrix of more classes than this is no table that anybody reads. */
const MAX_CONFUSED = 12

function importanceBlocks({ importance }: DescribedModel): Block[] {
  const shown = importance?.filter(({ share }) => share > 0).slice(0, MAX_IMPORTANT) ?? []
  if (shown.length === 0) return []
  return [
    {
      kind: 'bars',
      title: 'What its answers depend on',
      maximum: 1,
      format: 'percent',
      items: shown.map(({ name, share }) => ({ label: name, value: share })),
    },
  ]
}

function evaluationBlocks({ evaluation }: DescribedModel): Block[] {
  const matrix = evaluation?.confusion_matrix
  if (matrix === undefined || matrix.labels.length > MAX_CONFUSED) return []
  return [
    {
      kind: 'table',
      title: `Confusion matrix${evaluation?.method === undefined ? '' : ` (${evaluation.method})`}`,
      columns: [
        { label: 'Actual' },
        ...matrix.labels.map((label) => ({ label: `predicted ${label}`, align: 'right' as const })),
      ],
      rows: matrix.labels.map((label, row) => [label, ...(matrix.counts[row] ?? [])]),
    },
  ]
}

function sentences(model: DescribedModel): string {
  const used = model.inputs.filter((input) => input.unused !== true)
  const names = used.map(({ name }) => `**${name}**`)
  const needs = `The ${model.name} model needs ${countOf(names.length, 'input')}: ${
    names.length > MAX_INPUTS_IN_SENTENCE
      ? joinSome(names, MAX_INPUTS_IN_SENTENCE)
      : joinWords(names)
  }.`
  const about = model.description === '' ? '' : ` ${endSentence(model.description)}`
  const where =
    model.endpoint === null ? ' It is not deployed.' : ` It answers at \`${model.endpoint}\`.`
  return `${needs}${about}${where}`
}

function endSentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}

function inputTable(model: DescribedModel): Block {
  const described = model.inputs.some(({ description }) => description !== undefined)
  const rows = model.inputs
    .slice(0, MAX_INPUTS_IN_TABLE)
    .map((input): Cell[] => [
      input.name,
      typeWords(input),
      rangeWords(input),
      neededWords(input),
      ...(described ? [input.description ?? ''] : []),
    ])
  return {
    kind: 'table',
    title: 'Inputs',
    columns: [
      { label: 'Name' },
      { label: 'Type' },
      { label: 'Values' },
      { label: 'Needed' },
      ...(described ? [{ label: 'Meaning' }] : []),
    ],
    rows,
    ...(model.inputs.length > rows.length ? { omitted: model.inputs.length - rows.length } : {}),
  }
}

type DescribedInput = DescribedModel['inputs'][number]

const TYPE_WORDS = {
  float: 'number',
  integer: 'whole number',
  boolean: 'true or false',
  category: 'category',
  string: 'text',
} as const satisfies Record<DescribedInput['type'], string>

function typeWords({ type, unit }: DescribedInput): string {
  return unit === undefined ? TYPE_WORDS[type] : `${TYPE_WORDS[type]} (${unit})`
}

/** Whether an input may be missing, and how. */
export function neededWords({
  optional,
  nullable,
  unused,
}: Pick<DescribedInput, 'optional' | 'nullable' | 'unused'>): string {
  if (unused === true) return 'not looked at'
  if (optional) return 'may be left out'
  return nullable === true ? 'required, or null' : 'required'
}

const MAX_CATEGORIES_SHOWN = 6

function rangeWords({ categories, minimum, maximum }: DescribedInput): string {
  if (categories !== undefined) return joinSome(categories, MAX_CATEGORIES_SHOWN)
  if (minimum === undefined || maximum === undefined) return ''
  return `${formatNumber(minimum)} to ${formatNumber(maximum)}`
}

function answerFields(model: DescribedModel) {
  const items = [{ label: 'Task', value: taskName(model.task) }]
  if (model.classes !== undefined) {
    items.push({ label: 'Classes', value: joinSome(model.classes, MAX_INPUTS_IN_SENTENCE) })
  }
  if (model.positive_label !== undefined) {
    items.push({ label: 'Probability of', value: model.positive_label })
  }
  if (model.unit !== undefined) items.push({ label: 'Unit', value: model.unit })
  if (model.risk_bands !== undefined) {
    items.push({
      label: 'Bands',
      value: bandWords(model.risk_bands, (share) => formatPercent(share)),
    })
  }
  if (model.confidence_bands !== undefined) {
    items.push({
      label: 'Confidence',
      value: `${bandWords(model.confidence_bands, (share) => `${Math.round(share * 100)} points`)} (lead of the likeliest class over the next)`,
    })
  }
  return items
}

/** `Low Risk below 30%, Medium Risk below 60%, else High Risk`. */
export function bandWords(bands: readonly Band[], format: (share: number) => string): string {
  return bands
    .map(({ below, name }, index) =>
      index === bands.length - 1 && bands.length > 1
        ? `else ${name}`
        : `${name} below ${format(below)}`,
    )
    .join(', ')
}

function originFields(model: DescribedModel) {
  const { origin } = model
  const library = libraryName(origin.library)
  return [
    {
      label: 'File',
      value: `${origin.file_name} (${formatBytes(origin.size_bytes)}, sha256 ${origin.sha256.slice(0, 12)}…)`,
    },
    {
      label: 'Written by',
      value: `${origin.model_class} of ${library}${origin.library_version === null ? '' : ` ${origin.library_version}`}`,
    },
    {
      label: 'Uploaded',
      value: `${model.created_at.slice(0, DATE_LENGTH)} by ${origin.uploaded_by}`,
    },
    {
      label: 'Version',
      value: `${model.model_version}${model.version === model.live_version ? ' (live)' : ''} of ${countOf(model.versions.length, 'version')}`,
    },
  ]
}
