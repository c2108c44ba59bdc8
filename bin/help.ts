// The help texts of the command line, made from the operations' own descriptions.

import { argumentsOf, type InputArgument, optionName } from '#core/operations/arguments.ts'
import { TEXT_FILE_FIELDS } from './command-files.ts'
import { COMMANDS, type Command, OWN_COMMANDS } from './commands.ts'

const INDENT = '  '

/** What `parley --help` prints. */
export function generalHelp(version: string): string {
  const rows = [
    ...OWN_COMMANDS.map(({ word, summary }) => [word, summary] as const),
    ...COMMANDS.map(({ word, operation }) => [word, operation.title] as const),
  ]
  const width = Math.max(...rows.map(([word]) => word.length))
  return [
    `Parley ${version}: talk to your machine-learning models.`,
    '',
    'Usage: parley <command> [arguments] [--json]',
    '',
    ...rows.map(([word, summary]) => `${INDENT}${word.padEnd(width)}  ${summary}`),
    '',
    'parley <command> --help says more about one of them.',
    '',
    'Environment: PORT (3000), HOST (127.0.0.1), PARLEY_DATA (./data), PARLEY_DEFAULT_MODEL,',
    'GRPC_PORT (the Open Inference Protocol over gRPC, off when unset),',
    'PARLEY_REMOTE_ENGINES (inference servers that models may run on, such as http://triton:8000),',
    'DATABASE_URL, REDIS_URL and AWS_… for S3 (for several machines: docs/many-machines.md),',
    'PARLEY_ALLOWED_HOSTS (names of a proxy in front), PARLEY_REQUIRE_KEYS (0),',
    'PARLEY_PERMISSIONS (parley.permissions.json in PARLEY_DATA),',
    'ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL, ANTHROPIC_MODEL, LOG_LEVEL (silent),',
    'SLACK_BOT_TOKEN with SLACK_APP_TOKEN or SLACK_SIGNING_SECRET, SLACK_API_URL,',
    'DISCORD_TOKEN with DISCORD_APPLICATION_ID, DISCORD_GUILD_ID, DISCORD_API_URL,',
    'PARLEY_ARTIFACTS (inside PARLEY_DATA), PARLEY_EXAMPLE_DATA (a folder), PARLEY_API_KEY (for parley mcp),',
    'MLFLOW_TRACKING_URI (an MLflow server that trainings are logged to as well),',
    'OTEL_EXPORTER_OTLP_ENDPOINT (a collector for traces),',
    'PARLEY_PREDICTION_LOG (answers; off, or rows to keep inputs too), PARLEY_PREDICTION_LOG_DAYS (30),',
    'HF_ENDPOINT and HF_TOKEN (where models of Transformers are fetched).',
    'Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 not found, 4 invalid input, 5 unreadable file,',
    '6 refused, 130 interrupted.',
  ].join('\n')
}

/** What `parley predict --help` prints. */
export function commandHelp({ word, operation }: Command): string {
  const fields = argumentsOf(operation.input)
  const positional = fields.filter((field) => field.positional)
  const pairs = fields.find((field) => field.kind === 'pairs')
  const usage = [
    'parley',
    word,
    ...positional.map(placeholder),
    ...(pairs === undefined ? [] : ['name=value …']),
    '[options]',
  ].join(' ')
  const options = [
    ...fields.map((field) => [nameOf(field), describe(field)] as const),
    ...(operation.effect === 'destructive'
      ? [['--yes', 'Do it without asking first, for scripts'] as const]
      : []),
    ...(operation.name === 'predict_batch' ? BATCH_OPTIONS : []),
    ['--json', 'Print the whole answer as JSON'] as const,
  ]
  const width = Math.max(...options.map(([name]) => name.length))
  return [
    operation.description,
    '',
    `Usage: ${usage}`,
    '',
    ...options.map(([name, text]) => `${INDENT}${name.padEnd(width)}  ${text}`.trimEnd()),
    ...examplesOf(word),
  ].join('\n')
}

const BATCH_OPTIONS = [
  ['--output FILE', 'Write the scored rows to a file instead of standard output'],
  ['--report-errors', 'Go on after a bad row and say why in its "error" column'],
] as const

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'train-model': [
    'parley train-model customers.csv --target Churn',
    'parley train-model customers.csv --target Churn --learner rf --test-size 0.3 --name loyalty --deploy',
    'parley train-model --data iris',
  ],
  deploy: [
    'parley deploy churn_model.pkl',
    'parley deploy model.pkl --name churn --title "Customer churn" --features tenure,monthly_charges,total_charges',
    'parley deploy churn_model.pkl --card card.md',
    'parley deploy model.pkl --name house-price --lookup demographics.csv --key zipcode --accept columns.csv',
    'parley deploy --sample churn',
  ],
  predict: ['parley predict churn tenure=24 monthly_charges=70 total_charges=1680'],
  batch: ['parley batch churn customers.csv --output scored.csv'],
  describe: ['parley describe churn'],
  promote: ['parley promote churn 1'],
  delete: ['parley delete churn', 'parley delete churn --yes'],
}

function examplesOf(word: string): readonly string[] {
  const lines = EXAMPLES[word] ?? []
  return lines.length === 0 ? [] : ['', 'Examples:', ...lines.map((line) => `${INDENT}${line}`)]
}

/** Options that name a file of this machine where other surfaces have handles or lists. */
const FILE_WORDS: Readonly<Record<string, string>> = {
  lookup: 'A CSV table whose figures are joined to each request by a key',
  accept:
    'A CSV file whose first line names all columns that requests may carry, or the names with commas between them',
}
const NAMES_FILE: readonly string[] = [...TEXT_FILE_FIELDS, ...Object.keys(FILE_WORDS)]

function placeholder(field: InputArgument): string {
  const name = field.name === 'upload' ? 'FILE' : field.name.toUpperCase()
  return field.required ? name : `[${name}]`
}

function nameOf(field: InputArgument): string {
  if (field.positional) return field.name === 'upload' ? 'FILE' : field.name.toUpperCase()
  if (field.kind === 'pairs') return 'name=value'
  if (field.kind === 'yes or no') return optionName(field.name).replace('--', '--[no-]')
  return `${optionName(field.name)} ${NAMES_FILE.includes(field.name) ? 'FILE' : 'VALUE'}`
}

function describe(field: InputArgument): string {
  if (field.name === 'upload') return 'A file on this machine'
  const known = FILE_WORDS[field.name]
  if (known !== undefined) return known
  if (TEXT_FILE_FIELDS.includes(field.name)) return `A file: ${field.description}`
  return field.description
}
