// Plays the example conversation on the loopback Discord and writes down what people see, for docs/discord.md.

import { join } from 'node:path'
import { SAMPLES_FOLDER } from '../../support/ports.ts'
import type { Shown } from './discord-types.ts'
import { buttonOf, DEE, type RunningBot, runBot, VIC } from './running-bot.ts'

export const TRANSCRIPT_START = '<!-- transcript: bun tests/bots/discord/write-transcript.ts -->'
export const TRANSCRIPT_END = '<!-- end of transcript -->'

interface Line {
  readonly who: string
  readonly text: string
}

/** Markdown of the whole conversation; the same on every run. */
export async function playTranscript(): Promise<string> {
  const running = await runBot({ samples: [] })
  try {
    return (await play(running)).map(quote).join('\n\n')
  } finally {
    await running.close()
  }
}

async function play({ discord, until, waitFor, count }: RunningBot): Promise<Line[]> {
  const lines: Line[] = []
  const text = (name: string, value: string) => ({ name, type: 3, value })
  const answered = async (
    person: string,
    words: string,
    find: string | RegExp,
    act: () => void,
  ) => {
    lines.push({ who: person, text: words })
    const after = count()
    act()
    const shown = await until(find, { after })
    lines.push({ who: 'Parley', text: seenBy(shown) })
    return shown
  }
  const say = (user: typeof DEE, words: string, find: string | RegExp) =>
    answered(user.name, `@Parley ${words}`, find, () => discord.say(user, words))

  const content = await Bun.file(join(SAMPLES_FOLDER, 'churn/churn_model.pkl')).bytes()
  const files = [{ name: 'churn_model.pkl', content }]
  const wish = 'I want to deploy a customer churn prediction model'
  await answered('dee', `@Parley ${wish}\n📎 churn_model.pkl`, 'deployed at', () =>
    discord.say(DEE, wish, { files }),
  )
  const predicted = await say(
    VIC,
    'Make a prediction for a customer with 24 months tenure, $70 monthly charges, and $1680 total charges',
    'probability',
  )
  await answered('vic', 'clicks [ Why? ]', '│', () =>
    discord.click(VIC, buttonOf(predicted, 'Why?')),
  )
  await say(VIC, 'predict churn for tenure 2 and monthly charges 99', 'total_charges')
  await say(VIC, '198', 'probability')
  await say(VIC, 'Show me available models', 'deployed: churn')
  lines.push({ who: 'vic', text: '/predict model: churn' })
  discord.command(VIC, 'predict', [text('model', 'churn')])
  await waitFor('the form', () => discord.requests.some(({ body }) => Object(body).type === 9))
  const { title, inputs } = discord.modal()
  const values = ['60', '$25', '1,500']
  const typed = inputs.map(({ label }, index) => `${label}: ${values[index]}`)
  const form = `fills in the form “${title}”\n${typed.join('\n')}`
  await answered('vic', form, 'probability', () => discord.submit(VIC, values))
  await say(VIC, 'delete the churn model', 'needs the role admin')
  return lines
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
