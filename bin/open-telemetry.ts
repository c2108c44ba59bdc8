// Traces to a collector over OTLP/HTTP; imported only where OTEL_EXPORTER_OTLP_ENDPOINT is set, for its quarter of a second.

import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Tracer } from '#core/monitoring/tracer.ts'

/** `endpoint` is the collector's base address, as the variable has it; OTEL_EXPORTER_OTLP_HEADERS is read by the exporter. */
export function openTracer(endpoint: string, version: string): Tracer {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'parley', 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('parley', version)
  const running = new AsyncLocalStorage<Span>()
  return {
    async run(name, facts, work, isFailed) {
      const parent = running.getStore()
      const context = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent)
      const span = tracer.startSpan(name, { attributes: facts }, context)
      try {
        const value = await running.run(span, work)
        if (isFailed?.(value) === true) span.setStatus({ code: SpanStatusCode.ERROR })
        return value
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },
    traceId: () => running.getStore()?.spanContext().traceId ?? null,
    async close() {
      // A collector that is away must not keep a stop waiting.
      await provider.shutdown().catch(() => undefined)
    },
  }
}
