// Plays the example conversation in the loopback Slack and writes down what people see, for docs/slack.md.

import type { SeenMessage } from '../../bots/slack/fake-slack.ts'
import { transcriptOf } from '../../bots/slack/transcript.ts'
import { openWorkspace, type Workspace } from '../../bots/slack/workspace.ts'
import { CHURN_FILE, type Exchange, type Moment, WORDS } from './facts.ts'
import { TRAINING_TABLE } from './training-data.ts'
import { maskDays, maskTraining } from './volatile.ts'

/** The whole conversation; the same on every run. */
export async function playSlack(): Promise<readonly Exchange[]> {
  const workspace = await openWorkspace()
  try {
    const exchanges = await play(workspace)
    if (workspace.slack.problems.length > 0) throw new Error(workspace.slack.problems.join('\n'))
    return exchanges
  } finally {
    await workspace.close()
  }
}

async function play(workspace: Workspace): Promise<Exchange[]> {
  const { slack } = workspace
  const exchanges: Exchange[] = []
  const note = (moment: Moment | null, done: string, said: string) => {
    const shown = `${done}\n\n${quote(`**Parley:** ${said}`)}`
    exchanges.push({ moment, shown: maskDays(shown).replace(ESCAPED, '$1') })
  }
  const talk = async (
    moment: Moment | null,
    text: string,
    files: readonly Record<string, unknown>[] = [],
  ) => {
    const before = slack.files.length
    const answer = await workspace.ask({ text, ...(files.length > 0 ? { files } : {}) })
    const names = files.map(({ name }) => ` 📎 \`${String(name)}\``).join('')
    const posted = slack.files.slice(before).map(({ name }) => `📎 \`${name}\``)
    note(moment, `**Ana:** ${text}${names}`, [transcriptOf(answer), ...posted].join('\n\n'))
    return lastOf(answer)
  }
  const press = async (moment: Moment | null, message: SeenMessage, label: string) => {
    const answer = await workspace.press(message, label)
    note(moment, `_Ana presses_ \`[ ${label} ]\``, transcriptOf(answer))
  }

  await talk(null, WORDS.wish)
  const model = await Bun.file(CHURN_FILE).bytes()
  await talk('deploy', 'here it is', [slack.addFile('churn_model.pkl', model)])
  await press('why', await talk('predict', WORDS.predict), 'Why?')
  await talk('list', WORDS.list)
  await talk('inputs', WORDS.inputs)
  const rows = 'tenure,monthly_charges,total_charges\n24,70,1680\n2,95,190\n60,30,1800\n'
  await talk(null, 'score these customers with churn', [slack.addFile('customers.csv', rows)])

  const begun = exchanges.length
  const table = slack.addFile('customers.csv', TRAINING_TABLE)
  const wish = 'train a model that predicts Churn from this file and call it loyalty'
  await press(null, await talk(null, wish, [table]), 'Deploy it')
  await talk(
    null,
    'predict loyalty for tenure 2, month-to-month, fiber optic, electronic check, monthly charges 95 and total charges 190',
  )
  await press(null, await talk(null, 'delete the churn model'), 'No')
  return exchanges.map((one, index) => (index < begun ? one : maskTraining(one)))
}

function lastOf(messages: readonly SeenMessage[]): SeenMessage {
  const last = messages.at(-1)
  if (last === undefined) throw new Error('nothing was answered')
  return last
}

const quote = (text: string) =>
  text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')

/** Markdown shows `\\_` as `_`, and so does the documentation. */
const ESCAPED = /\\([\\`*_])/g
