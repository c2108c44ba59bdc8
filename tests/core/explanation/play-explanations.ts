// Asks five kinds of models for their reasons, for docs/explanations.md.

import { basename, join, resolve } from 'node:path'
import { rowInWords } from '#core/operations/example-row.ts'
import { explainPrediction } from '#core/operations/explain-prediction.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import { createTestPorts, run, type TestPorts } from '../../support/ports.ts'

const ROOT = resolve(import.meta.dir, '../../..')
export const DOCUMENT = join(ROOT, 'docs/explanations.md')
const START = '<!-- transcript: bun tests/core/explanation/write-explanations.ts -->'
const END = '<!-- end of transcript -->'

type Row = Readonly<Record<string, number | string>>

interface Question {
  readonly title: string
  readonly file: string
  readonly row: Row
  readonly before?: Row
}

const MAXIMUM_BYTES = 10_000_000

const FIXTURES = 'tests/fixtures/sklearn/1.9.1'

const QUESTIONS: readonly Question[] = [
  {
    title: 'Trees: exact, from the mean over the training data.',
    file: 'models/churn/churn_model.pkl',
    row: { tenure: 24, monthly_charges: 70, total_charges: 1680 },
  },
  {
    title: 'A text: exact, word by word.',
    file: `${FIXTURES}/tfidf.joblib`,
    row: { text: 'How do I return it, the battery broke' },
  },
  {
    title: 'Nearest neighbours: sampled, compared with the rows that the file keeps.',
    file: `${FIXTURES}/knn_house_prices.pkl`,
    row: { sqft_living: 4050, bedrooms: 4, grade: 5, lat: 47.7001 },
  },
  {
    title: 'Support vectors without probabilities: sampled, by the label; and a change.',
    file: `${FIXTURES}/svc_customers.joblib`,
    row: { tenure: 3, monthly_charges: 95, total_charges: 285 },
    before: { tenure: 60, monthly_charges: 95, total_charges: 285 },
  },
  {
    title: 'A network whose file says nothing of its inputs: sampled, compared with zeros.',
    file: `${FIXTURES}/mlp_relu.joblib`,
    row: { f0: -0.94, f1: 0.71, f2: -1.66, f3: -2.52 },
  },
]

/** Markdown of what was asked and what was answered. */
export async function playExplanations(): Promise<string> {
  const ports = await createTestPorts()
  try {
    const parts: string[] = []
    for (const [index, question] of QUESTIONS.entries()) {
      const answer = await ask(ports, `model_${index}`, question)
      const instead =
        question.before === undefined ? '' : ` (instead of ${rowInWords(question.before)})`
      parts.push(
        `${question.title} \`${basename(question.file)}\`, ${rowInWords(question.row)}${instead}`,
        `\`\`\`text\n${answer}\n\`\`\``,
      )
    }
    return parts.join('\n\n')
  } finally {
    await ports.close()
  }
}

async function ask(ports: TestPorts, name: string, { file, row, before }: Question) {
  const path = join(ROOT, file)
  const upload = await ports.registry.createUpload({
    fileName: basename(path),
    owner: 'local',
    content: await Bun.file(path).bytes(),
    maximumBytes: MAXIMUM_BYTES,
  })
  if (!upload.ok) throw new Error(upload.failure.message)
  const deployed = await run(ports, 'deploy_model', { upload: upload.value.id, name })
  if (!deployed.ok) throw new Error(deployed.failure.message)
  const explained = await run(ports, 'explain_prediction', {
    model: name,
    features: row,
    ...(before !== undefined && { instead_of: before }),
  })
  if (!explained.ok) throw new Error(explained.failure.message)
  const { text, blocks } = explainPrediction.present(
    explainPrediction.output.parse(explained.value),
  )
  return renderPlainText({ text, blocks: blocks.filter(({ kind }) => kind === 'contributions') })
}

/** The document in three: what stands before the transcript, the transcript, what stands after it. */
export async function readDocument() {
  const text = await Bun.file(DOCUMENT).text()
  const start = text.indexOf(START) + START.length
  const end = text.indexOf(END)
  if (start < START.length || end < start) throw new Error(`${DOCUMENT} has no place for it`)
  return {
    before: text.slice(0, start),
    transcript: text.slice(start, end).trim(),
    after: text.slice(end),
  }
}
