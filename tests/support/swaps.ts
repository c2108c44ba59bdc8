// Requests without pause while versions are swapped beneath them: each answer is held against what was live in its time.

import type { VersionRecord } from '#core/registry/registry.ts'
import { expectedProbability, FIELDS, ROW } from '../api/support.ts'

/** The small model that `storeModel` makes; each version has a bias of its own, so that its values tell which one it is. */
export const SWAPPED_MODEL = 'churn'
const PATH = `/api/predict/${SWAPPED_MODEL}`
/** The model computes in 32-bit floats; two versions lie at least a hundred times as far apart. */
const TOLERANCE = 1e-5
/** Requests of several kinds in turn: most ask for the live version, some for many rows, some for a version by number. */
const INSTANCES_EVERY = 8
const NUMBERED_EVERY = 16
const GONE: ReadonlySet<number> = new Set([404, 409])
const MAXIMUM_PROBLEMS = 10

/** Biases apart enough for the tolerance, and all with probabilities away from 0 and 1. */
export const biasOf = (number: number): number => -2 + (number % 200) * 0.02

export interface SwapLoad {
  readonly url: string
  readonly requests: number
  readonly swaps: number
  readonly connections: number
  /** Stored before the load begins, the first of them live. */
  readonly versions: readonly VersionRecord[]
  /** The file of a further version with this bias, for swaps that deploy; the load goes without where it is absent. */
  readonly fileOf?: (bias: number) => Uint8Array
}

export interface SwapReport {
  readonly requests: number
  readonly swaps: Readonly<Record<string, number>>
  /** Answers that said cleanly that the model is not deployed. */
  readonly undeployed: number
  readonly failed: number
  readonly wronglyVersioned: number
  /** What the first of them were. */
  readonly problems: readonly string[]
  readonly seconds: number
}

/** A version (null: none) that may answer from before it was asked for until after the next one was done. */
interface Era {
  readonly number: number | null
  /** When the swap to the next one was done; until then this one may answer. */
  doneMs: number
}

interface Known {
  /** Null until the first answer or the deployment told it. */
  modelVersion: string | null
  readonly bias: number
}

/** Sends at least `requests` over `connections` while `swaps` swaps are made, evenly spread; none is made without load. */
export async function swapUnderLoad(load: SwapLoad): Promise<SwapReport> {
  const known = new Map<number, Known>(
    load.versions.map(({ number, modelVersion }) => [
      number,
      { modelVersion, bias: biasOf(number) },
    ]),
  )
  const first = load.versions[0]?.number ?? null
  const eras: Era[] = [{ number: first, doneMs: Number.POSITIVE_INFINITY }]
  const report = { undeployed: 0, failed: 0, wronglyVersioned: 0, problems: [] as string[] }
  const complain = (kind: 'failed' | 'wronglyVersioned', text: string) => {
    report[kind] += 1
    if (report.problems.length < MAXIMUM_PROBLEMS) report.problems.push(text)
  }
  let sent = 0
  let answered = 0
  let swapped = 0
  const judge = judgeWith(known, eras, report, complain)
  const sender = async () => {
    while (sent < load.requests || swapped < load.swaps) {
      sent += 1
      const asked = requestOf(sent, load.versions)
      const sentMs = performance.now()
      try {
        const response = await post(load.url + asked.path, asked.body)
        const body: unknown = await response.json()
        judge(asked, response.status, body, sentMs)
      } catch (error) {
        complain('failed', `request ${sent}: ${String(error)}`)
      }
      answered += 1
    }
  }
  const startedMs = performance.now()
  const swaps: Record<string, number> = {}
  const swapper = async () => {
    for (; swapped < load.swaps; swapped += 1) {
      while (answered < (load.requests * swapped) / load.swaps) await Bun.sleep(1)
      const kind = await swap(load, swapped, known, eras)
      swaps[kind] = (swaps[kind] ?? 0) + 1
    }
  }
  await Promise.all([swapper(), ...Array.from({ length: load.connections }, sender)])
  const seconds = (performance.now() - startedMs) / 1000
  return { requests: answered, swaps, ...report, seconds }
}

interface Asked {
  readonly path: string
  readonly body: unknown
  readonly rows: readonly (typeof ROW)[]
  /** Null where the live version was asked for. */
  readonly number: number | null
}

function requestOf(index: number, versions: readonly VersionRecord[]): Asked {
  const row = (offset: number) => ({ ...ROW, tenure: 1 + ((index + offset) % 60) })
  if (index % NUMBERED_EVERY === 0) {
    const { number } = versions[(index / NUMBERED_EVERY) % versions.length] ?? { number: 1 }
    return { path: `${PATH}/versions/${number}`, body: row(0), rows: [row(0)], number }
  }
  if (index % INSTANCES_EVERY !== 0)
    return { path: PATH, body: row(0), rows: [row(0)], number: null }
  const rows = [row(0), row(1), row(2)]
  return { path: PATH, body: { instances: rows }, rows, number: null }
}

