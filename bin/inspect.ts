// `parley inspect`: shows what a file holds without registering or running anything.

import { basename } from 'node:path'
import { createModelReader, type InspectionResult } from '#core/formats/reader.ts'
import { neededWords } from '#core/operations/describe-model-answer.ts'
import type { Block } from '#core/presentation/blocks.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export const INSPECT_HELP = [
  'Shows what a file holds: its format, the objects in it, and the model that Parley would deploy.',
  'Nothing is registered, and nothing in the file is executed.',
  '',
  'Usage: parley inspect FILE [--json]',
].join('\n')

export async function inspect(
  words: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const json = words.includes('--json')
  const paths = words.filter((word) => !word.startsWith('-'))
  const [path] = paths
  if (words.includes('--help') || words.includes('-h')) {
    terminal.print(INSPECT_HELP)
    return EXIT.done
  }
  if (path === undefined || paths.length > 1) {
    terminal.complain(INSPECT_HELP)
    return EXIT.usage
  }
  const file = Bun.file(path)
  if (!(await file.exists())) {
    terminal.complain(`There is no file "${path}" here.`)
    return EXIT.notFound
  }
  const reader = createModelReader()
  try {
    const outcome = await reader.inspect(
      { bytes: await file.bytes(), fileName: basename(path) },
      signal,
    )
    if (!outcome.ok) {
      terminal.complain(outcome.failure.message)
      return exitCodeOf(outcome.failure.code)
    }
    terminal.print(
      json
        ? JSON.stringify(outcome.value, null, 2)
        : renderInspection(basename(path), outcome.value),
    )
    return outcome.value.model === null ? EXIT.unreadableFile : EXIT.done
  } finally {
    await reader.close()
  }
}

/** Facts that the class list and the table of features already tell. */
const SHOWN_ELSEWHERE: readonly string[] = ['classes', 'features']

function renderInspection(
  fileName: string,
  { format, objects, model, problem }: InspectionResult,
): string {
  const blocks: Block[] = [
    { kind: 'text', text: objects.map((object) => `  ${object}`).join('\n') },
  ]
  if (model !== null) {
    const { signature, facts } = model
    blocks.push({
      kind: 'fields',
      title: 'The model Parley would deploy',
      items: [
        { label: 'class', value: model.modelClass },
        {
          label: 'library',
          value: [model.library, model.libraryVersion].filter((part) => part !== null).join(' '),
        },
        { label: 'task', value: signature.task },
        ...(model.objective === null ? [] : [{ label: 'objective', value: model.objective }]),
        ...(signature.classes === undefined
          ? []
          : [{ label: 'classes', value: signature.classes.join(', ') }]),
        ...Object.entries(facts)
          .filter(([label]) => !SHOWN_ELSEWHERE.includes(label))
          .map(([label, value]) => ({ label, value: String(value) })),
      ],
    })
    blocks.push({
      kind: 'table',
      title: signature.namesKnown ? 'Features' : 'Features (the file holds no names)',
      columns: [{ label: 'name' }, { label: 'type' }, { label: 'needed' }],
      rows: signature.inputs.map((field) => [field.name, field.type, neededWords(field)]),
    })
    for (const warning of model.warnings)
      blocks.push({ kind: 'notice', tone: 'warning', text: warning })
  }
  if (problem !== null) blocks.push({ kind: 'notice', tone: 'error', text: problem })
  return renderPlainText({ text: `${fileName}: ${format}`, blocks })
}
