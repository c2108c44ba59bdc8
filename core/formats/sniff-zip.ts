// Says what a ZIP archive is from the names in its directory; nothing in it is unpacked.

/** `PK\x01\x02` opens each entry of the central directory at the end of the file. */
const DIRECTORY_ENTRY = [0x50, 0x4b, 0x01, 0x02] as const
const NAME_LENGTH_AT = 28
const NAME_AT = 46
/** Directories of model archives are small; this is how far from the end their entries are looked for. */
const TAIL_BYTES = 1024 * 1024
const MAX_NAMES = 200

const KINDS: readonly { readonly matches: RegExp; readonly message: string }[] = [
  {
    matches: /(^|\/)(data\.pkl|constants\.pkl|code\/__torch__)/,
    message:
      'This is a PyTorch file, whose model needs its Python class to be run; Parley never runs anything in a file. Export it with torch.onnx.export and upload the .onnx file.',
  },
  {
    matches: /(^|\/)(model\.weights\.h5|saved_model\.pb|keras_metadata\.pb)$/,
    message:
      'This is a Keras (TensorFlow) model, which Parley does not read. Export it to ONNX (tf2onnx) and upload the .onnx file.',
  },
  {
    matches: /\.npy$/,
    message: 'This is a numpy archive (.npz) of arrays, no model. Upload the fitted model itself.',
  },
  {
    matches: /^xl\//,
    message: 'This is an Excel workbook, no model. Upload the fitted model itself.',
  },
  { matches: /^(word|ppt)\//, message: 'This is an Office document, no model file.' },
  {
    matches: /^schema\.json$/,
    message:
      'This is a skops file, which Parley does not read. Save the fitted model with pickle or joblib, or export it to ONNX.',
  },
  { matches: /\.class$/, message: 'This is a Java archive, no model that Parley reads.' },
]

/** A config.json at the top, or in the one folder there: of a language model, Parley's or one of Transformers. */
export function holdsLanguageModel(bytes: Uint8Array): boolean {
  const names = readNames(bytes)
  return (
    names.some((name) => LANGUAGE_CONFIG.test(name)) &&
    !KINDS.some(({ matches }) => names.some((name) => matches.test(name)))
  )
}

const LANGUAGE_CONFIG = /^(?:[^/]+\/)?config\.json$/

export function describeZip(bytes: Uint8Array): string {
  const names = readNames(bytes)
  const kind = KINDS.find(({ matches }) => names.some((name) => matches.test(name)))
  return kind?.message ?? 'This is a ZIP archive. Unpack it and upload the model file inside.'
}

function readNames(bytes: Uint8Array): readonly string[] {
  const names: string[] = []
  const tail = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const signature = Buffer.from(DIRECTORY_ENTRY)
  let at = tail.indexOf(signature, Math.max(0, tail.length - TAIL_BYTES))
  while (at !== -1 && at + NAME_AT <= tail.length && names.length < MAX_NAMES) {
    const length = tail.readUInt16LE(at + NAME_LENGTH_AT)
    names.push(tail.toString('utf8', at + NAME_AT, at + NAME_AT + length))
    at = tail.indexOf(signature, at + NAME_AT)
  }
  return names
}
