// The subcommands of the command line: one word for each operation, and the few that are not operations.

import { OPERATIONS } from '#core/operations/index.ts'
import type { Operation, OperationName } from '#core/operations/operation.ts'

/** What people type; the operation's own name works too. Pinned by a test. */
const WORDS: Readonly<Record<OperationName, string>> = {
  list_models: 'list',
  describe_model: 'describe',
  deploy_model: 'deploy',
  undeploy_model: 'undeploy',
  delete_model: 'delete',
  predict: 'predict',
  predict_batch: 'batch',
  explain_prediction: 'explain',
  list_versions: 'versions',
  promote_version: 'promote',
  set_traffic: 'traffic',
  model_metrics: 'metrics',
  check_drift: 'drift',
  train_model: 'train-model',
  suggest_phrases: 'suggest',
  help: 'examples',
}

/** Subcommands that are not operations. */
export const OWN_COMMANDS = [
  { word: 'serve', summary: 'Start the server: page, chat and REST on one address' },
  { word: 'inspect', summary: 'Show what a file holds without registering anything' },
  { word: 'train', summary: 'Fit a model to a table and write it with its metrics' },
  { word: 'runs', summary: 'Show and compare what was trained' },
  { word: 'models', summary: 'Fetch the models of Transformers that suggest phrases' },
  { word: 'migrate', summary: 'Move an embedded installation to PostgreSQL and S3' },
  { word: 'example', summary: 'Make an example ready, from its data to its endpoint' },
  {
    word: 'mcp',
    summary: 'Serve Claude Desktop and other MCP clients on standard input and output',
  },
  { word: 'keys', summary: 'Make, list and revoke API keys' },
  { word: 'audit', summary: 'Show who changed what, when and from where' },
] as const

/** Shorter words for options of a command. */
const SHORT_OPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  deploy: { '--key': '--lookup-key', '--unknown': '--lookup-unknown' },
}

/** What was typed after a command's word, with its options in full. */
export function inFull(word: string, words: readonly string[]): readonly string[] {
  const short = SHORT_OPTIONS[word] ?? {}
  return words.map((one) => {
    const [name = '', ...rest] = one.split('=')
    const full = Object.hasOwn(short, name) ? short[name] : undefined
    return full === undefined ? one : [full, ...rest].join('=')
  })
}

export interface Command {
  readonly word: string
  readonly operation: Operation
}

export const COMMANDS: readonly Command[] = OPERATIONS.map((operation) => ({
  word: WORDS[operation.name],
  operation,
}))

/** The command a word means, by its short word or by the operation's name with either dashes or underscores. */
export function findCommand(word: string): Command | null {
  const name = word.replaceAll('-', '_')
  return (
    COMMANDS.find((command) => command.word === word || command.operation.name === name) ?? null
  )
}
