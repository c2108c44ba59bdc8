// Talk: a message and its files in, the agent's turn out, whole as JSON or as it happens as server-sent events.

import { z } from 'zod'
import type { TurnRequest, TurnResult } from '#agent/turn.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { describeIssues } from '#core/operations/issues.ts'
import { takeOne } from '#core/people/rate-limits.ts'
import type { UploadRecord } from '#core/registry/registry.ts'
import { type Exchange, holdOpen, jsonReply, type Reply } from '../exchange.ts'
import { mediaTypeOf, readJson } from '../http/body.ts'
import { BASE_HEADERS, errorBody, INTERNAL_FAILURE } from '../http/errors.ts'
import { readForm } from '../http/multipart.ts'
import { eventStream, wireResult } from '../http/sse.ts'
import { KEEP_ALIVE_MS, MAXIMUM_FILES, MAXIMUM_MESSAGE_LENGTH } from '../limits.ts'
import { describeError } from '../logging.ts'
import { json, toSchema } from '../openapi/schemas.ts'
import type { JsonSchema, Route } from '../route.ts'
import { receiveUpload, removeUploads } from './uploads.ts'

const MAXIMUM_ID_LENGTH = 128

/**
 * Conversations on Slack and Discord have ids of parts with colons, which can be worked out from the outside: whoever
 * began one here under such an id would take its place, and the person there could never continue theirs.
 */
const NO_PLATFORM_ID = /^[^:]*$/

const messageShape = {
  message: z.string().max(MAXIMUM_MESSAGE_LENGTH).describe('What the person says'),
  conversation_id: z
    .string()
    .min(1)
    .max(MAXIMUM_ID_LENGTH)
    .regex(NO_PLATFORM_ID, 'is not an id from POST /api/chat')
    .nullish()
    .describe('From the answer before; left out, a new conversation begins'),
}

const chatInput = z.strictObject({
  ...messageShape,
  uploads: z
    .array(z.string().min(1).max(MAXIMUM_ID_LENGTH))
    .max(MAXIMUM_FILES)
    .optional()
    .describe('Handles from POST /api/uploads'),
})

const chatOutput = z.object({
  conversation_id: z.string(),
  reply: z.string(),
  blocks: z.array(z.record(z.string(), z.unknown())),
  steps: z.array(
    z.object({
      operation: z.string(),
      input: z.record(z.string(), z.unknown()),
      status: z.enum(['done', 'failed', 'needs_input', 'needs_confirmation']),
      output: z.unknown().optional(),
      error: z.unknown().optional(),
    }),
  ),
})

interface Message {
  readonly message: string
  readonly conversationId: string | null
  readonly uploads: TurnRequest['uploads']
}

async function chat(exchange: Exchange): Promise<Reply> {
  const taken = await takeOne(exchange.services.ports.rates, exchange.principal, 'turn')
  if (!taken.ok) return taken
  const isForm = mediaTypeOf(exchange.request) === 'multipart/form-data'
  const message = isForm ? await readMessageForm(exchange) : await readMessageJson(exchange)
  if (!message.ok) return message
  if (message.value.message.trim() === '' && message.value.uploads.length === 0) {
    return fail('invalid_input', 'Say something, or send a file.', [
      { path: 'message', message: 'is empty' },
    ])
  }
  const accept = exchange.request.headers.get('accept') ?? ''
  return accept.includes('text/event-stream')
    ? streamTurn(exchange, message.value)
    : answerTurn(exchange, message.value)
}

async function readMessageJson(exchange: Exchange): Promise<Outcome<Message>> {
  const body = await readJson(exchange.request, exchange.services.limits.jsonBytes)
  if (!body.ok) return body
  const parsed = chatInput.safeParse(body.value)
  if (!parsed.success) return invalidMessage(parsed.error.issues)
  const uploads: UploadRecord[] = []
  for (const [index, id] of (parsed.data.uploads ?? []).entries()) {
    const upload = await exchange.services.ports.registry.findUpload(id)
    if (upload === null || upload.owner !== exchange.principal.id) {
      return fail('not_found', 'That upload is not here any more. Please send the file again.', [
        { path: `uploads[${index}]`, message: 'is not known' },
      ])
    }
    uploads.push(upload)
  }
  return succeed(toMessage(parsed.data, uploads))
}

