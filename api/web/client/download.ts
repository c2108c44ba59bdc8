// Fetches a file with this tab's key, which a plain link could not send, and hands it to the browser to keep.

import { problemOf, send } from './http.ts'

const EXTENDED_NAME = /filename\*=utf-8''([^;\s]+)/i

/** Null when the browser has it; else why not, in words. */
export async function download(href: string): Promise<string | null> {
  const response = await send(href, {}, '*/*')
  if (!response.ok) return response.problem.message
  if (!response.value.ok) return (await problemOf(response.value)).message
  const file = await response.value.blob().catch(() => null)
  if (file === null) return 'The file broke off on its way. Please try again.'
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = fileNameOf(response.value.headers.get('content-disposition') ?? '')
  link.click()
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), RELEASE_AFTER_MS)
  return null
}

const RELEASE_AFTER_MS = 60_000

function fileNameOf(disposition: string): string {
  return decodeURIComponent(EXTENDED_NAME.exec(disposition)?.[1] ?? 'result')
}
