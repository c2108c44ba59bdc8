// What a downloaded file is called: the server's word for it, else the end of its address.

const QUOTED = /filename="([^"]{1,255})"/i
const PLAIN = /filename=([^;\s"]{1,255})/i
const ENCODED = /filename\*=utf-8''([^;\s]{1,700})/i
const NOT_IN_NAMES = /[\p{C}/\\]+/gu
const MAX_NAME_LENGTH = 255

/** A bare name without folders or control characters; `download` where nothing tells. */
export function fileNameOf(disposition: string | undefined, url: URL): string {
  const encoded = ENCODED.exec(disposition ?? '')?.[1]
  const given =
    (encoded === undefined ? undefined : decode(encoded)) ??
    QUOTED.exec(disposition ?? '')?.[1] ??
    PLAIN.exec(disposition ?? '')?.[1] ??
    decode(url.pathname.split('/').at(-1) ?? '')
  const name = (given ?? '').replace(NOT_IN_NAMES, '_').slice(0, MAX_NAME_LENGTH).trim()
  return name === '' || name === '.' || name === '..' ? 'download' : name
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
