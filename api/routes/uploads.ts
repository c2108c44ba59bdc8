// Uploads: files received for a later operation, named by a handle.

import type { Outcome } from '#core/errors.ts'
import { fail } from '#core/errors.ts'
import { findOwnUpload } from '#core/operations/deploy-source.ts'
import { mayUpload } from '#core/operations/may-upload.ts'
import { UPLOAD_LIFETIME_MS, type UploadRecord } from '#core/registry/registry.ts'
import { callOf, type Exchange, jsonReply, type Reply } from '../exchange.ts'
import { BASE_HEADERS } from '../http/errors.ts'
import { type FilePart, readForm } from '../http/multipart.ts'
import { json } from '../openapi/schemas.ts'
import type { JsonSchema, Route } from '../route.ts'

/** Stores a file while it arrives; `received` remembers it for a failure later in the form. */
export async function receiveUpload(
  exchange: Exchange,
  file: FilePart,
  received: UploadRecord[],
): Promise<Outcome<UploadRecord>> {
  const allowed = mayUpload(exchange.principal)
  if (!allowed.ok) return allowed
  const stored = await exchange.services.ports.registry.createUpload({
    fileName: file.fileName,
    owner: exchange.principal.id,
    content: file.content,
    maximumBytes: exchange.services.limits.uploadBytes,
  })
  if (stored.ok) received.push(stored.value)
  return stored
}

export async function removeUploads(
  exchange: Exchange,
  uploads: readonly UploadRecord[],
): Promise<void> {
  for (const { id } of uploads) await exchange.services.ports.registry.deleteUpload(id)
}

async function createUpload(exchange: Exchange): Promise<Reply> {
  // Before the body: nobody sends a file only to hear that they may not.
  const allowed = mayUpload(exchange.principal)
  if (!allowed.ok) return allowed
  const received: UploadRecord[] = []
  const form = await readForm(
    exchange.request,
    {
      textFields: [],
      fileFields: ['file'],
      maximumFiles: 1,
      maximumFileBytes: exchange.services.limits.uploadBytes,
    },
    (file) => receiveUpload(exchange, file, received),
  )
  const upload = form.ok ? form.value.files[0] : undefined
  if (upload === undefined) {
    await removeUploads(exchange, received)
    return form.ok
      ? fail('invalid_input', 'Send the file in the form field "file".', [
          { path: 'file', message: 'is required' },
        ])
      : form
  }
  return jsonReply(
    exchange,
    {
      upload: upload.id,
      file_name: upload.fileName,
      size_bytes: upload.sizeBytes,
      sha256: upload.sha256,
      expires_at: new Date(Date.parse(upload.createdAt) + UPLOAD_LIFETIME_MS).toISOString(),
    },
    201,
  )
}

/** Uploads of others are answered as if they did not exist. */
async function downloadUpload(exchange: Exchange): Promise<Reply> {
  const upload = await findOwnUpload(
    exchange.parameters['upload'] ?? '',
    callOf(exchange, { confirmed: false }),
  )
  if (!upload.ok) return upload
  const bytes = await exchange.services.ports.registry.readUpload(upload.value.id)
  return new Response(new Blob([new Uint8Array(bytes)]), {
    headers: {
      ...BASE_HEADERS,
      'x-request-id': exchange.requestId,
      // Whatever is in the file, the browser stores it and never shows it as a page of ours.
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=utf-8''${encodeFileName(upload.value.fileName)}`,
    },
  })
}

async function deleteUpload(exchange: Exchange): Promise<Reply> {
  const upload = await findOwnUpload(
    exchange.parameters['upload'] ?? '',
    callOf(exchange, { confirmed: false }),
  )
  if (!upload.ok) return upload
  await exchange.services.ports.registry.deleteUpload(upload.value.id)
  return jsonReply(exchange, { upload: upload.value.id, deleted: true })
}

const LEFT_BY_ENCODING = /['()*]/g

/** As RFC 8187 wants names; a lone surrogate half, which has no encoding, becomes a question mark. */
function encodeFileName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    LEFT_BY_ENCODING,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

const FORM_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['file'],
  properties: { file: { type: 'string', format: 'binary' } },
}

const UPLOAD_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['upload', 'file_name', 'size_bytes', 'sha256', 'expires_at'],
  properties: {
    upload: { type: 'string', description: 'The handle that deploy_model and predict_batch take.' },
    file_name: { type: 'string' },
    size_bytes: { type: 'integer' },
    sha256: { type: 'string' },
    expires_at: { type: 'string', format: 'date-time' },
  },
}

const DELETED_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['upload', 'deleted'],
  properties: { upload: { type: 'string' }, deleted: { type: 'boolean', const: true } },
}

export const uploadRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/uploads',
    handle: createUpload,
    document: {
      id: 'createUpload',
      tag: 'Models',
      summary: 'Send a file for a later operation',
      description:
        'Answers with a handle that operations take as "upload". It expires after a day.',
      body: () => ({ 'multipart/form-data': { schema: FORM_SCHEMA } }),
      answers: () => [{ status: 201, description: 'Received.', content: json(UPLOAD_SCHEMA) }],
      errors: [
        'malformed_request',
        'too_large',
        'unsupported_file',
        'invalid_input',
        'rate_limited',
        'unavailable',
      ],
    },
  },
  {
    method: 'GET',
    path: '/api/uploads/{upload}',
    handle: downloadUpload,
    document: {
      id: 'downloadUpload',
      tag: 'Models',
      summary: 'Fetch a file by its handle, such as a scored table',
      description: 'For who sent it, or had it made, and only until it expires.',
      answers: () => [
        {
          status: 200,
          description: 'The file.',
          content: {
            'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
          },
        },
      ],
      errors: ['not_found', 'unavailable'],
    },
  },
  {
    method: 'DELETE',
    path: '/api/uploads/{upload}',
    handle: deleteUpload,
    document: {
      id: 'deleteUpload',
      tag: 'Models',
      summary: 'Take back a file before it expires',
      description: 'For who sent it, or had it made. A model that was deployed from it stays.',
      answers: () => [{ status: 200, description: 'It is gone.', content: json(DELETED_SCHEMA) }],
      errors: ['not_found', 'unavailable'],
    },
  },
]
