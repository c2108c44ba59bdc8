// REST through the parity suite: once by the operations' own addresses, once by the routes that people use.

import { createServer } from '#api/server.ts'
import type { OperationName } from '#core/operations/operation.ts'
import { smallAgent } from '../api/support.ts'
import type { TestPorts } from '../support/ports.ts'
import { describeParity, type OpenSurface, type SurfaceOutcome } from './parity.ts'

type Input = Readonly<Record<string, unknown>>
type Address = { readonly method: string; readonly path: string; readonly body?: Input }

async function open(
  ports: TestPorts,
  addressOf: (operation: OperationName, input: Input) => Address,
): Promise<OpenSurface> {
  const server = createServer({ ports, agent: smallAgent(ports), port: 0 })
  return {
    async run(operation, input, _example, isAgreed): Promise<SurfaceOutcome> {
      const first = await send(addressOf(operation, input))
      if (!isAgreed) return first.outcome
      return (await send(addressOf(operation, { ...input, confirmation: first.token }))).outcome
    },
    close: () => server.stop({ drainMs: 100 }),
  }

  async function send({ method, path, body }: Address) {
    const response = await fetch(server.url + path, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    const answer = await response.json()
    const outcome: SurfaceOutcome = response.ok
      ? { ok: true, output: answer }
      : { ok: false, code: answer.error.code }
    return { outcome, token: response.ok ? '' : answer.error.confirmation }
  }
}

const byOperation = (operation: OperationName, input: Input): Address => ({
  method: 'POST',
  path: `/api/operations/${operation}`,
  body: input,
})

/** The route of an operation that has one; an input that a route has no place for goes to the operation's own address. */
function byRoute(operation: OperationName, input: Input): Address {
  const model = typeof input['model'] === 'string' ? encodeURIComponent(input['model']) : null
  const others = Object.keys(input).filter((key) => key !== 'model' && key !== 'confirmation')
  if (operation === 'list_models') return { method: 'GET', path: '/api/models' }
  if (model === null) return byOperation(operation, input)
  if (operation === 'promote_version') {
    return { method: 'POST', path: `/api/models/${model}/versions/${input['version']}/promote` }
  }
  if (others.length > 0) return byOperation(operation, input)
  switch (operation) {
    case 'describe_model':
      return { method: 'GET', path: `/api/models/${model}` }
    case 'list_versions':
      return { method: 'GET', path: `/api/models/${model}/versions` }
    case 'undeploy_model':
      return { method: 'POST', path: `/api/models/${model}/undeploy` }
    case 'delete_model':
      return { method: 'DELETE', path: `/api/models/${model}${queryOf(input)}` }
    default:
      return byOperation(operation, input)
  }
}

function queryOf({ confirmation }: Input): string {
  return typeof confirmation === 'string' ? `?confirmation=${confirmation}` : ''
}

describeParity({
  name: 'REST, by operation',
  open: (ports) => open(ports, byOperation),
})

describeParity({
  name: 'REST, by route',
  open: (ports) => open(ports, byRoute),
})
