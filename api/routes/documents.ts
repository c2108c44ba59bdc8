// The documents: OpenAPI of the service and of each model, and the page that shows them.

import { fail } from '#core/errors.ts'
import { authorise, modelRefusal } from '#core/operations/access.ts'
import { findModel, shownVersion } from '#core/operations/find-model.ts'
import { type Exchange, jsonReply, portsOf, type Reply } from '../exchange.ts'
import { BASE_HEADERS } from '../http/errors.ts'
import { modelDocument } from '../openapi/model-document.ts'
import { json, operationNamed } from '../openapi/schemas.ts'
import { serviceDocument } from '../openapi/service-document.ts'
import type { JsonSchema, Route, RouteDocument } from '../route.ts'

const FOLDER = new URL('../docs/', import.meta.url)

/** Nothing from elsewhere, nothing inline: the page works without a network and runs only its own script. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

interface PageFile {
  readonly path: string
  readonly file: string
  readonly type: string
  readonly summary: string
}

const PAGE_FILES: readonly PageFile[] = [
  {
    path: '/docs',
    file: 'index.html',
    type: 'text/html; charset=utf-8',
    summary: 'This documentation as a page',
  },
  // The browser gets them as JavaScript under the names that they import each other by.
  {
    path: '/docs/page.ts',
    file: 'page.ts',
    type: 'text/javascript; charset=utf-8',
    summary: 'Its script',
  },
  {
    path: '/docs/fields.ts',
    file: 'fields.ts',
    type: 'text/javascript; charset=utf-8',
    summary: 'What its script imports',
  },
  {
    path: '/docs/page.css',
    file: 'page.css',
    type: 'text/css; charset=utf-8',
    summary: 'Its style',
  },
]

export function documentRoutes(routes: () => readonly Route[]): readonly Route[] {
  let service: string | null = null
  const pages = new Map<string, string>()
  return [
    {
      method: 'GET',
      path: '/openapi.json',
      open: true,
      handle(exchange) {
        const { ports, version } = exchange.services
        service ??= JSON.stringify(serviceDocument(routes(), { version, baseUrl: ports.baseUrl }))
        return textReply(exchange, service, 'application/json')
      },
      document: documentDocument('serviceDocument', 'The OpenAPI document of the service'),
    },
    {
      method: 'GET',
      path: '/api/models/{name}/openapi.json',
      handle: describeModel,
      document: {
        ...documentDocument('modelDocument', 'The OpenAPI document of a model'),
        tag: 'Models',
        description: 'Its real fields with their types and words, and an example that works.',
        errors: ['not_found', 'conflict', 'unavailable'],
      },
    },
    ...PAGE_FILES.map((page) => pageRoute(page, pages)),
  ]
}

async function describeModel(exchange: Exchange): Promise<Reply> {
  const allowed = authorise(operationNamed('describe_model'), exchange.principal)
  if (!allowed.ok) return allowed
  const { registry, baseUrl } = portsOf(exchange)
  const name = exchange.parameters['name'] ?? ''
  const model = await findModel(registry, name)
  if (!model.ok) {
    return exchange.principal.models === undefined ? model : modelRefusal(exchange.principal, name)
  }
  const version = await shownVersion(registry, model.value)
  if (version === null) return fail('not_found', `${model.value.name} has no version.`)
  return jsonReply(exchange, modelDocument(model.value, version, baseUrl))
}

function pageRoute(page: PageFile, cache: Map<string, string>): Route {
  return {
    method: 'GET',
    path: page.path,
    open: true,
    async handle(exchange) {
      const text = cache.get(page.file) ?? (await readPageFile(page.file))
      cache.set(page.file, text)
      return textReply(exchange, text, page.type, {
        'content-security-policy': PAGE_POLICY,
        'referrer-policy': 'no-referrer',
      })
    },
    document: {
      id: `documentation${page.file.replace('.', '_')}`,
      tag: 'Service',
      summary: page.summary,
      answers: () => [
        {
          status: 200,
          description: 'The file.',
          content: { [page.type.split(';')[0] ?? '']: { schema: { type: 'string' } } },
        },
      ],
      errors: [],
    },
  }
}

/** The script is written in TypeScript like everything else; taking its types off needs no bundler. */
async function readPageFile(name: string): Promise<string> {
  const text = await Bun.file(new URL(name, FOLDER)).text()
  return name.endsWith('.ts') ? new Bun.Transpiler({ loader: 'ts' }).transformSync(text) : text
}

function textReply(
  exchange: Exchange,
  text: string,
  type: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, {
    headers: {
      ...BASE_HEADERS,
      'content-type': type,
      'x-request-id': exchange.requestId,
      ...headers,
    },
  })
}

const OPENAPI_SCHEMA: JsonSchema = { type: 'object', required: ['openapi', 'info', 'paths'] }

function documentDocument(id: string, summary: string): RouteDocument {
  return {
    id,
    tag: 'Service',
    summary,
    answers: () => [{ status: 200, description: 'OpenAPI 3.1.', content: json(OPENAPI_SCHEMA) }],
    errors: [],
  }
}