async function readMessageForm(exchange: Exchange): Promise<Outcome<Message>> {
  const received: UploadRecord[] = []
  const form = await readForm(
    exchange.request,
    {
      textFields: ['message', 'conversation_id'],
      fileFields: ['file', 'files'],
      maximumFiles: MAXIMUM_FILES,
      maximumFileBytes: exchange.services.limits.uploadBytes,
    },
    (file) => receiveUpload(exchange, file, received),
  )
  const checked = form.ok ? checkForm(form.value.fields) : form
  if (checked.ok) return succeed(toMessage(checked.value, received))
  await removeUploads(exchange, received)
  return checked
}

function checkForm(
  fields: ReadonlyMap<string, readonly string[]>,
): Outcome<z.output<typeof chatInput>> {
  const conversationId = fields.get('conversation_id')?.at(-1)
  const parsed = chatInput.safeParse({
    message: fields.get('message')?.join('\n') ?? '',
    ...(conversationId !== undefined &&
      conversationId !== '' && { conversation_id: conversationId }),
  })
  return parsed.success ? succeed(parsed.data) : invalidMessage(parsed.error.issues)
}

function invalidMessage(issues: readonly z.core.$ZodIssue[]): Outcome<never> {
  const details = describeIssues(issues, Object.keys(chatInput.shape))
  const facts = details.map(({ path, message }) => `${path || 'the message'} ${message}`)
  return fail('invalid_input', `This message cannot be read: ${facts.join('; ')}.`, details)
}

function toMessage(input: z.output<typeof chatInput>, uploads: readonly UploadRecord[]): Message {
  return {
    message: input.message,
    conversationId: input.conversation_id ?? null,
    uploads: uploads.map(({ id, fileName, sizeBytes }) => ({ id, fileName, sizeBytes })),
  }
}

function turnRequest(exchange: Exchange, message: Message, signal: AbortSignal): TurnRequest {
  return {
    ...message,
    principal: { ...exchange.principal, surface: 'chat' },
    requestId: exchange.requestId,
    signal,
  }
}

async function answerTurn(exchange: Exchange, message: Message): Promise<Reply> {
  const { services, request } = exchange
  const signal = AbortSignal.any([request.signal, services.stopping])
  services.keepOpen(request)
  let result: TurnResult | null = null
  for await (const event of services.agent.turn(turnRequest(exchange, message, signal))) {
    if (event.type === 'done') result = event.result
  }
  if (result !== null) return jsonReply(exchange, wireResult(result))
  if (signal.aborted) return fail('cancelled', 'The turn was stopped before its end.')
  throw new Error('the turn ended without a result')
}

function streamTurn(exchange: Exchange, message: Message): Response {
  const { services, request, requestId } = exchange
  const signal = AbortSignal.any([request.signal, services.stopping])
  const release = holdOpen(exchange)
  services.keepOpen(request)
  const stream = eventStream(services.agent.turn(turnRequest(exchange, message, signal)), {
    keepAliveMs: KEEP_ALIVE_MS,
    describe: (error) => {
      services.ports.logger.error(
        { request_id: requestId, ...describeError(error) },
        'a turn of talk failed',
      )
      return errorBody(INTERNAL_FAILURE, requestId)
    },
    finished: release,
  })
  return new Response(stream, {
    headers: {
      ...BASE_HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-request-id': requestId,
      // Proxies that collect answers before they pass them on are asked not to.
      'x-accel-buffering': 'no',
    },
  })
}

const FORM_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    message: { type: 'string' },
    conversation_id: { type: 'string' },
    file: { type: 'array', items: { type: 'string', format: 'binary' } },
  },
}

export const chatRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/chat',
    handle: chat,
    document: {
      id: 'chat',
      tag: 'Chat',
      summary: 'Say something',
      description:
        'One turn of talk. With "Accept: text/event-stream" the answer comes as it happens: started, text, step-started, progress, step-finished, blocks, and done with the whole; error where something breaks. Closing the connection stops the turn.',
      body: () => ({
        ...json(toSchema(chatInput, 'input'), { message: 'Show me available models' }),
        'multipart/form-data': { schema: FORM_SCHEMA },
      }),
      answers: () => [
        {
          status: 200,
          description: 'The turn.',
          content: {
            ...json(toSchema(chatOutput, 'output')),
            'text/event-stream': { schema: { type: 'string' } },
          },
        },
      ],
      errors: [
        'malformed_request',
        'not_found',
        'too_large',
        'unsupported_file',
        'invalid_input',
        'unavailable',
      ],
    },
  },
]
