// A model that suggests phrases: a step that fills a blank, a step that hears sentiment, and the rules between them.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import {
  CONFIG_FILE,
  type LanguageArchive,
  readArchive,
  readConfig,
  sha256Of,
} from '#core/language/language-archive.ts'
import { filesOfStep, type SuggestionSettings } from '#core/language/language-config.ts'
import { type OpenedLanguageModel, openLanguageModel } from '#core/language/open-language-model.ts'
import { type PhraseSuggestion, type PhraseWishes, suggestPhrases } from './rank-phrases.ts'
import { makeRules } from './search-phrases.ts'

export interface PhraseModel {
  readonly settings: SuggestionSettings
  /** `wishes` are complete; `halves` is the text before and after its blank. */
  suggest(
    halves: readonly [string, string],
    wishes: PhraseWishes,
  ): Promise<readonly PhraseSuggestion[]>
}

type OpenedPhrases = Extract<OpenedLanguageModel, { task: 'fill_mask' }>

/** What does not depend on a text is made here, once. */
export function createPhraseModel({ config, filler, sentiment }: OpenedPhrases): PhraseModel {
  const rules = makeRules(filler, config)
  return {
    settings: config,
    suggest: (halves, wishes) => suggestPhrases({ rules, sentiment }, halves, wishes),
  }
}

export interface FolderModel extends PhraseModel {
  /** `1-` and the first 12 hex digits of the sha256 of config.json, which names the hash of every other file. */
  readonly modelVersion: string
  /** Frees native memory; after the last run has ended. */
  close(): Promise<void>
}

/** `unavailable` names the file that is missing or is not what config.json says; nothing is loaded then. */
export async function openPhraseFolder(folder: string): Promise<Outcome<FolderModel>> {
  const archive = await readLanguageFolder(folder)
  if (!archive.ok) return archive
  const { config, sha256 } = archive.value
  const opened = await openLanguageModel(archive.value, null)
  if (!opened.ok) return opened
  if (opened.value.task !== 'fill_mask') {
    await opened.value.close()
    return fail('unavailable', `${config.name} fills no blanks.`)
  }
  const { close } = opened.value
  const modelVersion = `1-${sha256.slice(0, 12)}`
  return succeed({ ...createPhraseModel(opened.value), modelVersion, close })
}

export interface LanguageFolder extends LanguageArchive {
  readonly configBytes: Uint8Array
  /** Of config.json. */
  readonly sha256: string
}

/** A language model that lies unpacked in a folder. */
export async function readLanguageFolder(folder: string): Promise<Outcome<LanguageFolder>> {
  const said = await readFile(join(folder, CONFIG_FILE)).catch(() => null)
  if (said === null) return fail('unavailable', 'The models for phrases have no config.json.')
  const configBytes = new Uint8Array(said)
  const config = readConfig(configBytes)
  if (!config.ok) return fail('unavailable', config.failure.message)
  const found = new Map([[CONFIG_FILE, configBytes]])
  for (const path of config.value.steps.flatMap(filesOfStep)) {
    const bytes = await readFile(join(folder, path)).catch(() => null)
    if (bytes !== null) found.set(path, new Uint8Array(bytes))
  }
  const archive = readArchive(found)
  if (!archive.ok) return fail('unavailable', archive.failure.message)
  return succeed({ ...archive.value, configBytes, sha256: sha256Of(configBytes) })
}
