// One server to be measured, in a process of its own: Parley as it is, or an Elysia echo with the same validation.

import { Elysia } from 'elysia'
import { IDLE_TIMEOUT_SECONDS } from '#api/limits.ts'
import { createServer } from '#api/server.ts'
import type { Ports } from '#core/operations/operation.ts'
import { createKeyring } from '#core/people/keyring.ts'
import { createRateLimiter } from '#core/people/rate-limits.ts'
import { createRequestPrincipals } from '#core/people/request-principals.ts'
import { createTestPorts, run } from '../../tests/support/ports.ts'

/** The name that the model is deployed under. */
const MODEL = 'bench'

async function deploy(ports: Ports, modelFile: string): Promise<void> {
  const upload = await ports.registry.createUpload({
    fileName: modelFile.split('/').at(-1) ?? 'model',
    owner: 'local',
    content: await Bun.file(modelFile).bytes(),
    maximumBytes: Number.MAX_SAFE_INTEGER,
  })
  if (!upload.ok) throw new Error(upload.failure.message)
  const deployed = await run(ports, 'deploy_model', { upload: upload.value.id, name: MODEL })
  if (!deployed.ok) throw new Error(deployed.failure.message)
}

/** With all that `parley serve` puts around a request: whose it is, and how many they may send. */
function startParley(ports: Ports): number {
  const { registry, now, logger, monotonicMs } = ports
  const keyring = createKeyring({ store: registry, now, logger })
  const local = { id: 'local', role: 'admin', surface: 'rest' } as const
  return createServer({
    ports: { ...ports, rates: createRateLimiter({ monotonicMs }) },
    agent: { turn: () => Promise.reject(new Error('nobody talks here')) as never },
    principalOf: createRequestPrincipals({ keyring, local, surface: 'rest' }),
    port: 0,
  }).port
}

/** Reads, parses and validates the same row with the same validator and answers with as many bytes, but predicts nothing. */
function startEcho(ports: Ports): number {
  const answer = {
    model: MODEL,
    model_version: '1-000000000000',
    task: 'binary_classification',
    prediction: 1,
    predicted_label: '1',
    class_probabilities: { '0': 0.12345670908689499, '1': 0.8765432834625244 },
    latency_ms: 0.123,
    request_id: '0123456789ab-12',
  }
  const app = new Elysia().post(
    '/api/predict/:name',
    async ({ request, params }) => {
      const row: Record<string, unknown> = JSON.parse(await request.text())
      const lease = ports.serving.leaseNow(params.name)
      if (lease === null) return new Response('unknown', { status: 404 })
      const encoded = lease.model.encode([row], () => '')
      lease.release()
      if (!encoded.ok) return new Response('invalid', { status: 422 })
      return new Response(JSON.stringify(answer), {
        headers: { 'content-type': 'application/json' },
      })
    },
    { parse: 'none' },
  )
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: app.fetch,
    // As Parley's own server has them.
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    development: false,
    reusePort: false,
  })
  return server.port ?? 0
}

const [kind = '', modelFile = ''] = process.argv.slice(2)
const ports = await createTestPorts()
await deploy(ports, modelFile)
const port = kind === 'echo' ? startEcho(ports) : startParley(ports)
const model = await ports.registry.findVersion(MODEL, 1)
const lease = ports.serving.leaseNow(MODEL)
console.log(
  JSON.stringify({
    port,
    fields: model?.signature.inputs.map(({ name }) => name) ?? [],
    backend: lease?.model.backend ?? null,
  }),
)
lease?.release()
process.on('SIGTERM', async () => {
  await ports.close()
  process.exit(0)
})
