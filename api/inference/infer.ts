// One inference of the protocol: a body's tensors through a leased version, answered as tensors.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import { answerTensors } from '#core/open-inference/answers.ts'
import {
  HEADER_LENGTH,
  isObject,
  readBody,
  type WrittenTensor,
  writeBody,
} from '#core/open-inference/body.ts'
import { rowsOf } from '#core/open-inference/rows.ts'
import { TensorError } from '#core/open-inference/tensor.ts'
import type { Lease } from '#core/operations/operation.ts'
import { runPredictions } from '#core/operations/run-prediction.ts'
import type { Exchange } from '../exchange.ts'
import { BASE_HEADERS } from '../http/errors.ts'

/** What the request wants back; null names all outputs. */
interface Wishes {
  readonly id: string | null
  readonly outputs: readonly string[] | null
  readonly isBinary: (output: string) => boolean
}

/** The caller keeps the lease and releases it. */
export async function infer(
  exchange: Exchange,
  lease: Lease,
  bytes: Uint8Array,
): Promise<Outcome<Response>> {
  const { request, services, facts } = exchange
  const { version } = lease
  const headerLength = request.headers.get(HEADER_LENGTH)
  const read = explained(() => {
    const { json, tensors } = readBody('inputs', bytes, headerLength)
    return { wishes: readWishes(json), rows: rowsOf(version.signature, tensors) }
  })
  if (!read.ok) return read
  const { wishes, rows } = read.value
  facts.rows = rows.length
  const prefix = rows.length === 1 ? () => '' : (row: number) => `rows[${row}].`
  const outcome = await runPredictions(
    services.ports,
    lease,
    rows,
    prefix,
    request.signal,
    exchange,
  )
  if (!outcome.ok) return outcome
  const written = explained(() =>
    answerTensors(version.signature, outcome.value.raw, wishes.outputs),
  )
  return written.ok ? succeed(answer(exchange, lease, wishes, written.value)) : written
}

/** What breaks the protocol is said to whoever sent it; anything else thrown is a bug. */
function explained<T>(work: () => T): Outcome<T> {
  try {
    return succeed(work())
  } catch (error) {
    if (error instanceof TensorError) return fail('malformed_request', error.message)
    throw error
  }
}

function answer(
  { requestId }: Exchange,
  { version }: Lease,
  { id, isBinary }: Wishes,
  tensors: readonly WrittenTensor[],
): Response {
  const rest = {
    model_name: version.model,
    model_version: String(version.number),
    ...(id !== null && { id }),
  }
  const { body, headerLength } = writeBody('outputs', rest, tensors, ({ name }) => isBinary(name))
  const headers = new Headers({ ...BASE_HEADERS, 'x-request-id': requestId })
  headers.set('content-type', headerLength === null ? 'application/json' : BINARY_TYPE)
  if (headerLength !== null) headers.set(HEADER_LENGTH, String(headerLength))
  return new Response(typeof body === 'string' ? body : Buffer.from(body), { headers })
}

const BINARY_TYPE = 'application/octet-stream'

function readWishes(json: Readonly<Record<string, unknown>>): Wishes {
  const { id, outputs, parameters } = json
  if (id !== undefined && typeof id !== 'string') throw new TensorError('"id" must be a text.')
  const all = flagOf(parameters, 'binary_data_output') ?? false
  if (outputs === undefined || (Array.isArray(outputs) && outputs.length === 0)) {
    return { id: id ?? null, outputs: null, isBinary: () => all }
  }
  if (!Array.isArray(outputs)) throw new TensorError('"outputs" must be a list.')
  const binary = new Map<string, boolean>()
  for (const output of outputs) {
    const name: unknown = isObject(output) ? output['name'] : undefined
    if (typeof name !== 'string') throw new TensorError('Each of "outputs" must have a name.')
    if (binary.has(name))
      throw new TensorError(`The output ${JSON.stringify(name)} is named twice.`)
    const wishes: unknown = isObject(output) ? output['parameters'] : undefined
    refuseUnread(wishes)
    binary.set(name, flagOf(wishes, 'binary_data') ?? all)
  }
  return {
    id: id ?? null,
    outputs: [...binary.keys()],
    isBinary: (name) => binary.get(name) === true,
  }
}

/** Parameters that change what an answer means, so that leaving them unread would be a wrong answer. */
const UNREAD = ['classification', 'shared_memory_region'] as const

function refuseUnread(parameters: unknown): void {
  if (!isObject(parameters)) return
  const found = UNREAD.find((name) => parameters[name] !== undefined)
  if (found !== undefined) {
    throw new TensorError(`The parameter "${found}" of an output is not supported here.`)
  }
}

function flagOf(parameters: unknown, name: string): boolean | null {
  if (parameters === undefined || parameters === null) return null
  if (!isObject(parameters)) throw new TensorError('"parameters" must be a JSON object.')
  const flag = parameters[name]
  if (flag === undefined || typeof flag === 'boolean') return flag ?? null
  throw new TensorError(`The parameter "${name}" must be true or false.`)
}
