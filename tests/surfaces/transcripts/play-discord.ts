// Plays the example conversation on the loopback Discord and writes down what people see, for docs/discord.md.

import type { Shown } from '../../bots/discord/discord-types.ts'
import { buttonOf, DEE, type RunningBot, runBot, VIC } from '../../bots/discord/running-bot.ts'
import { CHURN_FILE, type Exchange, type Moment, WORDS } from './facts.ts'
import { TRAINING_TABLE } from './training-data.ts'
import { maskDays, maskTraining } from './volatile.ts'

interface Line {
  readonly who: string
  readonly text: string
}

/** The whole conversation; the same on every run. */
export async function playDiscord(): Promise<readonly Exchange[]> {
  const running = await runBot({ samples: [] })
  try {
    const exchanges = await play(running)
    if (running.discord.problems.length > 0) throw new Error(running.discord.problems.join('\n'))
    return exchanges
  } finally {
    await running.close()
  }
}

async function play({ discord, until, waitFor, count }: RunningBot): Promise<Exchange[]> {
  const exchanges: Exchange[] = []
  const text = (name: string, value: string) => ({ name, type: 3, value })
  const answered = async (
    moment: Moment | null,
    lines: readonly Line[],
    find: string | RegExp,
    act: () => void,
  ) => {
    const after = count()
    act()
    const shown = await until(find, { after })
    const told = [...lines, { who: 'Parley', text: seenBy(shown) }].map(quote).join('\n\n')
    exchanges.push({ moment, shown: maskDays(told) })
    return shown
  }
  const say = (
    moment: Moment | null,
    user: typeof DEE,
    words: string,
    find: string | RegExp,
    files: readonly { name: string; content: string | Uint8Array<ArrayBuffer> }[] = [],
  ) => {
    const named = files.map(({ name }) => `\n📎 ${name}`).join('')
    const lines = [{ who: user.name, text: `@Parley ${words}${named}` }]
    return answered(moment, lines, find, () => discord.say(user, words, { files }))
  }
  const click = (
    moment: Moment | null,
    user: typeof DEE,
    shown: Shown,
    label: string,
    find: string,
  ) =>
    answered(moment, [{ who: user.name, text: `clicks [ ${label} ]` }], find, () =>
      discord.click(user, buttonOf(shown, label)),
    )

  const model = { name: 'churn_model.pkl', content: await Bun.file(CHURN_FILE).bytes() }
  await say('deploy', DEE, WORDS.wish, 'deployed at', [model])
  await say('predict', VIC, WORDS.predict, 'probability')
  await say('why', VIC, WORDS.why, '│')
  await say('list', VIC, WORDS.list, 'deployed: churn')
  await say('inputs', VIC, WORDS.inputs, 'needs 3 inputs')
  await say(null, VIC, 'predict churn for tenure 2 and monthly charges 99', 'total_charges')
  const predicted = await say(null, VIC, '198', 'probability')
  await click(null, VIC, predicted, 'Why?', '│')

  discord.command(VIC, 'predict', [text('model', 'churn')])
  await waitFor('the form', () => discord.requests.some(({ body }) => Object(body).type === 9))
  const { title, inputs } = discord.modal()
  const values = ['60', '$25', '1,500']
  const typed = inputs.map(({ label }, index) => `${label}: ${values[index]}`)
  const filled = [
    { who: VIC.name, text: '/predict model: churn' },
    { who: VIC.name, text: `fills in the form “${title}”\n${typed.join('\n')}` },
  ]
  await answered(null, filled, 'probability', () => discord.submit(VIC, values))

  const begun = exchanges.length
  const table = { name: 'customers.csv', content: TRAINING_TABLE }
  const wish = 'train a model that predicts Churn from this file and call it loyalty'
  const trained = await say(null, DEE, wish, 'Shall I deploy it', [table])
  await click(null, DEE, trained, 'Deploy it', 'deployed at /api/predict/loyalty')
  await say(
    null,
    VIC,
    'predict loyalty for tenure 2, month-to-month, fiber optic, electronic check, monthly charges 95 and total charges 190',
    'probability',
  )
  await say(null, VIC, 'delete the churn model', 'needs the role admin')
  return exchanges.map((one, index) => (index < begun ? one : maskTraining(one)))
}

function seenBy({ text, buttons, files }: Shown): string {
  const below = buttons.map(({ label }) => `[ ${label} ]`).join(' ')
  const posted = files.map(({ name }) => `📎 ${name}`)
  return [text, ...posted, below].filter((part) => part !== '').join('\n')
}

/** A quotation whose lines stay lines, also where Markdown would join them. */
function quote({ who, text }: Line): string {
  let isCode = false
  const lines = text.split('\n').map((line, index, all) => {
    const isFence = line.startsWith('```')
    if (isFence) isCode = !isCode
    const next = all[index + 1]
    const isJoined = !isCode && !isFence && next !== undefined && !next.startsWith('```')
    return isJoined && line !== '' ? `> ${line}\\` : `> ${line}`.trimEnd()
  })
  return [`> **${who}**`, '>', ...lines].join('\n')
}
