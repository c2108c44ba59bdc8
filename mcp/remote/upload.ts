// Sends a local file to a running server and answers the handle that its operations take.

import { z } from 'zod'
import { type ErrorCode, fail, type Outcome, succeed } from '#core/errors.ts'
import type { LocalFile } from '../files/allowed-folders.ts'
import type { RemoteServer } from './forward.ts'

const received = z.object({ upload: z.string() })
const refused = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.array(z.object({ path: z.string(), message: z.string() })),
  }),
})

export async function uploadTo(
  { url, key }: RemoteServer,
  file: LocalFile,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const form = new FormData()
  form.set('file', new File([await new Response(file.content).arrayBuffer()], file.fileName))
  const answer = await fetch(`${url}/api/uploads`, {
    method: 'POST',
    body: form,
    signal,
    ...(key !== null && { headers: { authorization: `Bearer ${key}` } }),
  })
    .then((response): Promise<unknown> => response.json())
    .catch(() => null)
  const stored = received.safeParse(answer)
  if (stored.success) return succeed(stored.data.upload)
  const failure = refused.safeParse(answer)
  if (!failure.success) return fail('unavailable', `The Parley server at ${url} does not answer.`)
  const { code, message, details } = failure.data.error
  return fail(code as ErrorCode, message, details)
}