function judgeWith(
  known: ReadonlyMap<number, Known>,
  eras: readonly Era[],
  report: { undeployed: number },
  complain: (kind: 'failed' | 'wronglyVersioned', text: string) => void,
) {
  const mayBeLive = (number: number | null, sentMs: number): boolean => {
    // Newest first: only a few eras overlap a request.
    for (let index = eras.length - 1; index >= 0; index -= 1) {
      const era = eras[index]
      if (era === undefined || era.doneMs < sentMs) break
      if (era.number === number) return true
    }
    return false
  }
  return (asked: Asked, status: number, body: unknown, sentMs: number): void => {
    const text = () => `${asked.path} → ${status} ${JSON.stringify(body)}`
    if (GONE.has(status) && asked.number === null && mayBeLive(null, sentMs)) {
      report.undeployed += 1
      return
    }
    if (status !== 200) {
      complain('failed', text())
      return
    }
    const answer = body as { model_version?: string }
    const number = Number(answer.model_version?.split('-')[0])
    const version = known.get(number)
    if (version !== undefined) version.modelVersion ??= answer.model_version ?? null
    const rightVersion =
      version?.modelVersion === answer.model_version &&
      (asked.number === null ? mayBeLive(number, sentMs) : asked.number === number)
    if (version === undefined || !rightVersion || !matches(asked, body, version.bias)) {
      complain('wronglyVersioned', text())
    }
  }
}

interface One {
  readonly class_probabilities?: Readonly<Record<string, number>>
}

function matches({ rows }: Asked, body: unknown, bias: number): boolean {
  const answer = body as One & { readonly predictions?: readonly One[] }
  const answers = answer.predictions ?? [answer]
  return (
    answers.length === rows.length &&
    rows.every((row, index) => {
      const probability = answers[index]?.class_probabilities?.['Yes'] ?? Number.NaN
      return Math.abs(probability - expectedProbability(row, bias)) < TOLERANCE
    })
  )
}

/** Forward, back, off, on again and, where there is a file to send, a new version: the five ways of a swap in turn. */
async function swap(load: SwapLoad, step: number, known: Map<number, Known>, eras: Era[]) {
  const { versions, fileOf } = load
  const at = (index: number) => versions[index % versions.length]?.number ?? 1
  const turn = Math.floor(step / 5)
  switch (step % 5) {
    case 0:
      await change(eras, at(turn + 1), () => promote(load.url, at(turn + 1)))
      return 'promote'
    case 1:
      await change(eras, at(turn), () => promote(load.url, at(turn)))
      return 'roll back'
    case 2:
      await change(eras, null, () => post(`${load.url}/api/models/${SWAPPED_MODEL}/undeploy`, {}))
      return 'undeploy'
    case 3:
      await change(eras, at(turn + 2), () => promote(load.url, at(turn + 2)))
      return 'deploy again'
    default: {
      if (fileOf === undefined) {
        await change(eras, at(turn + 3), () => promote(load.url, at(turn + 3)))
        return 'promote'
      }
      await deployNew(load.url, fileOf, known, eras)
      return 'deploy a new version'
    }
  }
}

function promote(url: string, number: number): Promise<Response> {
  return post(`${url}/api/models/${SWAPPED_MODEL}/versions/${number}/promote`, {})
}

async function change(
  eras: Era[],
  number: number | null,
  work: () => Promise<Response>,
): Promise<string> {
  const before = eras.at(-1)
  eras.push({ number, doneMs: Number.POSITIVE_INFINITY })
  const response = await work()
  const text = await response.text()
  if (!response.ok) throw new Error(`a swap failed: ${response.status} ${text}`)
  if (before !== undefined) before.doneMs = performance.now()
  return text
}

async function deployNew(
  url: string,
  fileOf: (bias: number) => Uint8Array,
  known: Map<number, Known>,
  eras: Era[],
): Promise<void> {
  const number = Math.max(...known.keys()) + 1
  const bias = biasOf(number)
  const file = new File([fileOf(bias).slice()], `${SWAPPED_MODEL}.onnx`)
  const form = new FormData()
  form.set('file', file)
  form.set('name', SWAPPED_MODEL)
  form.set('features', FIELDS.map(({ name }) => name).join(','))
  form.set('classes', 'No,Yes')
  const entry: Known = { modelVersion: null, bias }
  known.set(number, entry)
  const text = await change(eras, number, () =>
    fetch(`${url}/api/models`, { method: 'POST', body: form }),
  )
  const deployed: { version: number; model_version: string } = JSON.parse(text)
  entry.modelVersion ??= deployed.model_version
  if (deployed.version !== number || deployed.model_version !== entry.modelVersion) {
    throw new Error(`a deployment answered ${text} and requests ${number}, ${entry.modelVersion}`)
  }
}

function post(url: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
