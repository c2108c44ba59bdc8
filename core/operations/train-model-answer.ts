// How a training reads: what was learned and how good it is, what it was compared with, what to beware of, what comes next.

import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { formatNumber, formatShare } from '#core/presentation/numbers.ts'
import { countOf, escapeMarkdown, withArticle } from '#core/presentation/phrases.ts'
import type { TrainingOutput } from './train-model.ts'

/** More classes than this do not fit beside each other in a chat. */
const MAX_CLASSES_IN_TABLE = 12
const MAX_IMPORTANCE_SHOWN = 8
const MAX_WARNINGS_SHOWN = 8

export function presentTraining(training: TrainingOutput): Presentation {
  const blocks: Block[] = [comparisonTable(training), figures(training)]
  const confusion = confusionTable(training)
  if (confusion !== null) blocks.push(confusion)
  const residuals = residualFields(training)
  if (residuals !== null) blocks.push(residuals)
  const bars = importanceBars(training)
  if (bars !== null) blocks.push(bars)
  if (training.warnings.length > 0) blocks.push(warningsOf(training))
  const choices = nextSteps(training)
  if (choices.length > 0) blocks.push({ kind: 'choices', items: choices })
  return { text: `${whatWasMade(training)} ${howGood(training)}${whatNow(training)}`, blocks }
}

function whatWasMade({ learner_title, target, features, data, rows }: TrainingOutput): string {
  const from = `${countOf(features.length, 'column')} of ${escapeMarkdown(data.name)}`
  return `I trained ${withArticle(learner_title)} model to predict **${escapeMarkdown(target)}** from ${from}, on ${countOf(rows.train, 'row')}.`
}

function howGood({ metrics, baseline, rows, task }: TrainingOutput): string {
  const unseen = `On ${countOf(rows.test, 'row')} that it had not seen`
  if (task === 'regression') {
    const [mae, naive, r2] = [metrics['mae'] ?? 0, baseline['mae'] ?? 0, metrics['r2'] ?? 0]
    return `${unseen}, it is off by ${formatNumber(mae)} on average (always the mean: ${formatNumber(naive)}), R² ${formatNumber(r2)}.`
  }
  const [accuracy, naive] = [metrics['accuracy'] ?? 0, baseline['accuracy'] ?? 0]
  return `${unseen}, it is right in ${formatShare(accuracy)} (always the most frequent class: ${formatShare(naive)}).`
}

function whatNow({ deployed, can_deploy }: TrainingOutput): string {
  if (deployed !== null) {
    return ` Version ${deployed.version} of ${deployed.name} is deployed at ${deployed.endpoint ?? ''}.`
  }
  return can_deploy ? ' Shall I deploy it?' : ''
}

function comparisonTable({ comparison, task }: TrainingOutput): Block {
  const { measure, folds, learners, is_best } = comparison
  const shown = task === 'regression' ? REGRESSION_COLUMNS : CLASS_COLUMNS
  const chosen = learners.find((one) => one.chosen)
  const why = is_best
    ? ''
    : `; ${chosen?.title ?? ''} is as good as the best within its error, and simpler`
  return {
    kind: 'table',
    title: `Compared on ${folds} folds of the rows to learn from${why}`,
    columns: [
      { label: 'Learner' },
      ...shown.map(({ label }) => ({ label, align: 'right' as const })),
      { label: `± ${METRIC_LABELS[measure]}`, align: 'right' },
    ],
    rows: learners.map(({ title, metrics, standard_error, chosen: taken }) => [
      taken ? `${title} (taken)` : title,
      ...shown.map(({ name, format }) => format(metrics[name] ?? 0)),
      formatNumber(standard_error),
    ]),
  }
}

const METRIC_LABELS = { macro_f1: 'macro F1', r2: 'R²' } as const

const CLASS_COLUMNS = [
  { name: 'macro_f1', label: 'Macro F1', format: formatNumber },
  { name: 'accuracy', label: 'Accuracy', format: (value: number) => formatShare(value) },
  { name: 'log_loss', label: 'Log loss', format: formatNumber },
]

const REGRESSION_COLUMNS = [
  { name: 'r2', label: 'R²', format: formatNumber },
  { name: 'mae', label: 'MAE', format: formatNumber },
  { name: 'rmse', label: 'RMSE', format: formatNumber },
]

