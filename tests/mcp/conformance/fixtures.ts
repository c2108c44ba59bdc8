// The tools, resources and prompts that scenarios of the published conformance suite ask a server to have.

import {
  type BlobResourceContents,
  type CallToolResult,
  type GetPromptResult,
  type InputRequiredResult,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type Resource,
  type TextResourceContents,
} from '@modelcontextprotocol/server'
import { createConfirmations } from '#core/operations/confirmations.ts'
import type { Backend, Exchange } from '#mcp/backend.ts'

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const SOUND = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='
const PRINCIPAL = { id: 'local', role: 'admin', surface: 'mcp' } as const

type Given = Readonly<Record<string, unknown>>
type Answer = CallToolResult | InputRequiredResult
type Tool = (given: Given, exchange: Exchange) => Answer | Promise<Answer>
type Content = CallToolResult['content'][number]

const text = (words: string): Content => ({ type: 'text', text: words })
const image: Content = { type: 'image', data: PIXEL, mimeType: 'image/png' }
const resource = (uri: string, mimeType: string, words: string): Content => ({
  type: 'resource',
  resource: { uri, mimeType, text: words },
})
const say = (...content: Content[]): CallToolResult => ({ content })
const form = (message: string, properties: Given, required: string[] = []) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: properties as Record<string, never>, required },
  })
const sampling = (prompt: string) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
    maxTokens: 100,
  })

/** Same token machinery as confirmations: a state that was not minted here is asked for again. */
const states = createConfirmations({ now: Date.now, randomId: () => crypto.randomUUID() })
const stateOf = (round: string, extra = '') => ({
  principal: PRINCIPAL,
  operation: 'help' as const,
  input: { round, extra },
  question: '',
})

function content(exchange: Exchange, key: string): Given | null {
  const answer = exchange.answers[key]
  if (typeof answer !== 'object' || answer === null) return null
  if ('action' in answer && answer.action !== 'accept') return null
  return ('content' in answer ? answer.content : answer) as Given
}

const NAME = { name: { type: 'string' } }

function elicits(properties: Given, message: string): Tool {
  return (given, exchange) => {
    const answer = exchange.answers['answer'] as { action: string; content?: Given } | undefined
    if (answer === undefined) {
      return inputRequired({
        inputRequests: { answer: form(String(given['message'] ?? message), properties) },
      })
    }
    const words = `action=${answer.action}, content=${JSON.stringify(answer.content ?? {})}`
    return say(text(`${message}: ${words}`))
  }
}

const enumOf = (...names: string[]) => names.map((name) => ({ const: name, title: `The ${name}` }))

