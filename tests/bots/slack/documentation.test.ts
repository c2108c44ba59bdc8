// Keeps docs/slack.md true: its transcript is what the bot says, and the manifest asks for what the bot uses.

import { expect, test } from 'bun:test'
import { join, resolve } from 'node:path'
import manifest from '#bots/slack/manifest.json'
import { SAMPLES_FOLDER } from '../../support/ports.ts'
import { transcriptOf } from './transcript.ts'
import { ANA, openWorkspace } from './workspace.ts'

const ROOT = resolve(import.meta.dir, '../../..')
const DOCUMENT = join(ROOT, 'docs/slack.md')
const [START, END] = ['<!-- transcript -->\n', '<!-- end of transcript -->']

async function converse(): Promise<string> {
  const workspace = await openWorkspace()
  const { slack } = workspace
  const lines: string[] = []
  const talk = async (text: string, files: readonly Record<string, unknown>[] = []) => {
    const answer = await workspace.ask({ text, ...(files.length > 0 ? { files } : {}) })
    const names = files.map(({ name }) => ` 📎 \`${String(name)}\``).join('')
    const scored = slack.files.map(({ name }) => `📎 \`${name}\``)
    lines.push(
      `**Ana:** ${text}${names}`,
      quote(`**Parley:** ${[transcriptOf(answer), ...(names === '' ? [] : scored)].join('\n\n')}`),
    )
    return answer
  }
  await talk('I want to deploy my customer churn model')
  const model = await Bun.file(join(SAMPLES_FOLDER, 'churn/churn_model.pkl')).bytes()
  await talk('here it is', [slack.addFile('churn_model.pkl', model)])
  const [answer] = await talk(
    'Make a prediction for a customer with 24 months tenure, $70 monthly charges, and $1680 total charges',
  )
  if (answer === undefined) throw new Error('nothing was answered')
  lines.push(
    '_Ana presses_ `[ Why? ]`',
    quote(`**Parley:** ${transcriptOf(await workspace.press(answer, 'Why?'))}`),
  )
  await talk('Show me available models')
  const rows = 'tenure,monthly_charges,total_charges\n24,70,1680\n2,95,190\n60,30,1800\n'
  await talk('score these customers with churn', [slack.addFile('customers.csv', rows)])
  const [question] = await talk('delete the churn model')
  if (question === undefined) throw new Error('nothing was asked')
  lines.push(
    '_Ana presses_ `[ No ]`',
    quote(`**Parley:** ${transcriptOf(await workspace.press(question, 'No', ANA))}`),
  )
  const problems = slack.problems
  await workspace.close()
  expect(problems).toEqual([])
  return lines.join('\n\n')
}

const quote = (text: string) =>
  text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')

/** Say nothing of the model: sizes and moments. */
const VOLATILE =
  /\d{4}-\d\d-\d\d(?:[T ][\d:.]+Z?)?|\b\d+(?:\.\d+)? (?:ms|seconds?)\b|just now|\d+ seconds ago/g

/** Markdown shows `\\_` as `_`, and so does the documentation. */
const ESCAPED = /\\([\\`*_])/g

test('the transcript in the documentation is what the bot says', async () => {
  const transcript = `\n${(await converse()).replace(VOLATILE, '…').replace(ESCAPED, '$1')}\n\n`
  const document = await Bun.file(DOCUMENT).text()
  const [from, to] = [document.indexOf(START) + START.length, document.indexOf(END)]
  if (process.env['PARLEY_WRITE_DOCS'] === '1') {
    await Bun.write(DOCUMENT, document.slice(0, from) + transcript + document.slice(to))
    return
  }
  expect(document.slice(from, to)).toBe(transcript)
})

test('the manifest stays within what Slack takes', () => {
  const { agent_view: agent, slash_commands: commands } = manifest.features
  expect(agent.agent_description.length).toBeLessThanOrEqual(300)
  expect(agent.suggested_prompts.length).toBeLessThanOrEqual(4)
  expect(commands.map(({ command }) => command)).toEqual(['/parley'])
  expect(manifest.settings.event_subscriptions.bot_events).toContain('agent_session_stopped')
})
