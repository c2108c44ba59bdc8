// What a model may be called, and how a version is written on the wire.

/** Safe in a URL, a file name and a command line alike; 63 characters fit a DNS label. */
export const MODEL_NAME_PATTERN = /^[a-z0-9][a-z0-9_-]{0,62}$/

const SEPARATORS = /[_-]+/g

export function isModelName(name: string): boolean {
  return MODEL_NAME_PATTERN.test(name)
}

/** `house_price` → `House price`, for a model that nobody has called anything yet. */
export function titleFromName(name: string): string {
  const words = name.replace(SEPARATORS, ' ').trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}

/** `3-1a2b3c4d5e6f`: number and first 12 hex digits of the ONNX artifact's sha256. */
export function formatModelVersion(number: number, artifactSha256: string): string {
  return `${number}-${artifactSha256.slice(0, 12)}`
}
