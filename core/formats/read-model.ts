// The whole way from a file's bytes to ONNX and a signature, without I/O; runs in the reading process.

import { toOnnx } from '#core/graph/to-onnx.ts'
import { fittedRows } from '#core/pipeline/fitted-rows.ts'
import { classNamesBeside, featureNamesBeside, preparationWarning } from './companions.ts'
import { decompress } from './decompress.ts'
import type { ModelDescription } from './description.ts'
import { factsOf, summarise } from './facts.ts'
import { type FoundModel, findModel } from './find-model.ts'
import { FormatError } from './format-error.ts'
import { describeLanguageFile } from './language/describe-language.ts'
import { describeLightgbmFile } from './lightgbm/describe-lightgbm.ts'
import { type Budget, MAX_FILE_BYTES, megabytes } from './limits.ts'
import { readLookupTable } from './lookup-table.ts'
import { nameObject } from './name-object.ts'
import { describeOnnxFile } from './onnx/describe-onnx.ts'
import { type PickleFile, readPickleFile } from './pickle-file.ts'
import { describePickled } from './pickled-model.ts'
import type { InspectionResult, ReadModelResult } from './reader.ts'
import { type SignatureHints, signatureOf } from './signature.ts'
import { describeCodec, type Sniffed, sniff, type XgboostEncoding } from './sniff.ts'
import { withAccepted, withLookup } from './with-lookup.ts'
import { describeXgboostFile } from './xgboost/describe-xgboost.ts'

/** A file taken apart as far as its kind needs; `format` is how people call that kind. */
type OpenedFile =
  | { readonly kind: 'pickle'; readonly format: string; readonly file: PickleFile }
  | { readonly kind: 'xgboost'; readonly format: string; readonly bytes: Uint8Array }
  | { readonly kind: 'onnx'; readonly format: string; readonly bytes: Uint8Array }
  | { readonly kind: 'lightgbm'; readonly format: string; readonly bytes: Uint8Array }
  | { readonly kind: 'language'; readonly format: string; readonly bytes: Uint8Array }

const ENCODING_TITLES: Readonly<Record<XgboostEncoding, string>> = {
  ubjson: 'XGBoost UBJSON',
  json: 'XGBoost JSON',
  binary: 'XGBoost binary',
}

/**
 * `table` is the CSV that `hints.lookup` tells how to read. Throws FormatError with the offset in the file, or in the
 * unpacked content where it was compressed.
 */
export function readModelFile(
  bytes: Uint8Array,
  hints: SignatureHints,
  budget: Budget,
  table: Uint8Array = NO_TABLE,
): ReadModelResult {
  const described = describeOpened(openFile(bytes, budget), hints, budget)
  return convert(withColumns(described, hints, table), hints)
}

const NO_TABLE = new Uint8Array(0)

/** With the table and the columns that requests may carry. */
function withColumns(
  description: ModelDescription,
  { lookup, accept = [] }: SignatureHints,
  table: Uint8Array,
): ModelDescription {
  if (lookup !== undefined) {
    return withLookup(description, readLookupTable(table, lookup), accept)
  }
  return accept.length === 0 ? description : withAccepted(description, accept)
}

/** What a file holds; a problem with it is part of the answer, not an error. */
export function inspectModelFile(bytes: Uint8Array, budget: Budget): InspectionResult {
  let opened: OpenedFile
  try {
    opened = openFile(bytes, budget)
  } catch (error) {
    const problem = problemOf(error)
    return { format: formatOf(sniff(bytes)), objects: [], model: null, problem }
  }
  const { format } = opened
  const objects =
    opened.kind === 'pickle' ? opened.file.objects.map(({ value }) => nameObject(value)) : []
  try {
    const description = describeOpened(opened, {}, budget)
    const { onnx: _, background: __, ...model } = convert(description, {})
    return { format, objects: [...objects, summarise(description)], model, problem: null }
  } catch (error) {
    return { format, objects, model: null, problem: problemOf(error) }
  }
}

function openFile(bytes: Uint8Array, budget: Budget): OpenedFile {
  if (bytes.length > MAX_FILE_BYTES) {
    throw new FormatError(
      `This file is larger than ${megabytes(MAX_FILE_BYTES)}, the largest that Parley reads.`,
      0,
      'too_large',
    )
  }
  const sniffed = sniff(bytes)
  if (sniffed.kind !== 'compressed') return openPlain(bytes, sniffed, '', budget)
  const content = decompress(bytes, sniffed.codec, budget)
  const inner = sniff(content)
  if (inner.kind === 'compressed') {
    throw new FormatError(
      'This file is compressed twice. Unpack it once and upload what comes out.',
      0,
      'unsupported_file',
    )
  }
  return openPlain(content, inner, describeCodec(sniffed.codec), budget)
}

