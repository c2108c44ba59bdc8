// The report in two parts: for people who sell houses, and for people who build models.

import { facts, list, paragraph, plots, reportPage, table } from '../shared/report-page.ts'
import { barPlot, histogram, scatterPlot } from '../shared/svg-plots.ts'
import type { Evaluation } from './evaluate.ts'
import { SEED } from './fit.ts'
import type { Answered } from './submit.ts'
import {
  acrossFolds,
  comparisonRows,
  dollars,
  METRIC_ROWS,
  percent,
  shortDollars,
  verdictOf,
} from './words.ts'

export interface ReportContent {
  readonly basic: Evaluation
  readonly improved: Evaluation
  readonly answers: readonly Answered[]
  /** Where the data come from, without a path of this machine. */
  readonly data: string
  readonly isSynthetic: boolean
  /** Requests answered while the versions changed places, and those that failed. */
  readonly change: { readonly answered: number; readonly failed: number } | null
}

export function renderReport(content: ReportContent): string {
  const { data, isSynthetic } = content
  return reportPage('What is a house in King County worth?', [
    '<h1>What is a house in King County worth?</h1>',
    paragraph(
      `How well a computer prices homes, before and after its model was replaced. Data: ${data}.`,
      'lead',
    ),
    ...(isSynthetic
      ? [
          paragraph(
            'The sales are made up: the numbers below show how the report looks, and say nothing about real houses.',
            'note',
          ),
        ]
      : []),
    '<nav><a href="#sellers">For people who sell houses</a><a href="#engineers">For people who build models</a></nav>',
    ...forSellers(content),
    ...forEngineers(content),
  ])
}

function forSellers({ basic, improved, answers }: ReportContent): readonly string[] {
  const within = (evaluation: Evaluation, share: number) => {
    const near = evaluation.actual.filter((price, row) => {
      return Math.abs((evaluation.predicted[row] ?? 0) - price) <= price * share
    })
    return near.length / evaluation.actual.length
  }
  const prices = answers.map(({ price }) => price).sort((left, right) => left - right)
  return [
    '<h2 id="sellers">For people who sell houses</h2>',
    paragraph(
      `We hid the prices of ${improved.rows.test.toLocaleString('en-US')} homes that were sold, let the computer guess each of them, and looked how far off it was.`,
    ),
    facts([
      [
        dollars(improved.test.mae),
        `how far the new estimates are off on average; the old ones ${dollars(basic.test.mae)}`,
      ],
      [
        percent(within(improved, 0.1)),
        `of homes are priced within a tenth of what they sold for; before, ${percent(within(basic, 0.1))}`,
      ],
      [
        percent(within(improved, 0.25)),
        `are within a quarter; before, ${percent(within(basic, 0.25))}`,
      ],
    ]),
    paragraph(
      'The old estimate looks for the five homes most like yours, by size, rooms and neighbourhood, and takes the mean of their prices. It does not know how well a home is built, when, or where exactly it stands. The new one does.',
    ),
    '<h3>How far off, by what the home is worth</h3>',
    barPlot(
      'Mean difference between estimate and price, new model',
      improved.bands.map(({ name, mae, mape }) => {
        return { label: name, value: mae, text: `${shortDollars(mae)} (${percent(mape)})` }
      }),
    ),
    paragraph(
      'Homes of a common price are estimated best. The dearest are rare, no two are alike, and the estimate is a first number, not an appraisal.',
    ),
    '<h3>Where it is surest, and where not</h3>',
    plots(
      placesTable('surest', bySureness(improved).slice(0, PLACES_SHOWN)),
      placesTable('least sure', bySureness(improved).slice(-PLACES_SHOWN).reverse()),
    ),
    '<h3>What moves a price most</h3>',
    importancePlot(improved, 8, PLAIN_NAMES),
    '<h3>The homes that you asked about</h3>',
    paragraph(
      `${answers.length} homes were priced. They come to between ${dollars(prices[0] ?? 0)} and ${dollars(prices.at(-1) ?? 0)}; half of them are below ${dollars(prices[Math.floor(prices.length / 2)] ?? 0)}.`,
    ),
    '<h3>What it cannot know</h3>',
    list([
      'The sales are of 2014 and 2015. Prices have risen since: take an estimate as what the home would have sold for then.',
      'It sees a listing’s numbers, not the kitchen, the noise of the road or the neighbours.',
      'It knows King County alone, and says so where a zip code is not one of its own.',
    ]),
  ]
}

/** Enough homes that a mean says something. */
const MINIMUM_HOMES = 10
const PLACES_SHOWN = 5

function bySureness({ places }: Evaluation) {
  const known = places.filter(({ count }) => count >= MINIMUM_HOMES)
  return [...known].sort((left, right) => left.mape - right.mape)
}

function placesTable(title: string, places: Evaluation['places']): string {
  const rows = places.map(({ name, count, mae, mape }) => {
    return [name, String(count), dollars(mae), percent(mape)]
  })
  return `<div>${table([`Zip code, ${title}`, 'homes', 'off by', 'of the price'], rows)}</div>`
}

/** Columns in the words of a listing. */
const PLAIN_NAMES: Readonly<Record<string, string>> = {
  lat: 'how far north it lies',
  long: 'how far east it lies',
  sqft_living: 'living area',
  sqft_lot: 'size of the land',
  sqft_above: 'area above ground',
  sqft_living15: 'living area of neighbours',
  sqft_lot15: 'land of neighbours',
  grade: 'quality of construction',
  yr_built: 'year it was built',
  yr_renovated: 'year of renovation',
  zipcode: 'zip code',
  waterfront: 'on the water',
}

