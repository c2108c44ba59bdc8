// Who sends an HTTP request: the holder of the key it carries, or the person at this machine.

import type { Principal } from '#core/operations/operation.ts'
import type { Keyring, PrincipalAnswer } from './keyring.ts'

/** Also without a key behind it (an unset variable in a script), or with a key and no scheme; not a proxy's own Basic. */
const MEANS_A_KEY = /^bearer(?: |$)|^parley_/i
const BEARER = /^bearer */i

/** null where a key is needed and none that works was sent. */
export type RequestPrincipals = (request: { readonly headers: Headers }) => PrincipalAnswer

/** A key that was sent decides, also where none is needed: a wrong one never falls back to the person at the machine. */
export function createRequestPrincipals(options: {
  readonly keyring: Pick<Keyring, 'principalOf'>
  /** Who asks without a key; null where everybody needs one. */
  readonly local: Principal | null
  readonly surface: Principal['surface']
}): RequestPrincipals {
  const { keyring, local, surface } = options
  return ({ headers }) => {
    const authorization = headers.get('authorization')
    if (authorization === null || !MEANS_A_KEY.test(authorization)) return local
    return keyring.principalOf(authorization.replace(BEARER, ''), surface)
  }
}
