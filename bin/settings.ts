// What every group of settings is checked with.

import { fail, type Outcome } from '#core/errors.ts'

export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)
}

/** A setting that stops the start; the sentence names it. */
export function invalid(message: string): Outcome<never> {
  return fail('invalid_input', message)
}

const USER_INFO = /\/\/[^/@\s]*@/

/** An address as a sentence may show it: without the name and the password in front of its host. */
export function withoutPassword(address: string): string {
  return address.replace(USER_INFO, '//…@')
}
