// Sends a file with progress; fetch cannot tell how much has gone out, XMLHttpRequest can.

import { type Answer, readProblem, reportReach, STOPPED, UNREACHABLE } from './http.ts'
import { keyHeaders, reportStatus } from './key.ts'

export interface Uploaded {
  /** The handle that messages and operations take. */
  readonly upload: string
  readonly file_name: string
  readonly size_bytes: number
}

const CREATED = 201

/** `progress` gets 0..1. Never throws. */
export function uploadFile(
  file: File,
  progress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Answer<Uploaded>> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve({ ok: false, problem: STOPPED })
    const request = new XMLHttpRequest()
    request.open('POST', '/api/uploads')
    request.setRequestHeader('accept', 'application/json')
    for (const [name, value] of Object.entries(keyHeaders())) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total)
    })
    request.addEventListener('load', () => {
      reportReach(true)
      reportStatus(request.status)
      if (request.status !== CREATED) {
        const problem = readProblem(request.status, request.responseText)
        return resolve({ ok: false, problem })
      }
      const value: Uploaded = JSON.parse(request.responseText)
      resolve({ ok: true, value })
    })
    request.addEventListener('error', () => {
      reportReach(false)
      resolve({ ok: false, problem: UNREACHABLE })
    })
    request.addEventListener('abort', () => resolve({ ok: false, problem: STOPPED }))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    const form = new FormData()
    form.append('file', file, file.name)
    request.send(form)
  })
}