function importancePlot(
  { importance }: Evaluation,
  count: number,
  names: Readonly<Record<string, string>> = {},
): string {
  const bars = importance.slice(0, count).map(({ name, share }) => {
    return { label: names[name] ?? name, value: share, text: percent(share) }
  })
  return barPlot('How much worse the estimate gets without it', bars)
}

function forEngineers(content: ReportContent): readonly string[] {
  const { basic, improved, change } = content
  return [
    '<h2 id="engineers">For people who build models</h2>',
    '<h3>Method</h3>',
    list([
      `Split: the customer's own, 75 to 25 by scikit-learn's train_test_split with seed ${SEED}, reproduced bit by bit: ${basic.rows.train} rows to learn from, ${basic.rows.test} to test on. Demographics are joined by zip code, as the customer's script does.`,
      `Version 1, ${basic.recipe.title}: ${settingsOf(basic)}; ${basic.recipe.features.length} features. Written as a scikit-learn file, read back without executing it, and joined to the table inside the artifact.`,
      `Version 2, ${improved.recipe.title}: ${settingsOf(improved)}; ${improved.recipe.features.length} features, without the sale date. Settings and columns were chosen by cross-validation on the training rows alone.`,
      `Requests carry 18 columns and no demographics; an unknown zip code is refused with 422.${change === null ? '' : ` The change from version 1 to 2 was made while requests were answered: ${change.answered} answered, ${change.failed} failed.`}`,
    ]),
    '<h3>Figures</h3>',
    table(['', 'version 1', 'version 2'], comparisonRows(basic, improved)),
    paragraph(
      `Cross-validation: 5 folds of the training rows; standard deviations of R² ${acrossFolds(basic.folds).spread.r2.toFixed(3)} and ${acrossFolds(improved.folds).spread.r2.toFixed(3)}, of MAE ${dollars(acrossFolds(basic.folds).spread.mae)} and ${dollars(acrossFolds(improved.folds).spread.mae)}.`,
      'note',
    ),
    ...[basic, improved].flatMap((one, index) => engineerPart(one, index + 1)),
    '<h3>Limits</h3>',
    list([
      'Some homes were sold twice and may lie on both sides of the split, which makes the test a little easier than life.',
      'One year of sales, no trend: figures hold for the time of the data.',
      'Errors are not intervals. Version 2 learns the logarithm of the price, so that its answers lie nearer the median than the mean; its bias is in the tables above.',
      'R² hangs on few dear homes: the folds differ by a hundredth or two. Compare MAE and MAPE first.',
      'Zip codes stand for income and education, and through them for people. Do not use estimates where that is not allowed.',
    ]),
  ]
}

function settingsOf({ recipe }: Evaluation): string {
  return Object.entries(recipe.settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}

const WORST_PLACES = 12

function engineerPart(evaluation: Evaluation, version: number): readonly string[] {
  const { actual, predicted, bands, places, recipe } = evaluation
  const points = Array.from(actual, (price, row) => ({ x: price, y: predicted[row] ?? 0 }))
  const residuals = points.map(({ x, y }) => ({ x: y, y: y - x }))
  const axis = (label: string) => ({ label, show: shortDollars })
  const name = `version ${version}`
  return [
    `<h3>Version ${version}: ${recipe.model}</h3>`,
    list(verdictOf(evaluation)),
    plots(
      scatterPlot(
        `Predicted against actual, ${name}`,
        points,
        { x: axis('actual price'), y: axis('predicted') },
        'diagonal',
      ),
      scatterPlot(
        `Residuals, ${name}`,
        residuals,
        { x: axis('predicted price'), y: axis('predicted − actual') },
        'level',
      ),
      histogram(
        `Residuals, ${name}; those beyond are in the outermost bars`,
        residuals.map((point) => point.y),
        { low: -400_000, high: 400_000, count: 40 },
        axis('predicted − actual'),
      ),
      importancePlot(evaluation, 12),
      barPlot(
        `MAE by price band, ${name}`,
        bands.map(({ name: label, mae, bias, count }) => {
          return {
            label: `${label} (${count})`,
            value: mae,
            text: `${shortDollars(mae)}, bias ${shortDollars(bias)}`,
          }
        }),
      ),
      barPlot(
        `MAE by zip code, ${name}: the ${Math.min(WORST_PLACES, places.length)} largest of ${places.length}`,
        places.slice(0, WORST_PLACES).map(({ name: label, mae, count, mape }) => {
          return {
            label: `${label} (${count})`,
            value: mae,
            text: `${shortDollars(mae)} (${percent(mape)})`,
            series: 1,
          }
        }),
      ),
    ),
    table(
      ['Price band', 'homes', 'MAE', 'MAPE', 'bias'],
      bands.map(({ name: label, count, mae, mape, bias }) => [
        label,
        String(count),
        dollars(mae),
        percent(mape),
        dollars(bias),
      ]),
    ),
    `<details><summary>All zip codes</summary>${table(
      ['Zip code', 'homes', 'MAE', 'MAPE', 'bias'],
      places.map(({ name: label, count, mae, mape, bias }) => [
        label,
        String(count),
        dollars(mae),
        percent(mape),
        dollars(bias),
      ]),
    )}</details>`,
  ]
}

/** For the card: the figures of both versions. */
export function figuresTable(basic: Evaluation, improved: Evaluation): readonly string[] {
  return [
    '| sales put aside | R² | MAE | RMSE | MAPE |',
    '|---|---|---|---|---|',
    ...[basic, improved].map((one, index) => {
      return `| version ${index + 1} | ${METRIC_ROWS.map(({ show }) => show(one.test)).join(' | ')} |`
    }),
  ]
}