const FIGURES: readonly (readonly [string, string])[] = [
  ['accuracy', 'Accuracy'],
  ['macro_f1', 'Macro F1'],
  ['roc_auc', 'ROC AUC'],
  ['log_loss', 'Log loss'],
  ['r2', 'R²'],
  ['mae', 'MAE'],
  ['rmse', 'RMSE'],
  ['mape', 'MAPE'],
]

function figures(training: TrainingOutput): Block {
  const { metrics, baseline, settings, seed, run, evaluation } = training
  const known = FIGURES.flatMap(([name, label]) => {
    const value = metrics[name]
    if (value === undefined) return []
    const naive = baseline[name]
    const beside = naive === undefined ? '' : ` (naive guess ${formatNumber(naive)})`
    return [{ label, value: `${formatNumber(value)}${beside}` }]
  })
  const set = Object.entries(settings).map(([name, value]) => `${name} ${value ?? 'none'}`)
  return {
    kind: 'fields',
    title: evaluation?.method === undefined ? 'On the rows put aside' : `On ${evaluation.method}`,
    items: [
      ...known,
      { label: 'Settings', value: [...set, `seed ${seed}`].join(', ') },
      { label: 'Run', value: run },
    ],
  }
}

function confusionTable({ evaluation }: TrainingOutput): Block | null {
  const matrix = evaluation?.confusion_matrix
  if (matrix === undefined || matrix.labels.length > MAX_CLASSES_IN_TABLE) return null
  return {
    kind: 'table',
    title: 'What it is, and what was predicted',
    columns: [
      { label: 'Actual' },
      ...matrix.labels.map((label) => ({ label, align: 'right' as const })),
    ],
    rows: matrix.counts.map((counts, row) => [matrix.labels[row] ?? '', ...counts]),
  }
}

function residualFields({ evaluation }: TrainingOutput): Block | null {
  const residuals = evaluation?.residuals
  if (residuals === undefined) return null
  const errors = residuals.predicted.map((value, row) => value - (residuals.actual[row] ?? 0))
  const sizes = errors.map(Math.abs).sort((left, right) => left - right)
  const at = (share: number) => sizes[Math.floor((sizes.length - 1) * share)] ?? 0
  const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length
  return {
    kind: 'fields',
    title: 'Errors on the rows put aside',
    items: [
      { label: 'Half are within', value: formatNumber(at(0.5)) },
      { label: 'Nine of ten are within', value: formatNumber(at(0.9)) },
      {
        label: bias < 0 ? 'Too low on average by' : 'Too high on average by',
        value: formatNumber(Math.abs(bias)),
      },
    ],
  }
}

function importanceBars({ importance }: TrainingOutput): Block | null {
  const shown = importance.slice(0, MAX_IMPORTANCE_SHOWN)
  const [strongest] = shown
  if (strongest === undefined || strongest.share === 0) return null
  return {
    kind: 'bars',
    title: 'What it listens to',
    maximum: 1,
    format: 'percent',
    items: shown.map(({ name, share }) => ({ label: name, value: share })),
  }
}

function warningsOf({ warnings }: TrainingOutput): Block {
  const shown = warnings.slice(0, MAX_WARNINGS_SHOWN)
  const more = warnings.length - shown.length
  return {
    kind: 'notice',
    tone: 'warning',
    text: `Before you trust it: ${countOf(warnings.length, 'thing')} to know.`,
    details: more > 0 ? [...shown, `and ${more} more`] : shown,
  }
}

function nextSteps(training: TrainingOutput) {
  const { deployed, can_deploy } = training
  if (deployed !== null) {
    const message = `What inputs does the ${deployed.name} model need?`
    return [{ label: 'What it needs', message }, ...withoutLeaks(training)]
  }
  const deploying = can_deploy ? [{ label: 'Deploy it', message: 'Deploy it' }] : []
  return [...deploying, ...withoutLeaks(training)]
}

/** Names that a sentence can carry: no comma and no "and", which part a list. */
const SAYABLE = /^(?!.*\band\b)[\w .-]+$/i
const MAX_LEAKS_OFFERED = 3

/** The same once more without what gives the target away. */
function withoutLeaks({ target, leaks, features }: TrainingOutput) {
  const isOffered = leaks.length > 0 && leaks.length < features.length
  if (!isOffered || leaks.length > MAX_LEAKS_OFFERED) return []
  if (![target, ...leaks].every((name) => SAYABLE.test(name))) return []
  const names = leaks.join(' and ')
  const message = `Train a model that predicts ${target} without ${names}`
  return [{ label: `Leave out ${names}`, message }]
}
