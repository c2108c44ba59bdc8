// The iris example: trains a reproducible pipeline on 150 flowers, says how good it is, deploys it and asks it.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { SPLIT_KINDS } from '#core/training/run.ts'
import type { Example, ExampleContext } from '../example.ts'
import { classFigures, deployMade } from '../shared/deploy-made.ts'
import { recordRun } from '../shared/record-run.ts'
import { judgementInWords } from '../shared/say-judgement.ts'
import { fileOf, trainModel, writeFiles } from '../shared/train-model.ts'
import { irisRequest, SEED } from './training.ts'

const NAME = 'iris'
/** As many splits as show that the accuracy is not the luck of one. */
const OTHER_SEEDS = 20
const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 }

const ABOUT: Readonly<Record<string, string>> = {
  'model.joblib': 'the fitted pipeline; scikit-learn loads it too',
  'model.onnx': 'the same for every ONNX runtime',
  'metrics.json': 'accuracy, macro F1 and each species',
  'confusion_matrix.json': 'which species was taken for which',
  'params.json': 'all arguments, the sha256 of the data, versions',
}

export const example: Example = {
  name: NAME,
  title: 'Iris species',
  summary: 'Trains StandardScaler and logistic regression on 150 flowers, the same way every time',
  async make(context) {
    const { call, say, outputFolder } = context
    const sample = await call.ports.samples.read(NAME)
    if (sample === null) return fail('not_found', 'models/iris/config.json is missing.')
    const request = await irisRequest()
    const trained = await trainModel(request, call)
    if (!trained.ok) return trained
    const { run, report } = trained.value
    say('Data: 150 flowers of three species, models/iris/iris.csv, which comes with Parley.')
    say(
      `StandardScaler and logistic regression (C 1) as one pipeline, on ${run.rows.train} flowers; ${run.rows.test} were put aside (${trained.value.prepared.drawn}, seed ${SEED}).`,
    )
    say(`\n${judgementInWords(run.judgement)}\n`)
    const spread = await otherSeeds(context)
    if (!spread.ok) return spread
    say(spread.value)
    const metrics = classFigures(run.judgement)
    const written = await writeFiles(outputFolder, run.files)
    const deployed = await deployMade(
      {
        ...sample,
        bytes: fileOf(run, 'model.joblib'),
        metrics,
        report,
      },
      call,
    )
    if (!deployed.ok) return deployed
    await recordRun({ request, trained: trained.value, metrics, deployed: deployed.value }, call)
    say(await askOnce(context))
    return succeed({
      model: NAME,
      modelVersion: deployed.value.modelVersion,
      row: FLOWER,
      files: written.map((path, place) => [path, ABOUT[run.files[place]?.name ?? ''] ?? '']),
    })
  },
}

/** Both ways of drawing the test: evenly, as above, and any ten flowers of a species, where luck has more to say. */
async function otherSeeds({ call }: ExampleContext): Promise<Outcome<string>> {
  const ranges: string[] = []
  for (const [turn, split] of SPLIT_KINDS.entries()) {
    const accuracies: number[] = []
    for (let seed = 0; seed < OTHER_SEEDS; seed++) {
      const request = { ...(await irisRequest(seed)), split }
      const trained = await trainModel(request, { ...call, progress: () => {} })
      if (!trained.ok) return trained
      accuracies.push(classFigures(trained.value.run.judgement)['accuracy'] ?? 0)
      const fraction = (turn + (seed + 1) / OTHER_SEEDS) / SPLIT_KINDS.length
      call.progress({ fraction, message: 'trying other splits' })
    }
    const mean = accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length
    ranges.push(
      `${Math.min(...accuracies).toFixed(3)} to ${Math.max(...accuracies).toFixed(3)}, ${mean.toFixed(3)} on average`,
    )
  }
  return succeed(
    `Trained again on ${OTHER_SEEDS} other splits (seeds 0 to ${OTHER_SEEDS - 1}): accuracy ${ranges[0]}.\nThe same with any ten flowers of each species put aside, easy or hard: ${ranges[1]}.`,
  )
}

/** Through a real server, as a program would ask. */
function askOnce({ withServer, fetch }: ExampleContext): Promise<string> {
  return withServer(async (url) => {
    const response = await fetch(`${url}/api/predict/${NAME}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(FLOWER),
    })
    const answer: unknown = await response.json()
    const label =
      typeof answer === 'object' && answer !== null && 'predicted_label' in answer
        ? String(answer.predicted_label)
        : `an error (${response.status})`
    return `Asked over HTTP for ${Object.values(FLOWER).join(', ')} cm: ${label}. With PARLEY_DEFAULT_MODEL=${NAME}, POST /predict answers the same.`
  })
}
