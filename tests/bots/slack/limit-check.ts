// Holds a request against the limits that Slack publishes for messages, blocks and views; numbers written again on purpose.

type Json = Record<string, unknown>

export function problemsOf(method: string, args: Json): string[] {
  const problems: string[] = []
  const complain = (text: string) => problems.push(`${method}: ${text}`)
  const blocks = listOf(args['blocks'])
  if (blocks.length > 50) complain(`${blocks.length} blocks`)
  if (textOf(args['text']).length > 4_000) complain('text too long')
  if (textOf(args['markdown_text']).length > 12_000) complain('markdown_text too long')
  checkBlocks(blocks, complain)
  const markdown = blocks.reduce(
    (sum, block) => sum + (block['type'] === 'markdown' ? textOf(block['text']).length : 0),
    0,
  )
  if (markdown > 12_000) complain('all markdown together is too long')
  const prompts = listOf(args['prompts'])
  if (prompts.length > 4) complain(`${prompts.length} prompts`)
  const view = args['view']
  if (isRecord(view)) checkView(view, complain)
  if (
    method === 'chat.startStream' &&
    (!args['thread_ts'] || !args['recipient_user_id'] || !args['recipient_team_id'])
  )
    complain('recipient or thread missing')
  if (['chat.postMessage', 'chat.postEphemeral'].includes(method) && textOf(args['text']) === '')
    complain('no fallback text')
  return problems
}

function checkView(view: Json, complain: (text: string) => void): void {
  const blocks = listOf(view['blocks'])
  if (blocks.length > 100) complain(`${blocks.length} blocks in a view`)
  if (plainOf(view['title']).length > 24) complain('title of a view')
  if (textOf(view['private_metadata']).length > 3_000) complain('private_metadata')
  checkBlocks(blocks, complain)
}

function checkBlocks(blocks: readonly Json[], complain: (text: string) => void): void {
  const ids = blocks.map((block) => block['block_id']).filter((id) => id !== undefined)
  if (new Set(ids).size !== ids.length) complain('a block_id twice')
  const actionIds = blocks
    .flatMap((block) => listOf(block['elements']).map((one) => one['action_id']))
    .filter((id) => id !== undefined)
  if (new Set(actionIds).size !== actionIds.length) complain('an action_id twice')
  for (const block of blocks) checkBlock(block, complain)
}

function checkBlock(block: Json, complain: (text: string) => void): void {
  switch (block['type']) {
    case 'markdown':
      if (!within(textOf(block['text']), 12_000)) complain('markdown')
      return
    case 'section': {
      const fields = listOf(block['fields'])
      if (fields.length > 10 || fields.some((field) => !within(textOf(field['text']), 2_000)))
        complain('fields')
      if (fields.length === 0 && !within(plainOf(block['text']), 3_000)) complain('section')
      return
    }
    case 'context': {
      const elements = listOf(block['elements'])
      if (elements.length === 0 || elements.length > 10) complain('context')
      return
    }
    case 'actions':
      checkActions(listOf(block['elements']), complain)
      return
    case 'data_table':
      checkTable(block, complain)
      return
    case 'input':
      checkInput(block, complain)
      return
    default:
      complain(`a block of type ${textOf(block['type'])}`)
  }
}

function checkActions(elements: readonly Json[], complain: (text: string) => void): void {
  if (elements.length === 0 || elements.length > 25) complain(`${elements.length} elements`)
  for (const button of elements) {
    if (!within(plainOf(button['text']), 75)) complain('text of a button')
    if (textOf(button['value']).length > 2_000) complain('value of a button')
  }
}

function checkTable(block: Json, complain: (text: string) => void): void {
  const rows = Array.isArray(block['rows']) ? block['rows'].map(listOf) : []
  if (rows.length < 2 || rows.length > 101) complain(`${rows.length} rows`)
  const widths = new Set(rows.map((row) => row.length))
  if (widths.size !== 1) complain('rows of different lengths')
  if ((rows[0]?.length ?? 0) > 20 || rows[0]?.length === 0) complain('columns')
  if (textOf(block['caption']) === '') complain('no caption')
  const texts = rows.flat().map((cell) => textOf(cell['text']))
  if (texts.some((text) => text === '')) complain('an empty cell')
  if (texts.reduce((sum, text) => sum + text.length, 0) > 10_000) complain('characters of a table')
}

function checkInput(block: Json, complain: (text: string) => void): void {
  if (!within(plainOf(block['label']), 2_000)) complain('label')
  const element = isRecord(block['element']) ? block['element'] : {}
  const options = listOf(element['options'])
  if (element['type'] === 'static_select' && (options.length === 0 || options.length > 100))
    complain('options')
  for (const option of options) {
    if (!within(plainOf(option['text']), 75) || !within(textOf(option['value']), 150))
      complain('an option')
  }
  if (plainOf(element['placeholder']).length > 150) complain('placeholder')
}

const within = (text: string, limit: number) => text.length > 0 && text.length <= limit
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const plainOf = (value: unknown) => (isRecord(value) ? textOf(value['text']) : '')
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isRecord) : [])
