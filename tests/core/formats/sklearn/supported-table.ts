// The table of docs/supported-models.md: which classes of which releases the fixtures hold Parley to.

import { READ_FUNCTIONS } from '#core/formats/sklearn/functions.ts'
import { METRIC_NAMES } from '#core/formats/sklearn/metrics.ts'
import { isPredictorClass } from '#core/formats/sklearn/read-object.ts'
import type { CorpusFile } from './corpus.ts'

/** Classes of other libraries that stand in fixtures of scikit-learn. */
const GUESTS = /^(XGB|LGBM|Booster)/

type Cell = 'yes' | 'partly' | 'no' | ''

/** The whole page. Cases that `refused` names are told apart from those that agree; the corpus test holds both to it. */
export function supportedPage(
  sklearn: readonly CorpusFile[],
  lightgbm: readonly CorpusFile[],
  refused: Readonly<Record<string, string>>,
): string {
  const classes = classNames(sklearn)
  const models = classes.filter((name) => isPredictorClass(name) || GUESTS.test(name))
  const preparation = classes.filter((name) => !models.includes(name))
  return [
    '# Supported models',
    '',
    'Pickle and joblib files of these classes are read, alone and inside pipelines, and each answers as the library itself',
    'does: the same labels, and numbers that agree to 1e-9 (1e-5 where the library calculates in float32). The tables are made',
    'from the tests: `yes` means that every file of that class and release agrees, `partly` that some settings are refused by',
    'name, `no` that all are. An empty cell is a release that has no such class, or in which it was not tried; releases in',
    'between read the same. Whatever is not here is refused with the step and the class.',
    '',
    '`bun tests/core/formats/sklearn/report.ts --markdown` writes this page.',
    '',
    '## scikit-learn: models',
    '',
    ...table(sklearn, models, refused),
    '',
    '## scikit-learn: preparation of data',
    '',
    ...table(sklearn, preparation, refused),
    '',
    '## scikit-learn: what some of them take',
    '',
    `- KNeighborsClassifier and KNeighborsRegressor: the metrics ${METRIC_NAMES.join(', ')}; the weights uniform and distance.`,
    `- FunctionTransformer: numpy’s ${READ_FUNCTIONS.numpy.join(', ')}; scipy.special’s ${READ_FUNCTIONS.scipy.join(', ')}; also within functools.partial.`,
    '',
    '## LightGBM',
    '',
    'Alone, as pickle, joblib or text, and inside pipelines of scikit-learn.',
    '',
    ...table(lightgbm, classNames(lightgbm), refused),
    '',
  ].join('\n')
}

function classNames(files: readonly CorpusFile[]): readonly string[] {
  const names = new Set(files.flatMap((file) => file.expected.covers))
  return [...names].sort((first, second) => first.localeCompare(second, 'en'))
}

function table(
  files: readonly CorpusFile[],
  classes: readonly string[],
  refused: Readonly<Record<string, string>>,
): readonly string[] {
  const versions = [...new Set(files.map(({ version }) => version))].sort(compareVersions)
  return [
    row(['class', ...versions.map((version) => version.replace(SUFFIX, ''))]),
    row(['---', ...versions.map(() => '---')]),
    ...classes.flatMap((name) => {
      const own = files.filter((file) => isAbout(file, name, refused[file.title]))
      const cells = versions.map((version) =>
        cellOf(
          own.filter((file) => file.version === version),
          refused,
        ),
      )
      return cells.some((cell) => cell !== '') ? [row([name, ...cells])] : []
    }),
  ]
}

const SUFFIX = /\.post\d+$/

/** A file that is refused for one of its classes says nothing of the others. */
function isAbout({ expected: { covers } }: CorpusFile, name: string, refusal?: string): boolean {
  if (!covers.includes(name)) return false
  const named = covers.filter((other) => refusal?.includes(other))
  return named.length === 0 || named.includes(name)
}

function cellOf(files: readonly CorpusFile[], refused: Readonly<Record<string, string>>): Cell {
  if (files.length === 0) return ''
  const agreeing = files.filter((file) => refused[file.title] === undefined)
  if (agreeing.length === files.length) return 'yes'
  return agreeing.length === 0 ? 'no' : 'partly'
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function compareVersions(first: string, second: string): number {
  return first.localeCompare(second, 'en', { numeric: true })
}
