// Programs that ask a model's endpoint, ready to paste: curl, Python, TypeScript.

import type { Scalar } from '#core/model.ts'
import { curlSnippet } from '#core/operations/example-row.ts'

export type SnippetLanguage = 'curl' | 'python' | 'typescript'

export interface Snippet {
  readonly language: SnippetLanguage
  readonly label: string
  readonly text: string
}

type Example = Readonly<Record<string, Scalar>>

/** `address` is the whole URL of the endpoint. */
export function snippetsFor(address: string, example: Example): readonly Snippet[] {
  return [
    { language: 'curl', label: 'curl', text: curlSnippet('', address, example) },
    { language: 'python', label: 'Python', text: python(address, example) },
    { language: 'typescript', label: 'TypeScript', text: typescript(address, example) },
  ]
}

/** The standard library alone, so that it runs wherever Python does. */
function python(address: string, example: Example): string {
  return `import json, urllib.request

features = ${pythonDictionary(example)}
request = urllib.request.Request(
    ${JSON.stringify(address)},
    data=json.dumps(features).encode(),
    headers={"Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as response:
    print(json.load(response))`
}

const PYTHON_WORDS: Readonly<Record<string, string>> = {
  true: 'True',
  false: 'False',
  null: 'None',
}

function pythonDictionary(example: Example): string {
  const rows = Object.entries(example).map(([name, value]) => {
    const json = JSON.stringify(value)
    const literal = typeof value === 'string' ? json : (PYTHON_WORDS[json] ?? json)
    return `    ${JSON.stringify(name)}: ${literal},`
  })
  return `{\n${rows.join('\n')}\n}`
}

function typescript(address: string, example: Example): string {
  return `const response = await fetch(${JSON.stringify(address)}, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(${JSON.stringify(example, null, 2).replaceAll('\n', '\n  ')}),
})
console.log(await response.json())`
}
