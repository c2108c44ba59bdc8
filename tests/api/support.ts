// A real server on a free port over real ports in a temporary folder, for the tests of the HTTP surface.

import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import type { Agent, TurnEvent, TurnRequest } from '#agent/turn.ts'
import { createServer, type ParleyServer, type ServerOptions } from '#api/server.ts'

import { toOnnx } from '#core/graph/to-onnx.ts'
import type { InputField, Signature } from '#core/model.ts'
import { findOperation } from '#core/operations/index.ts'
import { invoke } from '#core/operations/invoke.ts'
import type { Logger, Ports } from '#core/operations/operation.ts'
import type { Registry, VersionRecord } from '#core/registry/registry.ts'
import { createTestPorts, type TestPorts } from '../support/ports.ts'

export const ROOT = resolve(import.meta.dir, '../..')
export const CHURN_FILE = join(ROOT, 'models/churn/churn_model.pkl')

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

/** A logger that keeps its lines. */
export function keepingLogger(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = []
  const at = (level: LogLine['level']) => (fields: LogLine['fields'], message: string) => {
    lines.push({ level, fields, message })
  }
  return { logger: { info: at('info'), warn: at('warn'), error: at('error') }, lines }
}

export interface TestServer {
  readonly url: string
  readonly ports: Ports
  readonly server: ParleyServer
  readonly lines: readonly LogLine[]
  /** JSON in, status, headers and JSON out. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are matched against literals
  readonly body: any
}

export async function startServer(
  options: Partial<Omit<ServerOptions, 'ports'>> & { defaultModel?: string } = {},
): Promise<TestServer> {
  const { logger, lines } = keepingLogger()
  const own = await createTestPorts({ logger })
  const ports: TestPorts = { ...own, defaultModel: options.defaultModel ?? null }
  const { defaultModel: _default, ...rest } = options
  const server = createServer({ ports, agent: smallAgent(ports), port: 0, ...rest })
  return {
    url: server.url,
    ports,
    server,
    lines,
    ask: (method, path, body) => ask(server.url, method, path, body),
    async close() {
      await server.stop({ drainMs: 200 })
      await own.close()
    },
  }
}

export async function ask(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json(),
  }
}

/** Fields of the small linear models that tests predict with. */
export const FIELDS: readonly InputField[] = [
  { name: 'tenure', type: 'float', optional: false, example: 24, unit: 'months' },
  { name: 'monthly_charges', type: 'float', optional: false, example: 70 },
  { name: 'total_charges', type: 'float', optional: true, minimum: 0, maximum: 9000 },
]

export const ROW = { tenure: 24, monthly_charges: 70, total_charges: 1680 }

/** Probability of "Yes" by the small model: sigmoid(bias - 0.05 tenure + 0.02 monthly - 0.0001 total). */
export function expectedProbability(row: typeof ROW, bias = 0): number {
  const margin = bias - 0.05 * row.tenure + 0.02 * row.monthly_charges - 0.0001 * row.total_charges
  return 1 / (1 + Math.exp(-margin))
}

/** The graph of the small linear model. */
export function smallGraph(bias: number, kind: 'classifier' | 'regressor' = 'classifier') {
  const classes = kind === 'classifier' ? ['No', 'Yes'] : null
  return toOnnx({
    task: kind === 'classifier' ? 'binary_classification' : 'regression',
    library: 'xgboost',
    libraryVersion: '3.1.0',
    modelClass: kind === 'classifier' ? 'XGBClassifier' : 'XGBRegressor',
    objective: null,
    inputs: FIELDS,
    namesKnown: true,
    classes,
    outputNames: null,
    missingValue: null,
    predictor: {
      kind: 'linear',
      featureCount: FIELDS.length,
      groups: 1,
      weights: Float32Array.of(-0.05, 0.02, -0.0001),
      bias: Float32Array.of(bias),
      transform: kind === 'classifier' ? 'sigmoid' : 'identity',
    },
    warnings: [],
  })
}

interface SmallModel {
  readonly name?: string
  readonly bias?: number
  readonly deploy?: boolean
  readonly kind?: 'classifier' | 'regressor'
}

/** Stores a small logistic model as the next version of a name, without any upload. */
export async function storeModel(ports: Ports, options: SmallModel = {}): Promise<VersionRecord> {
  const version = await storeVersion(ports.registry, options)
  await ports.serving.refresh([version.model])
  return version
}

/** The same in a registry that nothing serves from yet. */
export function storeVersion(registry: Registry, options: SmallModel): Promise<VersionRecord> {
  const { name = 'churn', bias = 0, deploy = true, kind = 'classifier' } = options
  const { onnx, binding } = smallGraph(bias, kind)
  const signature: Signature =
    kind === 'classifier'
      ? {
          task: 'binary_classification',
          inputs: FIELDS,
          namesKnown: true,
          outputs: [{ name: 'churn', type: 'label' }],
          classes: ['No', 'Yes'],
          positiveLabel: 'Yes',
          target: 'churn',
        }
      : {
          task: 'regression',
          inputs: FIELDS,
          namesKnown: true,
          outputs: [{ name: 'price', type: 'number', unit: 'USD' }],
          target: 'price',
          unit: 'USD',
        }
  const original = Buffer.from(`original of ${name} with bias ${bias}`)
  return registry.createVersion({
    model: name,
    signature,
    binding,
    origin: {
      fileName: `${name}.pkl`,
      sizeBytes: original.length,
      sha256: '0'.repeat(64),
      library: 'xgboost',
      libraryVersion: '3.1.0',
      modelClass: 'XGBClassifier',
      uploadedBy: 'local',
      uploadedAt: new Date(0).toISOString(),
    },
    onnx,
    original,
    warnings: [],
    deploy,
  })
}

/**
 * The smallest agent that really runs operations: "run NAME {json}" invokes one, "wait" waits to be stopped, "pause MS"
 * takes its time, "break" throws, and anything else is said back with the names of the uploads.
 */
export function smallAgent(ports: Ports): Agent {
  return {
    async *turn(request: TurnRequest): AsyncGenerator<TurnEvent> {
      const conversationId = request.conversationId ?? ports.randomId()
      yield { type: 'started', conversationId }
      const [verb, name = '', ...rest] = request.message.split(' ')
      if (verb === 'break') throw new Error('secret /etc/passwd row 42')
      if (verb === 'pause') {
        yield { type: 'text', delta: 'pausing' }
        await Bun.sleep(Number(name))
      }
      if (verb === 'wait') {
        yield { type: 'text', delta: 'waiting' }
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve))
        stoppedTurns.push(conversationId)
        return
      }
      const steps = []
      let reply = `You said ${request.message}${request.uploads.map((one) => ` [${one.fileName} ${one.sizeBytes}]`).join('')}`
      const operation = verb === 'run' ? findOperation(name) : null
      if (operation !== null) {
        const input: Record<string, unknown> = JSON.parse(rest.join(' ') || '{}')
        yield { type: 'step-started', operation: operation.name, title: operation.title }
        const outcome = await invoke(operation, input, {
          principal: request.principal,
          requestId: request.requestId,
          signal: request.signal,
          progress: () => undefined,
          confirmed: false,
          ports,
        })
        const step = outcome.ok
          ? { operation: operation.name, input, status: 'done' as const, output: outcome.value }
          : { operation: operation.name, input, status: 'failed' as const, error: outcome.failure }
        steps.push(step)
        reply = outcome.ok ? operation.present(outcome.value).text : outcome.failure.message
        yield { type: 'step-finished', step }
      }
      yield { type: 'text', delta: reply }
      const result = { conversationId, reply, blocks: [], steps, language: 'interpreter' as const }
      yield { type: 'done', result }
    },
  }
}

/** Conversations of turns that "wait" and were stopped. */
export const stoppedTurns: string[] = []

/** Sends bytes as they are and resolves with what came back when the other side closes or falls silent. */
export function sendRaw(
  url: string,
  text: string,
  options: { quietMs?: number } = {},
): Promise<string> {
  const { port, hostname } = new URL(url)
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(Number(port), hostname, () => socket.write(text))
    socket.setTimeout(options.quietMs ?? 300, () => socket.destroy())
    socket.on('data', (data) => {
      received += data.toString('latin1')
    })
    socket.on('close', () => resolve(received))
    socket.on('error', reject)
  })
}
