// What `parley train` prints: its help and the outcome of a run.

import { renderPlainText } from '#core/presentation/plain-text.ts'
import { MODEL_NAMES, MODELS, type Settings } from '#core/training/hyperparameters.ts'
import type { Judgement } from '#core/training/reports.ts'
import type { TrainingRequest, TrainingRun } from '#core/training/run.ts'
import type { Terminal } from './terminal.ts'
import { DATA_SETS } from './training-data.ts'

export const DEFAULT_SEED = '42'
export const DEFAULT_TEST_SIZE = '0.2'
export const DEFAULT_FOLDER = 'artifacts'
const UNDERSCORES = /_/g

/** `n_estimators` is typed `--n-estimators`. */
export function optionOf(setting: string): string {
  return `--${setting.replace(UNDERSCORES, '-')}`
}

export const TRAIN_HELP = [
  'Fits a model to a table, tests it on rows that it has not seen, and writes it with its metrics into a folder.',
  'The same seed and arguments write the same files.',
  '',
  'Usage: parley train DATA [--model MODEL] [--seed 42] [--test-size 0.2] [--out artifacts] [settings]',
  '       parley train FILE.csv --target COLUMN [--features A,B] [--task classification|regression]',
  '',
  `  DATA             ${Object.keys(DATA_SETS).join(', ')}, or a CSV, JSON lines or Parquet file`,
  '  --target COLUMN  What to predict; upper and lower case do not matter',
  '  --features A,B   Learn from these columns; all that make sense when left out',
  '  --task TASK      classification or regression; the values of the target decide when left out',
  `  --seed N         ${DEFAULT_SEED} when left out`,
  `  --test-size S    Share of the rows to test on; ${DEFAULT_TEST_SIZE} when left out`,
  '  --split KIND     even (easy and hard rows in proportion, so that a small test is like the whole) or plain; even when left out',
  `  --out FOLDER     ${DEFAULT_FOLDER} when left out`,
  '  --sklearn-version V  The scikit-learn that model.joblib is for, 1.2 or later',
  '  --json           Print the metrics and the files as JSON',
  '',
  'Models and their settings:',
  ...MODEL_NAMES.flatMap((name) => [
    `  --model ${name.padEnd(8)} ${MODELS[name].title}`,
    ...Object.entries(MODELS[name].settings).map(
      ([setting, { default: value, about }]) =>
        `      ${`${optionOf(setting)} ${value ?? 'none'}`.padEnd(26)} ${about}`,
    ),
  ]),
  '',
  'Examples:',
  '  parley train iris --seed 42 --test-size 0.2 --model logreg --C 1.0',
  '  parley train customers.csv --target Churn --model rf --n-estimators 200',
  '  parley deploy artifacts/model.joblib --name iris',
].join('\n')

export function report(
  run: TrainingRun,
  request: TrainingRequest,
  written: readonly string[],
  json: boolean,
  terminal: Terminal,
): void {
  for (const { message } of run.warnings) terminal.complain(`Note: ${message}`)
  if (json) {
    const metrics =
      run.judgement.kind === 'classification' ? scoresOf(run.judgement) : run.judgement.test
    const { plan, settings, rows } = run
    const { target, task } = plan
    terminal.print(
      JSON.stringify(
        { model: request.model, settings, target, task, rows, metrics, files: written },
        null,
        2,
      ),
    )
    return
  }
  const text = `${MODELS[request.model].title} on ${request.data.name}: ${describeSettings(run.settings)}`
  const blocks = [
    {
      kind: 'fields' as const,
      items: [
        {
          label: 'predicts',
          value: `${run.plan.target} from ${run.plan.features.length} features`,
        },
        { label: 'rows', value: `${run.rows.train} to learn from, ${run.rows.test} to test on` },
        { label: 'tested on', value: describeDraw(run.prepared.drawn, request) },
        { label: 'seed', value: String(request.seed) },
        ...roundItems(run),
        ...resultItems(run.judgement),
      ],
    },
  ]
  terminal.print(renderPlainText({ text, blocks }))
  terminal.print(['', 'Written:', ...written.map((path) => `  ${path}`)].join('\n'))
  terminal.print(
    `\nparley deploy ${written[0]} puts it into service; --name NAME says under which name.`,
  )
}

/** Rounds of a boosting, which may have stopped before all that it was given. */
function roundItems({ pipeline: { model } }: TrainingRun) {
  if (model.kind !== 'hgb') return []
  const { iterations } = model.fitted
  return [{ label: 'rounds', value: `${iterations} of ${model.options.iterations} at most` }]
}

/** Said where the figures are: they move less from seed to seed than those of a plain draw, and are the same on average. */
function describeDraw(drawn: string, { split }: TrainingRequest): string {
  const isEven = split !== 'plain' && drawn.includes('evenly')
  return isEven ? `rows drawn ${drawn} (--split plain: any rows)` : `rows drawn ${drawn}`
}

function describeSettings(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value ?? 'none'}`)
    .join(', ')
}

const DIGITS = 4

function scoresOf({ test }: Extract<Judgement, { kind: 'classification' }>) {
  const { accuracy, macroF1, logLoss, rocAuc } = test
  return { accuracy, macro_f1: macroF1, log_loss: logLoss, roc_auc: rocAuc }
}

function resultItems(judgement: Judgement): { label: string; value: string }[] {
  if (judgement.kind === 'classification') {
    const { test, baseline } = judgement
    return [
      {
        label: 'accuracy',
        value: `${test.accuracy.toFixed(DIGITS)} (always the most frequent: ${baseline.accuracy.toFixed(DIGITS)})`,
      },
      { label: 'macro F1', value: test.macroF1.toFixed(DIGITS) },
      { label: 'log loss', value: test.logLoss.toFixed(DIGITS) },
    ]
  }
  const { r2, mae, rmse, mape } = judgement.test
  return [
    { label: 'R²', value: r2.toFixed(DIGITS) },
    {
      label: 'MAE',
      value: `${mae.toPrecision(6)} (always the mean: ${judgement.baseline.mae.toPrecision(6)})`,
    },
    { label: 'RMSE', value: rmse.toPrecision(6) },
    { label: 'MAPE', value: mape.toFixed(DIGITS) },
  ]
}
