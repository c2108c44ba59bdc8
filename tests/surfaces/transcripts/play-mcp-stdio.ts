// Plays the example conversation with `parley mcp` as desktop clients start it, for docs/mcp.md.

import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectStdio, type Input, type TestClient } from '../../mcp/support.ts'
import { CHURN_FILE, type Exchange, type Moment, ROW, TITLE } from './facts.ts'

/** No server listens there, so that the folder is opened; people read the usual one. */
const PORT = '1'
const USUAL_PORT = '3000'
/** Days and tokens differ from run to run. */
const DAY = /\d{4}-\d\d-\d\d/g
const TOKEN = /[\da-f]{32}/g
const SPACES_AT_END = /[ \t]+$/gm

const { tenure, ...REST } = ROW
/** The tenure is left out once, so that the person is asked for it. */
const CALLS: readonly (readonly [Moment, tool: string, given: Input])[] = [
  ['deploy', 'deploy_model', { path: 'churn_model.pkl', title: TITLE }],
  ['predict', 'predict_churn', REST],
  ['why', 'explain_prediction', { model: 'churn', features: ROW }],
  ['list', 'list_models', {}],
  ['inputs', 'describe_model', { model: 'churn' }],
]

/** With a client that shows forms, then the deletion with an older one that cannot. */
export async function playMcpStdio(): Promise<Exchange[]> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-transcript-'))
  const allowed = join(folder, 'models')
  const options = {
    words: ['--allow', allowed],
    environment: { PARLEY_DATA: join(folder, 'data'), PORT },
  }
  try {
    await mkdir(allowed)
    await copyFile(CHURN_FILE, join(allowed, 'churn_model.pkl'))
    return [...(await playForms(options)), ...(await playDeletion(options))]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Options = Parameters<typeof connectStdio>[1]

async function playForms(options: Options): Promise<Exchange[]> {
  const forms: string[] = []
  const client = await connectStdio('2026-07-28', {
    ...options,
    person: ({ message }) => {
      forms.push(`  (form) ${message}   tenure: ${tenure}`)
      return { action: 'accept', content: { tenure } }
    },
  })
  const exchanges: Exchange[] = []
  for (const [moment, tool, given] of CALLS) {
    exchanges.push({ moment, shown: block(await play(client, tool, given, forms)) })
  }
  await client.close()
  return exchanges
}

async function playDeletion(options: Options): Promise<Exchange[]> {
  const client = await connectStdio('2025-11-25', options)
  const asked = await play(client, 'delete_model', { model: 'churn' })
  const [confirm = ''] = asked.match(TOKEN) ?? []
  const done = await play(client, 'delete_model', { model: 'churn', confirm })
  await client.close()
  const about =
    'A client of revision 2025-11-25 that shows no forms is given the question and a token (here …) instead:'
  return [
    { moment: null, shown: about },
    { moment: null, shown: block(`${asked}\n\n${done}`) },
  ]
}

/** The call, the forms that it put to the person, and the text of its answer. */
async function play(client: TestClient, tool: string, given: Input, forms: string[] = []) {
  const { text } = await client.call(tool, given)
  return [`> ${tool} ${JSON.stringify(given)}`, ...forms.splice(0), text].join('\n')
}

function block(text: string): string {
  return ['```text', text.trim(), '```']
    .join('\n')
    .replace(DAY, 'YYYY-MM-DD')
    .replace(TOKEN, '…')
    .replaceAll(`127.0.0.1:${PORT}/`, `127.0.0.1:${USUAL_PORT}/`)
    .replace(SPACES_AT_END, '')
}
