// One call of a tool: fetch its file, ask what is missing, have it confirmed, run the operation, answer.

import {
  type CallToolRequestParams,
  type CallToolResult,
  type InputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server'
import { type Failure, type Outcome, succeed } from '#core/errors.ts'
import { mayInvoke } from '#core/operations/access.ts'
import { needsConfirmation, withoutConfirmation } from '#core/operations/ask-first.ts'
import { findOperation } from '#core/operations/index.ts'
import { checkInput, invoke, needsInput } from '#core/operations/invoke.ts'
import type { Call, Operation, Ports } from '#core/operations/operation.ts'
import { predict } from '#core/operations/predict.ts'
import {
  answeredFields,
  answerTo,
  askForConfirmation,
  askForFields,
  askForFile,
  CONFIRM_KEY,
  canAsk,
  FEATURES_KEY,
  FILE_KEY,
  missingFields,
} from '../asking.ts'
import type { Exchange } from '../backend.ts'
import type { Download, UrlFetcher } from '../files/fetch-url.ts'
import { MAX_FILE_BYTES } from '../limits.ts'
import { answerOf, failureOf, questionOf } from './answer.ts'
import { CONFIRM_ARGUMENT, toClientFailure, toOperationInput } from './confirm-argument.ts'
import { findModelTool } from './model-tools.ts'
import { takesFile } from './schemas.ts'

type Input = Readonly<Record<string, unknown>>
type Answer = CallToolResult | InputRequiredResult

export interface ToolContext {
  readonly ports: Ports
  /** The ports as this person sees them, for what happens around an operation. */
  readonly visible: Ports
  readonly fetchUrl: UrlFetcher
}

/** What a tool's name and arguments mean. */
interface Wish {
  readonly operation: Operation
  readonly input: Input
}

/** A step either goes on with an input or ends the call with an answer. */
type Step = { readonly input: Input } | { readonly answer: Answer }

export async function callTool(
  { name, arguments: given = {} }: CallToolRequestParams,
  exchange: Exchange,
  context: ToolContext,
): Promise<Answer> {
  const { operation, input: said } = await findWish(name, given, context.visible)
  const understood = toOperationInput(operation, said)
  if (!understood.ok) return failureOf(understood.failure)
  const input = understood.value
  // Who may not is asked nothing and has nothing fetched; the operation itself refuses and notes it in the audit log.
  if (!mayInvoke(operation, exchange.principal)) return run({ operation, input }, exchange, context)
  let current = input
  for (const prepare of [askFile, fetchFile, fillIn]) {
    const step = await prepare({ operation, input: current }, exchange, context)
    if ('answer' in step) return step.answer
    current = step.input
  }
  if (!canAsk(exchange)) return run({ operation, input: current }, exchange, context)
  const wish = { operation, input: withoutConfirmation(current) }
  const confirmed = await confirm(wish, exchange, context)
  return typeof confirmed === 'boolean' ? run(wish, exchange, context, confirmed) : confirmed
}

async function run(
  { operation, input }: Wish,
  exchange: Exchange,
  { ports }: ToolContext,
  confirmed = false,
): Promise<CallToolResult> {
  const call = callOf(exchange, ports, confirmed)
  const startMs = ports.monotonicMs()
  const outcome = await invoke(operation, input, call)
  exchange.log(outcome.ok ? 'info' : 'warning', {
    operation: operation.name,
    outcome: outcome.ok ? 'done' : outcome.failure.code,
    request_id: call.requestId,
    duration_ms: Math.round(ports.monotonicMs() - startMs),
  })
  if (outcome.ok) return answerOf(operation, outcome.value)
  const failure = toClientFailure(outcome.failure)
  return failure.confirmation === undefined
    ? failureOf(failure)
    : questionOf(failure, confirmationHint(failure.confirmation.token))
}

async function findWish(name: string, given: Input, ports: Ports): Promise<Wish> {
  const operation = findOperation(name)
  if (operation !== null) return { operation, input: given }
  const own = await findModelTool(ports.registry, name)
  if (own !== null) return { operation: predict, input: { model: own.model, features: given } }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool called "${name}".`)
}

function callOf(exchange: Exchange, ports: Ports, confirmed: boolean): Call {
  return {
    principal: exchange.principal,
    requestId: ports.randomId(),
    signal: exchange.signal,
    progress: exchange.progress,
    confirmed,
    ports,
  }
}

const HANDLE = /^[\da-f]{32}$/
const WEB_ADDRESS = /^https?:\/\//i

/** An operation without the file that it needs: the person says where it is. */
function askFile({ operation, input }: Wish, exchange: Exchange): Step {
  if (!takesFile(operation) || 'url' in input) return { input }
  const question = needsInput(operation, input)
  if (question === null) return { input }
  const answer = answerTo(FILE_KEY, exchange)
  if (answer === 'declined') return { answer: failureOf(DECLINED) }
  const file = answer?.['file']
  if (typeof file === 'string') {
    if (WEB_ADDRESS.test(file)) return { input: { ...input, url: file } }
    if (HANDLE.test(file)) return { input: { ...input, upload: file } }
    return { answer: failureOf(NO_SUCH_FILE) }
  }
  if (canAsk(exchange)) return { answer: askForFile(question.text) }
  const failure: Failure = {
    code: 'invalid_input',
    message: question.text,
    details: [{ path: question.field, message: 'is required' }],
  }
  return { answer: questionOf(failure, FILE_HINT) }
}

const FILE_HINT =
  'Ask the person where the file is and call again with it: "url" for a public web address, "upload" for a handle from POST /api/uploads, "path" for a file in an allowed folder where this client runs Parley itself.'

const DECLINED: Failure = {
  code: 'cancelled',
  message: 'The person did not answer, so nothing was done.',
  details: [],
}

const NO_SUCH_FILE: Failure = {
  code: 'not_found',
  message:
    'That is neither a web address nor an upload handle, and this client may not read files by path.',
  details: [{ path: 'file', message: 'cannot be read' }],
}

/** A web address becomes an upload that belongs to who asked. */
async function fetchFile(
  { operation, input }: Wish,
  exchange: Exchange,
  { ports, fetchUrl }: ToolContext,
): Promise<Step> {
  if (!takesFile(operation) || !('url' in input)) return { input }
  const { url, ...rest } = input
  if (typeof url !== 'string') return { answer: failureOf(BAD_URL) }
  if ('upload' in rest) return { answer: failureOf(TWO_FILES) }
  exchange.progress({ fraction: null, message: 'Fetching the file' })
  const fetched = await fetchUrl(url, exchange.signal)
  if (!fetched.ok) return { answer: failureOf(fetched.failure) }
  const upload = await storeFile(ports, exchange, fetched.value)
  return upload.ok
    ? { input: { ...rest, upload: upload.value } }
    : { answer: failureOf(upload.failure) }
}

async function storeFile(
  { registry }: Ports,
  { principal }: Exchange,
  { fileName, content, failure }: Download,
): Promise<Outcome<string>> {
  const stored = await registry.createUpload({
    fileName,
    owner: principal.id,
    content,
    maximumBytes: MAX_FILE_BYTES,
  })
  if (stored.ok) return succeed(stored.value.id)
  return { ok: false, failure: failure() ?? stored.failure }
}

const BAD_URL: Failure = {
  code: 'invalid_input',
  message: 'The address of the file must be a text.',
  details: [{ path: 'url', message: 'must be a text' }],
}

const TWO_FILES: Failure = {
  code: 'invalid_input',
  message: 'Give either an upload or a web address, not both.',
  details: [{ path: 'url', message: 'cannot stand beside upload' }],
}

/** Inputs of the model that were left out are asked for in one form. */
async function fillIn(
  { operation, input }: Wish,
  exchange: Exchange,
  { visible }: ToolContext,
): Promise<Step> {
  if (!Object.hasOwn(operation.input.shape, 'features')) return { input }
  const features = input['features']
  const fields = await missingFields(visible, input)
  if (fields.length === 0 || !isRecord(features)) return { input }
  const answer = answerTo(FEATURES_KEY, exchange)
  if (answer === 'declined') return { answer: failureOf(DECLINED) }
  if (answer !== null) {
    return { input: { ...input, features: { ...features, ...answeredFields(answer, fields) } } }
  }
  const form = canAsk(exchange) ? askForFields(String(input['model']), fields) : null
  // Without a form the operation's own answer lists what is missing, with every other problem beside it.
  return form === null ? { input } : { answer: form }
}

/** For clients with forms: true when the person said yes to exactly this, false where nobody need be asked, else the question. */
async function confirm(
  { operation, input }: Wish,
  exchange: Exchange,
  { ports }: ToolContext,
): Promise<boolean | Answer> {
  const { principal } = exchange
  // A broken input is refused by the operation itself, before anyone is asked; so is what cannot be done at all.
  if (!checkInput(operation, input).ok) return false
  const asked = await needsConfirmation(operation, input, { confirmed: false, principal, ports })
  if (!asked.ok || asked.value === null) return false
  const request = { principal, operation: operation.name, input, question: asked.value }
  const answer = answerTo(CONFIRM_KEY, exchange)
  if (answer === null) {
    const { token } = await ports.confirmations.ask(request)
    return askForConfirmation(asked.value, token)
  }
  if (exchange.state === null || !(await ports.confirmations.take(exchange.state, request))) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      'That answer belongs to no question that was asked here, or to one that expired. Call the tool again without it.',
      { reason: 'invalid_request_state' },
    )
  }
  return answer !== 'declined' && answer['confirm'] === true ? true : failureOf(REFUSED)
}

function confirmationHint(token: string): string {
  return `Nothing has happened yet. Put this question to the person; only after their yes, call again with the same arguments and "${CONFIRM_ARGUMENT}": "${token}" within ten minutes.`
}

const REFUSED: Failure = {
  code: 'conflict',
  message: 'The person said no, so nothing was changed.',
  details: [],
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
