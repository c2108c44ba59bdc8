// Takes out the settings of a desktop bundle that its person left empty, before anything relies on them.

import { homedir } from 'node:os'

/** Clients write the setting's own name where nothing was filled in, and may leave `${HOME}` in defaults. */
const UNFILLED = /^\$\{user_config\.\w+\}$/
const HOME = '$' + '{HOME}'

export function filledWords(words: readonly string[]): readonly string[] {
  return words.filter((word) => !UNFILLED.test(word)).map((word) => word.replace(HOME, homedir()))
}

export function filledEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const entries = Object.entries(environment).map(([name, value]) => [
    name,
    value === undefined || UNFILLED.test(value) ? undefined : value.replace(HOME, homedir()),
  ])
  return Object.fromEntries(entries)
}
