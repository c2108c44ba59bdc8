// The service itself: health, metrics, and the sample models of the empty page.

import { fail } from '#core/errors.ts'
import { authorise } from '#core/operations/access.ts'
import { modelMetrics } from '#core/operations/model-metrics.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import type { TrafficFigures } from '#core/traffic/traffic-figures.ts'
import { type Exchange, jsonReply, portsOf, type Reply } from '../exchange.ts'
import { BASE_HEADERS } from '../http/errors.ts'
import { json } from '../openapi/schemas.ts'
import type { JsonSchema, Route } from '../route.ts'
import { renderTraffic } from '../traffic-metrics.ts'

const SAMPLES_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['samples'],
  properties: {
    samples: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'title', 'description', 'task', 'file_name', 'size_bytes'],
        properties: {
          name: { type: 'string', description: 'What deploy_model takes as "sample".' },
          title: { type: 'string' },
          description: { type: 'string' },
          task: { type: 'string' },
          file_name: { type: 'string' },
          size_bytes: { type: 'integer' },
        },
      },
    },
  },
}

const HEALTH_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['status'],
  properties: {
    status: {
      type: 'string',
      enum: ['ok', 'degraded'],
      description: 'degraded: predictions go on from memory, and writes fail for now.',
    },
    problems: { type: 'array', items: { type: 'string' }, description: 'What is away, in words.' },
  },
}

/** A database that needs longer for its smallest question is away for whoever waits. */
const CHECK_MS = 2_000

/** Always 200: a server that still predicts must not be taken out of service because its database is away. */
async function showHealth(exchange: Exchange): Promise<Reply> {
  const slow = new Promise<string>((resolve) => {
    setTimeout(() => resolve('The registry does not answer.'), CHECK_MS).unref()
  })
  const checked = exchange.services.ports.registry.check().then(
    () => null,
    (error: unknown) => {
      if (error instanceof RegistryUnavailable) return error.message
      throw error
    },
  )
  const { ports } = exchange.services
  const [problem, others = []] = await Promise.all([
    Promise.race([checked, slow]),
    ports.problems?.(),
  ])
  const problems = [...(problem === null ? [] : [problem]), ...others]
  return jsonReply(
    exchange,
    problems.length === 0 ? { status: 'ok' } : { status: 'degraded', problems },
  )
}

/** The figures name every model, so they are not for who may use some models only. */
function showMetrics({ services, requestId, principal }: Exchange): Reply {
  const allowed = authorise(modelMetrics, principal)
  if (!allowed.ok) return allowed
  if (principal.models !== undefined) {
    return fail(
      'forbidden',
      'The metrics name every model, so they need a key that is not limited to some. Ask an admin of this Parley for it.',
    )
  }
  const { ports } = services
  const { serving } = ports
  const plans = serving.loaded().flatMap((name): [string, TrafficFigures][] => {
    const figures = serving.traffic(name)
    return figures === null ? [] : [[name, figures]]
  })
  const cpu = process.cpuUsage()
  const figures = services.metrics.render({
    modelsLoaded: ports.serving.loaded().length,
    modelsFailed: ports.serving.failures().size,
    requestsInFlight: services.load.inFlight,
    suggestions: ports.phrases.statistics(),
    usage: ports.usage,
    monitor: ports.monitor,
    process: {
      residentBytes: process.memoryUsage.rss(),
      startedAtSeconds: Math.round(performance.timeOrigin / 1000),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
    },
    version: services.version,
  })
  return new Response(figures + renderTraffic(new Map(plans)), {
    headers: {
      ...BASE_HEADERS,
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'x-request-id': requestId,
    },
  })
}

export const serviceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/samples',
    async handle(exchange) {
      const samples = await portsOf(exchange).samples.list()
      return jsonReply(exchange, {
        samples: samples.map(({ fileName, sizeBytes, ...sample }) => ({
          ...sample,
          file_name: fileName,
          size_bytes: sizeBytes,
        })),
      })
    },
    document: {
      id: 'listSamples',
      tag: 'Service',
      summary: 'List the sample models that come with Parley',
      answers: () => [{ status: 200, description: 'The samples.', content: json(SAMPLES_SCHEMA) }],
      errors: [],
    },
  },
  {
    method: 'GET',
    path: '/health',
    open: true,
    handle: showHealth,
    document: {
      id: 'health',
      tag: 'Service',
      summary: 'Say that the server answers',
      answers: () => [{ status: 200, description: 'It does.', content: json(HEALTH_SCHEMA) }],
      errors: ['unavailable'],
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    handle: showMetrics,
    document: {
      id: 'metrics',
      tag: 'Service',
      summary: 'Requests, errors and latency for Prometheus',
      answers: () => [
        {
          status: 200,
          description: "Prometheus' text format.",
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
      ],
      errors: ['forbidden'],
    },
  },
]