export const TOOLS: Readonly<Record<string, Tool>> = {
  test_simple_text: () => say(text('This is a simple text response for testing.')),
  test_image_content: () => say(image),
  test_audio_content: () => say({ type: 'audio', data: SOUND, mimeType: 'audio/wav' }),
  test_embedded_resource: () =>
    say(
      resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
    ),
  test_multiple_content_types: () =>
    say(
      text('Multiple content types test:'),
      image,
      resource(
        'test://mixed-content-resource',
        'application/json',
        JSON.stringify({ test: 'data', value: 123 }),
      ),
    ),
  test_error_handling: () => ({
    ...say(text('This tool intentionally returns an error for testing')),
    isError: true,
  }),
  async test_tool_with_progress(_given, { progress }) {
    for (const fraction of [0.01, 0.5, 1]) {
      progress({ fraction, message: `Completed ${fraction}` })
      await Bun.sleep(10)
    }
    return say(text('done'))
  },
  test_sampling(given, exchange) {
    const answer = content(exchange, 'sample')
    if (answer === null) {
      return inputRequired({ inputRequests: { sample: sampling(String(given['prompt'])) } })
    }
    return say(text(`LLM response: ${String(answer['text'] ?? JSON.stringify(answer))}`))
  },
  test_elicitation: elicits(
    { response: { type: 'string', description: 'User response' } },
    'User response',
  ),
  test_elicitation_sep1034_defaults: elicits(
    {
      name: { type: 'string', description: 'User name', default: 'John Doe' },
      age: { type: 'integer', description: 'User age', default: 30 },
      score: { type: 'number', description: 'User score', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', description: 'Verification status', default: true },
    },
    'Elicitation completed',
  ),
  test_elicitation_sep1330_enums: elicits(
    {
      untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      titledSingle: { type: 'string', oneOf: enumOf('value1', 'value2', 'value3') },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: {
        type: 'array',
        minItems: 1,
        maxItems: 3,
        items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
      },
      titledMulti: {
        type: 'array',
        minItems: 1,
        maxItems: 3,
        items: { anyOf: enumOf('value1', 'value2', 'value3') },
      },
    },
    'Elicitation completed',
  ),
  json_schema_2020_12_tool: (given) => say(text(JSON.stringify(given))),
  test_missing_capability: () => inputRequired({ inputRequests: { sample: sampling('Hello') } }),
  test_streaming_elicitation: () =>
    inputRequired({ inputRequests: { user_name: form('What is your name?', NAME, ['name']) } }),
  async test_tool_with_logging(_given, { log }) {
    for (const words of ['started', 'processing data', 'completed']) {
      log('info', `Tool execution ${words}`)
      await Bun.sleep(10)
    }
    return say(text('logged'))
  },
  test_logging_tool(_given, { log }) {
    log('info', 'Tool execution started')
    return say(text('Nothing is told to clients that did not ask.'))
  },
  test_input_required_result_elicitation(_given, exchange) {
    const answer = content(exchange, 'user_name')
    if (answer !== null && typeof answer['name'] === 'string') {
      return say(text(`Hello, ${answer['name']}!`))
    }
    return inputRequired({
      inputRequests: { user_name: form('What is your name?', NAME, ['name']) },
    })
  },
  test_input_required_result_capabilities(_given, exchange) {
    const requests: Parameters<typeof inputRequired>[0]['inputRequests'] = {}
    if (exchange.capabilities['sampling'] !== undefined) requests['sample'] = sampling('Hello')
    if (exchange.capabilities['elicitation'] !== undefined) {
      requests['name'] = form('What is your name?', NAME, ['name'])
    }
    const answered = Object.keys(requests).every((key) => key in exchange.answers)
    return answered ? say(text('done')) : inputRequired({ inputRequests: requests })
  },
  test_input_required_result_sampling(_given, exchange) {
    const answer = content(exchange, 'capital_question')
    return answer === null
      ? inputRequired({
          inputRequests: { capital_question: sampling('What is the capital of France?') },
        })
      : say(text(`Sampling result: ${JSON.stringify(answer)}`))
  },
  test_input_required_result_list_roots(_given, exchange) {
    const answer = content(exchange, 'client_roots')
    return answer === null
      ? inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
      : say(text(`Roots: ${JSON.stringify(answer)}`))
  },
  test_input_required_result_request_state(_given, exchange) {
    return withState(exchange, 'confirm', 'state', 'state-ok: the state came back')
  },
  test_input_required_result_tampered_state(_given, exchange) {
    return withState(exchange, 'confirm', 'tampered', 'state-ok: the state came back')
  },
  async test_input_required_result_multiple_inputs(_given, exchange) {
    const keys = ['user_name', 'greeting', 'client_roots']
    if (keys.every((key) => key in exchange.answers)) {
      return say(text(keys.map((key) => JSON.stringify(exchange.answers[key])).join('; ')))
    }
    return inputRequired({
      inputRequests: {
        user_name: form('What is your name?', NAME, ['name']),
        greeting: sampling('Generate a greeting'),
        client_roots: inputRequired.listRoots(),
      },
      requestState: (await states.ask(stateOf('multiple'))).token,
    })
  },
  async test_input_required_result_multi_round(_given, exchange) {
    const { state } = exchange
    if (
      content(exchange, 'step2') !== null &&
      state !== null &&
      (await states.take(state, stateOf('two')))
    ) {
      return say(text('Multi-round complete'))
    }
    if (
      content(exchange, 'step1') !== null &&
      state !== null &&
      (await states.take(state, stateOf('one')))
    ) {
      return inputRequired({
        inputRequests: { step2: form('Your favourite colour?', { color: { type: 'string' } }) },
        requestState: (await states.ask(stateOf('two'))).token,
      })
    }
    return inputRequired({
      inputRequests: { step1: form('Your name?', NAME, ['name']) },
      requestState: (await states.ask(stateOf('one'))).token,
    })
  },
}

async function withState(
  exchange: Exchange,
  key: string,
  round: string,
  done: string,
): Promise<Answer> {
  if (exchange.state !== null) {
    const isOurs = await states.take(exchange.state, stateOf(round))
    if (!isOurs) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'That state is not ours.')
    if (content(exchange, key) !== null) return say(text(done))
  }
  return inputRequired({
    inputRequests: { [key]: form('Please confirm', { ok: { type: 'boolean' } }, ['ok']) },
    requestState: (await states.ask(stateOf(round))).token,
  })
}

