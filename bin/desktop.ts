// What a desktop client starts in the bundle: settings that its person left empty are taken out, then it is `parley`.

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

if (import.meta.main) {
  process.argv = [...filledWords(process.argv)]
  for (const [name, value] of Object.entries(filledEnvironment(process.env))) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  await import('./parley.ts')
}
