// From an operation's outcome to a tool's answer: data for programs, the whole answer as text for clients that read only text.

import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/server'
import { type Failure, untoldDetails } from '#core/errors.ts'
import type { Operation, OperationName } from '#core/operations/operation.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import { uploadUri } from '../uris.ts'

/** Where an answer that failed carries its code and details; `structuredContent` is for outputs alone. */
const ERROR_KEY = 'parley/error'
/** What the person must still say, for clients that fill it in themselves. */
const QUESTION_KEY = 'parley/question'
/** What says yes to that question, for programs. */
const CONFIRM_KEY = 'parley/confirm'

export function answerOf(
  operation: Operation,
  output: Readonly<Record<string, unknown>>,
): CallToolResult {
  const { text, blocks } = operation.present(output)
  // Links lead to this server's own pages, which a client cannot open; the resource below it can.
  const shown = blocks.filter((block) => block.kind !== 'link')
  const words = renderPlainText({ text, blocks: shown })
  const result = resultOf(output)
  if (result === null)
    return { content: [{ type: 'text', text: words }], structuredContent: { ...output } }
  const { what, use } = RESULTS[operation.name] ?? KEPT
  const { upload, fileName } = result
  const content: ContentBlock[] = [
    // Clients that read nothing but text learn the handle here.
    { type: 'text', text: `${words}\n\n${what} is kept as ${fileName}, handle ${upload}: ${use}.` },
    { type: 'resource_link', uri: uploadUri(upload), name: fileName, description: what },
  ]
  return { content, structuredContent: { ...output } }
}

interface KeptFile {
  readonly what: string
  readonly use: string
}

const KEPT: KeptFile = { what: 'The result', use: 'read it as a resource' }
/** What an operation leaves behind, and what a client does with it. */
const RESULTS: Partial<Readonly<Record<OperationName, KeptFile>>> = {
  predict_batch: { what: 'The scored table', use: 'read it as a resource' },
  train_model: { what: 'The trained model', use: 'deploy_model takes it as "upload"' },
}

export function failureOf(failure: Failure): CallToolResult {
  const { code, message, details } = failure
  const lines = untoldDetails(failure).map(
    ({ path, message: fact }) => `- ${path === '' ? '' : `${path} `}${fact}`,
  )
  return {
    content: [{ type: 'text', text: [message, ...lines].join('\n') }],
    isError: true,
    _meta: { [ERROR_KEY]: { code, message, details: details.map((detail) => ({ ...detail })) } },
  }
}

/** A question for the person, put by the client's own words. Nothing has run. */
export function questionOf(failure: Failure, hint: string): CallToolResult {
  const answer = failureOf(failure)
  return {
    ...answer,
    content: [{ type: 'text', text: `${failure.message}\n\n${hint}` }],
    _meta: {
      ...answer._meta,
      [QUESTION_KEY]: failure.message,
      ...(failure.confirmation !== undefined && {
        [CONFIRM_KEY]: { ...failure.confirmation },
      }),
    },
  }
}

function resultOf({ result }: Readonly<Record<string, unknown>>) {
  if (typeof result !== 'object' || result === null) return null
  if (!('upload' in result) || !('file_name' in result)) return null
  const { upload, file_name: fileName } = result
  return typeof upload === 'string' && typeof fileName === 'string' ? { upload, fileName } : null
}
