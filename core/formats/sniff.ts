// Says what a file is from its first bytes, never from its name; for what is no model file, what to do instead.

import { type Codec, detectCodec } from './decompress.ts'
import { TEXT_MODEL_START } from './lightgbm/text-model.ts'
import { sniffText } from './sniff-text.ts'
import { describeZip, holdsLanguageModel } from './sniff-zip.ts'
import { WHAT_IS_READ } from './supported.ts'

export type XgboostEncoding = 'ubjson' | 'json' | 'binary'

/** What a file is. `unsupported` carries a sentence for the person who uploaded it. */
export type Sniffed =
  | { readonly kind: 'pickle' }
  | { readonly kind: 'compressed'; readonly codec: Codec }
  | { readonly kind: 'xgboost'; readonly encoding: XgboostEncoding }
  | { readonly kind: 'onnx' }
  | { readonly kind: 'lightgbm' }
  | { readonly kind: 'language' }
  | { readonly kind: 'unsupported'; readonly message: string }

const PROTO = 0x80
/** Higher numbers than today's 5 still look like a pickle, whose reader says which protocol it is. */
const PLAUSIBLE_PROTOCOL = 16

/** Files that begin with fixed bytes and are no model that Parley reads. */
const MAGICS: readonly {
  readonly bytes: string
  readonly at?: number
  readonly message: string
}[] = [
  { bytes: '\x89HDF\r\n\x1a\n', message: hdf5() },
  { bytes: 'PAR1', message: table('a Parquet table') },
  { bytes: 'ARROW1', message: table('an Arrow table') },
  { bytes: 'FEA1', message: table('a Feather table') },
  {
    bytes: '\x93NUMPY',
    message: 'This is a numpy array (.npy), no model. Upload the fitted model itself.',
  },
  {
    bytes: 'CBM1',
    message: notYet('a CatBoost model', 'model.save_model("model.onnx", format="onnx")'),
  },
  { bytes: 'TFL3', at: 4, message: notYet('a TensorFlow Lite model', 'tf2onnx') },
  { bytes: 'GGUF', message: 'This is a GGUF language model, which Parley does not serve.' },
  { bytes: '%PDF', message: 'This is a PDF document, no model file.' },
  { bytes: '\x89PNG', message: 'This is a PNG image, no model file.' },
  { bytes: '\xff\xd8\xff', message: 'This is a JPEG image, no model file.' },
  { bytes: 'GIF8', message: 'This is a GIF image, no model file.' },
  { bytes: '7z\xbc\xaf\x27\x1c', message: archive('7z') },
  { bytes: 'Rar!', message: archive('RAR') },
  { bytes: 'ustar', at: 257, message: archive('tar') },
  { bytes: '\x28\xb5\x2f\xfd', message: archive('Zstandard') },
  { bytes: 'SQLite format 3', message: 'This is an SQLite database, no model file.' },
  { bytes: '\x7fELF', message: 'This is a program, no model file.' },
  { bytes: 'MZ', message: 'This is a Windows program, no model file.' },
]

/** Protocols 0 and 1 have no magic: the openings that pickle writes, as latin-1. */
const EARLY_PICKLES: readonly RegExp[] = [
  // A class or function is named: `c` or `(i`, two lines.
  /^\(*[ci][A-Za-z_][\w.]*\n[A-Za-z_][\w.<>]*\n/,
  // An empty or marked container, remembered at once: `(dp0`, `(lp1`, `(p0`, `]q\0`, `}q\0`.
  /^\(*[dlt]?p\d+\n/,
  /^[\]})]q[\s\S]/,
  /^\([dlt][p.sat(cIFLSVNK\]})]/,
  // Plain values up to the end, or the start of a larger value.
  /^(I-?\d+|L-?\d+L?|F[-+.\deinfa]+)\n[.p]/,
  /^[SV][^\n]*\n(p\d+\n)?\.?/,
  /^(N|K[\s\S]|M[\s\S]{2}|J[\s\S]{4}|G[\s\S]{8})\.$/,
  /^U[\s\S]{2,257}?(q[\s\S])?\.$/,
  /^[XT][\s\S]{2}\0\0/,
  /^\([KMJGNXUI(\]}]/,
]
/** How much of the file the patterns above look at. */
const HEAD_BYTES = 600

export function sniff(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) return unsupported('This file is empty. Upload it again.')
  const [first, second] = bytes
  if (first === PROTO && second !== undefined && second <= PLAUSIBLE_PROTOCOL)
    return { kind: 'pickle' }
  const head = latin1(bytes.subarray(0, HEAD_BYTES))
  const magic = MAGICS.find((entry) => head.startsWith(entry.bytes, entry.at ?? 0))
  if (magic !== undefined) return unsupported(magic.message)
  if (head.startsWith('PK\x03\x04')) {
    return holdsLanguageModel(bytes) ? { kind: 'language' } : unsupported(describeZip(bytes))
  }
  const encoding = xgboostEncoding(bytes, head)
  if (encoding !== null) return { kind: 'xgboost', encoding }
  const codec = detectCodec(bytes)
  if (codec !== null) return { kind: 'compressed', codec }
  if (TEXT_MODEL_START.test(head)) return { kind: 'lightgbm' }
  const text = sniffText(bytes)
  if (text?.certain === true) return unsupported(text.message)
  if (EARLY_PICKLES.some((pattern) => pattern.test(head))) return { kind: 'pickle' }
  if (isOnnx(bytes)) return { kind: 'onnx' }
  if (text !== null) return unsupported(text.message)
  return unsupported(unknown(bytes))
}

