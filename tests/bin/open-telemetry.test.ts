// Traces as a collector on loopback receives them: a turn, the operation in it, the engine in that, and log lines with the id.

import { expect, test } from 'bun:test'
import { createAgent } from '#agent/agent.ts'
import { openTracer } from '../../bin/open-telemetry.ts'
import { keepingLogger } from '../api/support.ts'
import { createTestPorts, deploySamples, testPrincipal } from '../support/ports.ts'

interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
}

test('a turn of chat, its operation and the engine are one trace, without what was said', async () => {
  const bodies: string[] = []
  const collector = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      expect(new URL(request.url).pathname).toBe('/v1/traces')
      bodies.push(await request.text())
      return Response.json({})
    },
  })
  const { logger, lines } = keepingLogger()
  const own = await createTestPorts({ logger })
  await deploySamples(own, ['churn'])
  const tracer = openTracer(`http://127.0.0.1:${collector.port}`, '0.0.0-test')
  const ports = { ...own, tracer }
  const events = createAgent({ ports, claude: null }).turn({
    message: 'predict churn for tenure 24, monthly charges 71.25 and total charges 1680',
    conversationId: null,
    uploads: [],
    principal: testPrincipal,
    requestId: 'turn-1',
    signal: new AbortController().signal,
  })
  for await (const _event of events);
  await tracer.close()
  await own.close()
  await collector.stop(true)
  const spans: ReceivedSpan[] = bodies.flatMap((body) =>
    JSON.parse(body).resourceSpans.flatMap(
      (resource: { scopeSpans: { spans: ReceivedSpan[] }[] }) =>
        resource.scopeSpans.flatMap((scope) => scope.spans),
    ),
  )
  const named = (name: string) => spans.find((span) => span.name === name)
  const [turn, operation, engine] = ['chat turn', 'operation predict', 'engine predict'].map(named)
  expect(operation?.parentSpanId).toBe(turn?.spanId ?? 'none')
  expect(engine?.parentSpanId).toBe(operation?.spanId ?? 'none')
  expect(new Set([turn, operation, engine].map((span) => span?.traceId)).size).toBe(1)
  const line = lines.find(
    ({ fields }) => fields['requestId'] === 'turn-1' && fields['operation'] === 'predict',
  )
  expect(line?.fields['trace_id']).toBe(turn?.traceId ?? 'none')
  expect(bodies.join('')).not.toContain('71.25')
})
