// Lists of names that people and exporters put into an ONNX file's metadata.

import type { OnnxFile } from './graph.ts'

/** The first key that holds a list of texts: JSON, or words with commas between them. */
export function textListOf(file: OnnxFile, keys: readonly string[]): readonly string[] | null {
  for (const key of keys) {
    const value = file.metadata.get(key)
    const list = value === undefined ? null : parseList(value)
    if (list !== null) return list
  }
  return null
}

function parseList(text: string): readonly string[] | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (!trimmed.startsWith('[')) return trimmed.split(',').map((part) => part.trim())
  try {
    const list: unknown = JSON.parse(trimmed)
    if (!Array.isArray(list)) return null
    return list.every((item) => typeof item === 'string' || typeof item === 'number')
      ? list.map(String)
      : null
  } catch {
    return null
  }
}
