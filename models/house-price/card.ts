// The model's card, with the figures of the run that made it.

import type { Evaluation } from './evaluate.ts'
import { SEED } from './fit.ts'
import { figuresTable } from './report.ts'
import { acrossFolds, dollars, percent, verdictOf } from './words.ts'

export interface CardContent {
  /** Where the data come from, without a path of this machine. */
  readonly data: string
  readonly isSynthetic: boolean
  readonly basic: Evaluation
  readonly improved: Evaluation
}

export function renderCard({ data, isSynthetic, basic, improved }: CardContent): string {
  return `${[
    '# House prices',
    '',
    'Prices a home in King County, Washington, from the 18 columns of a listing. Figures of the neighbourhood are joined by',
    'zip code inside the model; requests never carry them.',
    '',
    '| | |',
    '|---|---|',
    '| Task | regression, US dollars |',
    '| Inputs | 18 columns; version 1 looks at 8 of them, version 2 at 15 |',
    `| Version 1 | the customer's \`model.pkl\`: RobustScaler and ${basic.recipe.settings['n_neighbors']} nearest neighbours on ${basic.recipe.features.length} features |`,
    `| Version 2 | trained by Parley: ${improved.recipe.title}, ${improved.recipe.features.length} features, without the sale date |`,
    '',
    '## Data',
    '',
    `${data}.`,
    `${basic.rows.train + basic.rows.test} sales with a price, ${basic.recipe.features.length - OWN_FEATURES} census figures by zip code, 100 homes to price. The data are not part of this project;`,
    'their repository states no licence.',
    ...(isSynthetic
      ? ['', '**The rows are made up.** Figures below say nothing about real houses.']
      : []),
    '',
    '## How it was made',
    '',
    `A quarter of the sales was put aside as scikit-learn's \`train_test_split\` does with seed ${SEED}, so that figures can be`,
    'compared with the customer’s row by row. The sale date is left out: it is not known of a home to price. Settings and columns',
    'of version 2 were chosen by cross-validation on the other three quarters. Bedrooms, floors and basement are left out of it:',
    'area, lot and area above ground tell the same. It learns the logarithm of the price, because errors of dear homes would',
    'outweigh all others.',
    '',
    '## How good it is',
    '',
    ...figuresTable(basic, improved),
    '',
    ...[basic, improved].flatMap((one, index) => foldLines(one, index + 1)),
    'Does the customer’s model fit well? '.concat(verdictOf(basic).join(' ')),
    '',
    verdictOf(improved).join(' ').replace('It', 'Version 2: it'),
    '',
    '| price band, version 2 | homes | MAE | MAPE | bias |',
    '|---|---|---|---|---|',
    ...improved.bands.map(({ name, count, mae, mape, bias }) => {
      return `| ${name} | ${count} | ${dollars(mae)} | ${percent(mape)} | ${dollars(bias)} |`
    }),
    '',
    '## Limits',
    '',
    'Sales of one year, 2014 to 2015: prices are of that time. A few homes were sold twice and may stand on both sides of the split.',
    'Dear homes are rare and come out too low. An estimate is a number without an interval; the table above says how far off',
    'to expect it. A zip code outside the table is refused, never guessed. Zip codes stand for income and education: do not use',
    'estimates where such figures must not count.',
    '',
    '## Notes on the design',
    '',
    'The lookup is a step of the artifact itself: a label encoder and a gather in the same ONNX graph, so that nothing else has to',
    'be deployed, versioned or kept in step with the model. Version 1 keeps the customer’s file as it is, byte by byte, and answers',
    'what scikit-learn answers. Both versions take the same 18 columns, so the change breaks no program that calls it;',
    '`/api/predict/house-price/minimal` takes only what the live version looks at, and `/api/predict/house-price/versions/1/minimal`',
    'the eight columns of version 1.',
  ].join('\n')}\n`
}

/** Of the home itself in the customer's model; the others come from the table. */
const OWN_FEATURES = 7

function foldLines(evaluation: Evaluation, version: number): readonly string[] {
  const { mean, spread } = acrossFolds(evaluation.folds)
  return [
    `Version ${version}, 5 folds of the rows to learn from: R² ${mean.r2.toFixed(3)} ± ${spread.r2.toFixed(3)}, MAE ${dollars(mean.mae)} ± ${dollars(spread.mae)}.`,
    '',
  ]
}