function openPlain(
  bytes: Uint8Array,
  sniffed: Exclude<Sniffed, { kind: 'compressed' }>,
  codec: string,
  budget: Budget,
): OpenedFile {
  const suffix = codec === '' ? '' : ` (${codec})`
  switch (sniffed.kind) {
    case 'unsupported':
      throw new FormatError(
        codec === '' ? sniffed.message : `Unpacked with ${codec}: ${sniffed.message}`,
        0,
        'unsupported_file',
      )
    case 'pickle': {
      const file = readPickleFile(bytes, budget)
      return { kind: 'pickle', format: pickleFormat(file, codec), file }
    }
    case 'xgboost':
      return { kind: 'xgboost', format: `${ENCODING_TITLES[sniffed.encoding]}${suffix}`, bytes }
    case 'onnx':
      return { kind: 'onnx', format: `ONNX${suffix}`, bytes }
    case 'lightgbm':
      return { kind: 'lightgbm', format: `LightGBM text${suffix}`, bytes }
    case 'language':
      return { kind: 'language', format: `ZIP archive of a language model${suffix}`, bytes }
  }
}

function pickleFormat(file: PickleFile, codec: string): string {
  if (codec !== '') return `joblib (${codec})`
  const protocol = Math.max(...file.objects.map((object) => object.protocol))
  return file.joblib ? 'joblib' : `pickle protocol ${protocol}`
}

function describeOpened(
  opened: OpenedFile,
  hints: SignatureHints,
  budget: Budget,
): ModelDescription {
  switch (opened.kind) {
    case 'onnx':
      return describeOnnxFile(opened.bytes, hints)
    case 'xgboost':
      return describeXgboostFile(opened.bytes, hints, budget)
    case 'lightgbm':
      return describeLightgbmFile(opened.bytes, hints, budget)
    case 'language':
      return describeLanguageFile(opened.bytes, hints, budget)
    case 'pickle': {
      const values = opened.file.objects.map(({ value }) => value)
      return describeFound(findModel(values, budget), hints, budget)
    }
  }
}

/** Describes a pickled model, with the names that lie beside it where it has none and the person gave none. */
function describeFound(found: FoundModel, hints: SignatureHints, budget: Budget): ModelDescription {
  const first = describeRecord(found, hints, budget)
  const features =
    hints.features === undefined && !first.namesKnown
      ? featureNamesBeside(found, first.inputs.length)
      : null
  const classes =
    hints.classes === undefined && first.classes !== null && areCodes(first.classes)
      ? classNamesBeside(found, first.classes.length)
      : null
  const described =
    features === null && classes === null
      ? first
      : describeRecord(
          found,
          { ...hints, ...(features && { features }), ...(classes && { classes }) },
          budget,
        )
  const warning = preparationWarning(found)
  return warning === null ? described : { ...described, warnings: [...described.warnings, warning] }
}

function describeRecord(
  found: FoundModel,
  hints: SignatureHints,
  budget: Budget,
): ModelDescription {
  return describePickled(found.record, hints, budget)
}

/** Class names that are only their own numbers, as XGBoost gives them since 1.6. */
function areCodes(classes: readonly string[]): boolean {
  return classes.every((name, index) => name === String(index))
}

function convert(description: ModelDescription, hints: SignatureHints): ReadModelResult {
  if (description.inputs.length === 0) {
    throw new FormatError('This model takes no features, so there is nothing to predict from.', 0)
  }
  const signature = signatureOf(description, hints)
  const { onnx, binding } = toOnnx(description)
  const { predictor, inputs } = description
  const background = predictor.kind === 'pipeline' ? fittedRows(predictor.predictor, inputs) : null
  return {
    onnx,
    binding,
    signature,
    library: description.library,
    libraryVersion: description.libraryVersion,
    modelClass: description.modelClass,
    objective: description.objective,
    warnings: description.warnings,
    facts: factsOf(description),
    ...(background !== null && { background }),
  }
}

function formatOf(sniffed: Sniffed): string {
  switch (sniffed.kind) {
    case 'pickle':
      return 'pickle'
    case 'compressed':
      return `compressed (${describeCodec(sniffed.codec)})`
    case 'xgboost':
      return ENCODING_TITLES[sniffed.encoding]
    case 'onnx':
      return 'ONNX'
    case 'lightgbm':
      return 'LightGBM text'
    case 'language':
      return 'ZIP archive of a language model'
    case 'unsupported':
      return 'no model file'
  }
}

function problemOf(error: unknown): string {
  if (error instanceof FormatError) return error.message
  throw error
}