/** What a file is called in `parley inspect`. */
export function describeCodec(codec: Codec): string {
  return codec === 'zfile' ? 'zlib, joblib 0.9 or older' : codec
}

function xgboostEncoding(bytes: Uint8Array, head: string): XgboostEncoding | null {
  if (head.startsWith('binf') || head.startsWith('CONFIG-offset:') || head.startsWith('bs64'))
    return 'binary'
  // UBJSON: an object whose first key has its length as a 64-bit integer.
  if (head.startsWith('{L\0\0\0\0')) return 'ubjson'
  if (JSON_START.test(head) && looksLikeXgboostJson(bytes)) return 'json'
  return isLegacyXgboost(bytes) ? 'binary' : null
}

const JSON_START = /^\s*\{\s*"/
const XGBOOST_JSON_KEY = /"(learner|gradient_booster|learner_model_param)"\s*:/
/** XGBoost writes its keys in alphabetical order, so `learner` comes first or after a short `Config`. */
const JSON_HEAD_BYTES = 64 * 1024

function looksLikeXgboostJson(bytes: Uint8Array): boolean {
  return XGBOOST_JSON_KEY.test(latin1(bytes.subarray(0, JSON_HEAD_BYTES)))
}

/** Learner parameters take 136 bytes; behind them the objective and the booster are written as counted strings. */
const LEGACY_PARAMETERS = 136
const LEGACY_OBJECTIVE = /^[a-z]+(:[a-z0-9_]+)?$/
const LEGACY_BOOSTER = /^(gbtree|dart|gblinear)$/

/** Before 1.1 the binary format had no magic at all; the two names at their places are as good. */
function isLegacyXgboost(bytes: Uint8Array): boolean {
  const objective = countedText(bytes, LEGACY_PARAMETERS)
  if (objective === null || !LEGACY_OBJECTIVE.test(objective)) return false
  const booster = countedText(bytes, LEGACY_PARAMETERS + 8 + objective.length)
  return booster !== null && LEGACY_BOOSTER.test(booster)
}

function countedText(bytes: Uint8Array, start: number): string | null {
  if (bytes.length < start + 8) return null
  const size = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(start, true)
  if (size === 0n || size > 64n || bytes.length < start + 8 + Number(size)) return null
  return latin1(bytes.subarray(start + 8, start + 8 + Number(size)))
}

/** A protobuf whose top-level fields are those of a ModelProto, a graph (7) and its operator sets (8) among them. */
function isOnnx(bytes: Uint8Array): boolean {
  let at = 0
  const seen = new Set<number>()
  for (let fields = 0; at < bytes.length && fields < MAX_TOP_FIELDS; fields += 1) {
    const tag = readVarint(bytes, at)
    if (tag === null) return false
    const field = tag.value >> 3
    const wire = tag.value & 7
    if (field < 1 || field > LAST_ONNX_FIELD || (wire !== 0 && wire !== 2)) return false
    const value = readVarint(bytes, tag.next)
    if (value === null) return false
    seen.add(field)
    at = wire === 0 ? value.next : value.next + value.value
    // A file cut off inside its graph is still an ONNX file, and its reader says that it is cut off.
    if (field === GRAPH_FIELD && wire === 2 && at >= bytes.length) return true
    if (at > bytes.length) return false
  }
  return seen.has(GRAPH_FIELD)
}

const GRAPH_FIELD = 7
const LAST_ONNX_FIELD = 26
/** Metadata entries are top-level fields; nobody writes thousands before the graph. */
const MAX_TOP_FIELDS = 4096

function readVarint(bytes: Uint8Array, start: number): { value: number; next: number } | null {
  let value = 0
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index]
    if (byte === undefined) return null
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, next: start + index + 1 }
  }
  return null
}

function unknown(bytes: Uint8Array): string {
  if (isAllZero(bytes)) {
    return 'This file holds only zero bytes: the transfer went wrong. Upload it again.'
  }
  return `This file is no model of a kind that Parley knows. ${WHAT_IS_READ}`
}

/** A plain loop: files of 100 MB of zeros are tested as well. */
function isAllZero(bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index += 1) if (bytes[index] !== 0) return false
  return true
}

function unsupported(message: string): Sniffed {
  return { kind: 'unsupported', message }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function hdf5(): string {
  return 'This is an HDF5 file, as Keras saves models (.h5). Parley does not read it: export the model to ONNX (tf2onnx) and upload the .onnx file.'
}

function table(what: string): string {
  return `This is ${what}, no model: data to predict belongs to a batch prediction. Upload the fitted model itself.`
}

function notYet(what: string, how: string): string {
  return `This is ${what}, which Parley does not read. Export it to ONNX (${how}) and upload the .onnx file.`
}

function archive(what: string): string {
  return `This is a ${what} archive. Unpack it and upload the model file inside.`
}
