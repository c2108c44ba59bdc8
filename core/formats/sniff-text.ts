// Recognises text files that people upload in place of a model: pages, pointers, tables, scripts.

import { WHAT_IS_READ } from './supported.ts'

/** `certain` where nothing else begins like that; otherwise it may still be a protocol 0 pickle. */
export interface SniffedText {
  readonly message: string
  readonly certain: boolean
}

const HEAD_BYTES = 4096

/** Openings that settle what a text is. A comment or docstring may come first, but one only: repeated, they would backtrack. */
const OPENINGS: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  {
    pattern: /^version https:\/\/git-lfs\.github\.com\//,
    message:
      'This is a Git LFS pointer, not the model itself: the repository was downloaded without its large files. Run `git lfs pull`, or download the file itself, and upload that.',
  },
  {
    pattern: /^\s*<\?xml[\s\S]*<PMML|^\s*<PMML/,
    message: 'This is a PMML model, which Parley does not read. Export the model to ONNX instead.',
  },
  {
    pattern: /^\s*(<!--[\s\S]*?-->\s*)?<(!doctype html|html|head|body|title|script|div)\b/i,
    message:
      'This is an HTML page, not a model: the download probably led to a web page. Download the file itself (the “raw” link) and upload that.',
  },
  {
    pattern: /^\s*<\?xml/,
    message: `This is an XML document, no model that Parley reads. ${WHAT_IS_READ}`,
  },
  {
    pattern: /^\s*\{[\s\S]*"cells"\s*:[\s\S]*|^\s*\{\s*"nbformat/,
    message: 'This is a Jupyter notebook, no model. Save the fitted model with pickle or joblib.',
  },
  {
    pattern:
      /^\s*(#[^\n]*\n\s*)*("""[\s\S]*?"""\s*)?(#!.*python|(import|from) [a-zA-Z_][\w.]*|def \w+\(|class \w+)/,
    message:
      'This is Python source code, no model, and Parley never runs code. Save the fitted model with pickle or joblib and upload that file.',
  },
]

const JSON_START = /^\s*[[{]/
const UTF8 = new TextDecoder('utf-8', { fatal: true })
/** Code points below a space that text does hold: tab, newlines, form feed, escape. */
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b])
const SEPARATORS = [',', ';', '\t', '|'] as const

/** What a text file is, or null where the bytes are no text. */
export function sniffText(bytes: Uint8Array): SniffedText | null {
  const text = decodeHead(bytes)
  if (text === null) return null
  const opening = OPENINGS.find(({ pattern }) => pattern.test(text))
  if (opening !== undefined) return { message: opening.message, certain: true }
  if (text.trim() === '') {
    return { message: 'This file holds only blank space. Upload it again.', certain: true }
  }
  if (JSON_START.test(text)) {
    return { message: `This is a JSON file, but no XGBoost model. ${WHAT_IS_READ}`, certain: false }
  }
  if (isTable(text)) {
    return {
      message:
        'This is a table (CSV), no model: data to predict belongs to a batch prediction. Upload the fitted model itself.',
      certain: true,
    }
  }
  return { message: `This is a text file, no model. ${WHAT_IS_READ}`, certain: false }
}

/** The beginning as text; a character cut in half at its end does not count. */
function decodeHead(bytes: Uint8Array): string | null {
  const whole = bytes.length <= HEAD_BYTES
  for (const cut of whole ? [0] : [0, 1, 2, 3]) {
    try {
      const text = UTF8.decode(bytes.subarray(0, Math.min(bytes.length, HEAD_BYTES) - cut))
      return isPlainText(text) ? text : null
    } catch {
      // Not whole characters up to here; try with fewer bytes.
    }
  }
  return null
}

function isPlainText(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code < 0x20 && !TEXT_CONTROLS.has(code)) return false
  }
  return true
}

/** Two lines or more with the same number of columns. */
function isTable(text: string): boolean {
  const lines = text.split('\n').slice(0, 3)
  const [header, second] = lines
  if (header === undefined || second === undefined || second.trim() === '') return false
  return SEPARATORS.some((separator) => {
    const columns = header.split(separator).length
    return columns > 1 && second.split(separator).length === columns
  })
}
