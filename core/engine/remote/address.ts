// Where a model on another inference server lives, and whether this Parley may connect there at all.

import { fail, type Outcome, succeed } from '#core/errors.ts'

export interface RemoteAddress {
  /** `http://triton:8000`, as it stands in the list of those that are allowed. */
  readonly origin: string
  /** Up to the version where one is named: `http://triton:8000/v2/models/churn/versions/2`. */
  readonly url: string
  readonly model: string
  /** null follows what the server itself takes for the newest. */
  readonly version: string | null
}

const MAX_URL_LENGTH = 2_048
/** An ingress may put a path of its own in front. */
const MODEL_PATH = /^(?:\/[^/]+)*?\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?\/?$/
const TRAILING_SLASH = /\/$/

/**
 * The list is the operator's: nothing outside it is ever connected to, whatever a person or a stored version names, so
 * that no address inside a network can be probed through Parley.
 */
export function parseRemoteAddress(
  text: string,
  allowed: readonly string[],
): Outcome<RemoteAddress> {
  const url = text.length <= MAX_URL_LENGTH && URL.canParse(text) ? new URL(text) : null
  const path = url === null ? null : MODEL_PATH.exec(url.pathname)
  if (
    url === null ||
    path === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    `${url.username}${url.password}${url.search}${url.hash}` !== ''
  ) {
    return refuse(
      'The address of a remote model looks like http://host:8000/v2/models/NAME or …/NAME/versions/2.',
    )
  }
  if (!allowed.includes(url.origin)) return refuse(notAllowed(url.origin, allowed))
  const [, model = '', version = null] = path
  return succeed({
    origin: url.origin,
    url: `${url.origin}${url.pathname.replace(TRAILING_SLASH, '')}`,
    model: decoded(model),
    version: version === null ? null : decoded(version),
  })
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The others are not listed: who may deploy need not know what else there is inside. */
function notAllowed(origin: string, allowed: readonly string[]): string {
  const none = allowed.length === 0 ? 'none is named there yet' : 'it is not among them'
  return `This Parley connects only to inference servers that PARLEY_REMOTE_ENGINES names, and ${none}. Ask whoever runs it to add ${origin}.`
}

function refuse(message: string): Outcome<never> {
  return fail('invalid_input', message, [{ path: 'remote', message: 'cannot be used' }])
}
