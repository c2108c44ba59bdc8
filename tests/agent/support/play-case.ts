// Plays a case of the utterance table through the real agent and judges its last turn.

import type { Step } from '#agent/turn.ts'
import { createTestPorts, SAMPLES_FOLDER, type TestPorts } from '../../support/ports.ts'
import type { SentFile, UtteranceCase } from '../utterances/case.ts'
import { CATALOGUE, type CatalogueModel } from '../utterances/catalogue.ts'
import { judge, type Verdict } from '../utterances/judge.ts'
import { MORE_MODELS } from '../utterances/more-models.ts'
import { registerModels } from './catalogue-models.ts'
import { anyModel } from './model-files.ts'
import { type FileToSend, talkTo } from './talk.ts'

export interface PlayedCase {
  readonly given: UtteranceCase
  readonly verdict: Verdict
  readonly steps: readonly Step[]
  readonly reply: string
}

/** Plays cases in order. Ports are shared until a case has changed something. */
export async function playCases(cases: readonly UtteranceCase[]): Promise<readonly PlayedCase[]> {
  const played: PlayedCase[] = []
  const shelf = createShelf()
  for (const given of cases) played.push(await playCase(given, shelf))
  await shelf.close()
  return played
}

/** Ports by the set of models that they hold, unchanged since they were made. */
function createShelf() {
  const kept = new Map<string, TestPorts>()
  const keyOf = (given: UtteranceCase) => JSON.stringify([given.models, given.deployed])
  return {
    async take(given: UtteranceCase): Promise<TestPorts> {
      const known = kept.get(keyOf(given))
      if (known !== undefined) return known
      const ports = await createTestPorts()
      await registerModels(ports, modelsOf(given))
      kept.set(keyOf(given), ports)
      return ports
    },
    async spoil(given: UtteranceCase): Promise<void> {
      await kept.get(keyOf(given))?.close()
      kept.delete(keyOf(given))
    },
    async close(): Promise<void> {
      for (const ports of kept.values()) await ports.close()
    },
  }
}

function modelsOf({ models, deployed = [] }: UtteranceCase): readonly CatalogueModel[] {
  const more = MORE_MODELS.filter(({ name }) => models?.includes(name))
  const chosen = CATALOGUE.filter(({ name }) => models === undefined || models.includes(name))
  return [...chosen, ...more].map((model) =>
    deployed.includes(model.name) ? { ...model, live: model.versions.at(-1) ?? null } : model,
  )
}

const CHANGES = new Set(['deploy_model', 'undeploy_model', 'delete_model', 'promote_version'])

async function playCase(
  given: UtteranceCase,
  shelf: ReturnType<typeof createShelf>,
): Promise<PlayedCase> {
  const ports = await shelf.take(given)
  const talk = talkTo(ports)
  const handles = new Map<string, string>()
  const turns = [given.say].flat()
  let steps: readonly Step[] = []
  let reply = ''
  let changed = false
  for (const [index, message] of turns.entries()) {
    const isLast = index === turns.length - 1
    const sent = [
      ...(index === 0 ? (given.filesBefore ?? []) : []),
      ...(isLast ? (given.files ?? []) : []),
    ]
    const result = await talk.say(message, {
      files: await Promise.all(sent.map((file) => fileFor(file, given))),
    })
    for (const id of await uploadIds(ports, talk.conversationId())) {
      if (!handles.has(id)) handles.set(id, `upload-${handles.size + 1}`)
    }
    steps = result.steps.map((step) => withHandles(step, handles))
    reply = result.reply
    changed ||= result.steps.some((step) => CHANGES.has(step.operation) && step.status === 'done')
  }
  if (changed) await shelf.spoil(given)
  return { given, steps, reply, verdict: judge(given, steps.map(asPlanned)) }
}

/** Operations that come with later issues fail in the one way there is; the plan is judged, not their absence. */
function asPlanned(step: Step): Step {
  const isAbsent = step.status === 'failed' && step.error?.code === 'unavailable'
  return isAbsent ? { ...step, status: 'done' } : step
}

async function uploadIds(ports: TestPorts, id: string | null): Promise<readonly string[]> {
  const json = id === null ? null : await ports.registry.readConversation(id)
  const state = JSON.parse(json ?? '{"uploads":[]}') as { uploads: readonly { id: string }[] }
  return state.uploads.map((upload) => upload.id)
}

function withHandles(step: Step, handles: ReadonlyMap<string, string>): Step {
  const { upload } = step.input
  const handle = typeof upload === 'string' ? handles.get(upload) : undefined
  return handle === undefined ? step : { ...step, input: { ...step.input, upload: handle } }
}

/** A well-formed file of the kind that the name says; three inputs without names where it is some model. */
async function fileFor({ fileName, content }: SentFile, given: UtteranceCase): Promise<FileToSend> {
  if (content !== undefined) return { fileName, content }
  if (fileName === 'churn_model.pkl') {
    const sample = Bun.file(`${SAMPLES_FOLDER}/churn/churn_model.pkl`)
    return { fileName, content: new Uint8Array(await sample.arrayBuffer()) }
  }
  const wanted = expectedInput(given)
  if (fileName.endsWith('.csv')) return { fileName, content: tableFor(wanted['model']) }
  const { features, classes } = wanted
  return {
    fileName,
    content: anyModel(lengthOf(features) ?? 3, lengthOf(classes)),
  }
}

/** What the case expects tells which file its words are about: so many columns, so many classes. */
function expectedInput(given: UtteranceCase): Readonly<Record<string, unknown>> {
  if ('expect' in given) return given.expect[0]?.input ?? {}
  return 'expectAny' in given ? (given.expectAny[0]?.[0]?.input ?? {}) : {}
}

const lengthOf = (value: unknown): number | null => (Array.isArray(value) ? value.length : null)

function tableFor(model: unknown): string {
  const known = CATALOGUE.find(({ name }) => name === model) ?? CATALOGUE[0]
  const inputs = known?.signature.inputs ?? []
  const row = inputs.map(({ example, categories }) => String(example ?? categories?.[0] ?? 1))
  const lines = [inputs.map(({ name }) => name), row, row]
  return `${lines.map((cells) => cells.map((cell) => `"${cell}"`).join(',')).join('\n')}\n`
}
