// Draws an OpenAPI document in the browser: addresses, fields, examples, and a form to try each one. Text only, never HTML.

import { type Components, fieldRows, type Schema } from './fields.ts'

interface Media {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

interface Parameter {
  readonly name: string
  readonly in: string
  readonly description?: string
}

interface Operation {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, Media>> }
    >
  >
}

interface OpenApi extends Components {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

interface Entry {
  readonly id: string
  readonly tag: string
  readonly path: string
  readonly method: string
  readonly operation: Operation
}

const NOT_IN_IDS = /[^a-z0-9]+/gi
const PATH_PARAMETER = /\{(\w+)\}/g

type Child = Node | string | null

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>>,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children.filter((child): child is Node | string => child !== null))
  return node
}

function byId(id: string): HTMLElement {
  const node = document.getElementById(id)
  if (node === null) throw new Error(`the page has no ${id}`)
  return node
}

function entriesOf(api: OpenApi): Entry[] {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: `${method}-${path}`.replace(NOT_IN_IDS, '-'),
      tag: operation.tags?.[0] ?? 'Predictions',
      path,
      method,
      operation,
    })),
  )
}

function fieldTable(api: OpenApi, schema: Schema): HTMLElement | null {
  const rows = fieldRows(api, schema)
  if (rows.length === 0) return null
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element('tr', {}, ...['Field', 'Type', 'Meaning'].map((text) => element('th', {}, text))),
    ),
    element(
      'tbody',
      {},
      ...rows.map((row) =>
        element(
          'tr',
          {},
          element('td', {}, element('code', {}, row.path), row.required ? ' (required)' : null),
          element('td', {}, row.type),
          element('td', {}, row.description),
        ),
      ),
    ),
  )
}

function exampleOf(media: Media | undefined): unknown {
  return media?.example ?? Object.values(media?.examples ?? {})[0]?.value
}

function drawEntry(api: OpenApi, entry: Entry): HTMLElement {
  const { operation, method, path, id } = entry
  const inside = element('div', { class: 'inside' })
  if (operation.description !== undefined) inside.append(element('p', {}, operation.description))
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
    inside.append(element('h3', {}, `Send ${type}`))
    const forms = media.schema?.anyOf ?? (media.schema === undefined ? [] : [media.schema])
    const tables = forms.map((form) => fieldTable(api, form)).filter((table) => table !== null)
    inside.append(...tables.flatMap((table, index) => (index === 0 ? [table] : [orElse(), table])))
  }
  const json = operation.requestBody?.content['application/json']
  const example = exampleOf(json)
  inside.append(element('h3', {}, 'Try it'), element('pre', {}, curl(method, path, example)))
  if (operation.requestBody === undefined || json !== undefined) {
    inside.append(
      tryForm(entry, json === undefined ? null : JSON.stringify(example ?? {}, null, 2)),
    )
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    inside.append(element('h3', {}, `${status}: ${answer.description}`))
    const schema = Object.values(answer.content ?? {})[0]?.schema
    const table = schema === undefined || schema.$ref !== undefined ? null : fieldTable(api, schema)
    if (table !== null) inside.append(table)
  }
  return element(
    'details',
    { id },
    element(
      'summary',
      {},
      element('span', { class: `method ${method}` }, method.toUpperCase()),
      element('code', {}, path),
      element('span', { class: 'muted' }, ` ${operation.summary ?? ''}`),
    ),
    inside,
  )
}

function orElse(): HTMLElement {
  return element('p', { class: 'muted' }, 'or')
}

function curl(method: string, path: string, example: unknown): string {
  const head = `curl -X ${method.toUpperCase()} '${location.origin}${path}'`
  if (example === undefined) return head
  const body = JSON.stringify(example).replaceAll("'", "'\\''")
  return `${head} \\\n  -H 'Content-Type: application/json' \\\n  -d '${body}'`
}

function tryForm(entry: Entry, body: string | null): HTMLElement {
  const inputs = new Map<string, HTMLInputElement>()
  const form = element('form', {})
  for (const [, name = ''] of entry.path.matchAll(PATH_PARAMETER)) {
    const input = element('input', { required: '', name })
    inputs.set(name, input)
    form.append(element('label', {}, name, input))
  }
  const text =
    body === null ? null : element('textarea', { 'aria-label': 'Body', spellcheck: 'false' })
  if (text !== null) {
    text.value = body ?? ''
    form.append(text)
  }
  const output = element('pre', { 'aria-live': 'polite', hidden: '' })
  form.append(element('button', { type: 'submit' }, 'Send'), output)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const path = entry.path.replace(PATH_PARAMETER, (_whole, name: string) =>
      encodeURIComponent(inputs.get(name)?.value ?? ''),
    )
    output.hidden = false
    output.textContent = 'Waiting…'
    send(entry.method, path, text?.value ?? null).then(
      (answer) => {
        output.textContent = answer
      },
      (error: unknown) => {
        output.textContent = `The server did not answer: ${String(error)}`
      },
    )
  })
  return form
}

async function send(method: string, path: string, body: string | null): Promise<string> {
  const response = await fetch(path, {
    method: method.toUpperCase(),
    headers: body === null ? {} : { 'content-type': 'application/json' },
    body,
  })
  const text = await response.text()
  return `${response.status}\n${pretty(text)}`
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function draw(api: OpenApi): void {
  const entries = entriesOf(api)
  const tags = [...new Set(entries.map((entry) => entry.tag))]
  byId('title').textContent = `${api.info.title} ${api.info.version}`
  byId('description').textContent = api.info.description ?? ''
  const ofTag = (tag: string) => entries.filter((entry) => entry.tag === tag)
  byId('contents').replaceChildren(
    ...tags.flatMap((tag) => [
      element('h2', {}, tag),
      element('ul', {}, ...ofTag(tag).map((entry) => element('li', {}, contentsLink(entry)))),
    ]),
  )
  byId('content').replaceChildren(
    ...tags.flatMap((tag) => [
      element('h2', {}, tag),
      ...ofTag(tag).map((entry) => drawEntry(api, entry)),
    ]),
  )
  const [first] = document.getElementsByTagName('details')
  if (entries.length === 1 && first !== undefined) first.open = true
}

function contentsLink(entry: Entry): HTMLElement {
  const link = element('a', { href: `#${entry.id}` }, entry.operation.summary ?? entry.path)
  link.addEventListener('click', () => {
    const details = document.getElementById(entry.id)
    if (details instanceof HTMLDetailsElement) details.open = true
  })
  return link
}

async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  const parsed: T = await response.json()
  return parsed
}

async function show(path: string): Promise<void> {
  byId('source').setAttribute('href', path)
  draw(await getJson<OpenApi>(path))
}

async function start(): Promise<void> {
  const select = byId('document')
  if (!(select instanceof HTMLSelectElement)) return
  select.append(element('option', { value: '/openapi.json' }, 'The service'))
  const wanted = new URLSearchParams(location.search).get('model')
  const { models } = await getJson<{ models: readonly { name: string; title: string }[] }>(
    '/api/models',
  )
  for (const { name, title } of models) {
    const value = `/api/models/${encodeURIComponent(name)}/openapi.json`
    select.append(element('option', { value }, `${title} (${name})`))
    if (name === wanted) select.value = value
  }
  select.addEventListener('change', () => {
    show(select.value).catch(fault)
  })
  await show(select.value)
}

function fault(error: unknown): void {
  byId('content').replaceChildren(
    element('p', {}, `The document could not be read: ${String(error)}`),
  )
}

start().catch(fault)