const SCHEMA_2020 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object' as const,
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
}

const RESOURCES: readonly Resource[] = [
  { uri: 'test://static-text', name: 'static text', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static binary', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'watched', mimeType: 'text/plain' },
]
const TEMPLATE = /^test:\/\/template\/([^/]+)\/data$/

function readResource(uri: string): TextResourceContents | BlobResourceContents | null {
  if (uri === 'test://static-text' || uri === 'test://watched-resource') {
    const words = 'This is the content of the static text resource.'
    return { uri, mimeType: 'text/plain', text: words }
  }
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: PIXEL }
  const [, id] = TEMPLATE.exec(uri) ?? []
  if (id === undefined) return null
  const data = { id, templateTest: true, data: `Data for ID: ${id}` }
  return { uri, mimeType: 'application/json', text: JSON.stringify(data) }
}

type Message = GetPromptResult['messages'][number]
const user = (part: Message['content']): Message => ({ role: 'user', content: part })

const PROMPTS: Readonly<Record<string, readonly [string[], (given: Given) => readonly Message[]]>> =
  {
    test_simple_prompt: [
      [],
      () => [user({ type: 'text', text: 'This is a simple prompt for testing.' })],
    ],
    test_prompt_with_arguments: [
      ['arg1', 'arg2'],
      ({ arg1, arg2 }) => [
        user({ type: 'text', text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
      ],
    ],
    test_prompt_with_embedded_resource: [
      ['resourceUri'],
      ({ resourceUri }) => [
        user({
          type: 'resource',
          resource: {
            uri: String(resourceUri),
            mimeType: 'text/plain',
            text: 'Embedded resource content for testing.',
          },
        }),
        user({ type: 'text', text: 'Please process the embedded resource above.' }),
      ],
    ],
    test_prompt_with_image: [
      [],
      () => [
        user({ type: 'image', data: PIXEL, mimeType: 'image/png' }),
        user({ type: 'text', text: 'Please analyze the image above.' }),
      ],
    ],
    test_input_required_result_prompt: [[], () => []],
  }

/** Parley's own backend with the fixtures beside it; everything else stays as it is served to people. */
export function withFixtures(backend: Backend): Backend {
  return {
    ...backend,
    async listTools(exchange) {
      const { tools } = await backend.listTools(exchange)
      const own = Object.keys(TOOLS).map((name) => ({
        name,
        description: 'A fixture of the conformance suite',
        inputSchema:
          name === 'json_schema_2020_12_tool' ? SCHEMA_2020 : { type: 'object' as const },
      }))
      return { tools: [...tools, ...own] }
    },
    async callTool(parameters, exchange) {
      const tool = TOOLS[parameters.name]
      return tool === undefined
        ? backend.callTool(parameters, exchange)
        : tool(parameters.arguments ?? {}, exchange)
    },
    async listResources(exchange) {
      const { resources } = await backend.listResources(exchange)
      return { resources: [...resources, ...RESOURCES] }
    },
    async readResource(uri, exchange) {
      const found = readResource(uri)
      return found === null ? backend.readResource(uri, exchange) : { contents: [found] }
    },
    async listPrompts(exchange) {
      const { prompts } = await backend.listPrompts(exchange)
      const own = Object.entries(PROMPTS).map(([name, [given]]) => ({
        name,
        description: 'A fixture of the conformance suite',
        arguments: given.map((one) => ({ name: one, required: true })),
      }))
      return { prompts: [...prompts, ...own] }
    },
    async getPrompt(parameters, exchange) {
      if (parameters.name === 'test_input_required_result_prompt') return askInPrompt(exchange)
      const prompt = PROMPTS[parameters.name]
      if (prompt === undefined) return backend.getPrompt(parameters, exchange)
      return { messages: [...prompt[1](parameters.arguments ?? {})] }
    },
    async complete(parameters, exchange) {
      const { ref } = parameters
      const isFixture =
        ref.type === 'ref/prompt' ? ref.name in PROMPTS : ref.uri.startsWith('test://')
      return isFixture ? { completion: { values: [] } } : backend.complete(parameters, exchange)
    },
  }
}

function askInPrompt(exchange: Exchange): GetPromptResult | InputRequiredResult {
  const answer = content(exchange, 'user_context')
  if (answer !== null) {
    return { messages: [user({ type: 'text', text: `Context: ${String(answer['context'])}` })] }
  }
  const properties = { context: { type: 'string' } }
  return inputRequired({
    inputRequests: {
      user_context: form('What context should the prompt use?', properties, ['context']),
    },
  })
}
