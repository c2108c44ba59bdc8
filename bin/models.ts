// `parley models pull`: fetches the models that a config names, ahead of the time when they are needed.

import { parseArgs } from 'node:util'
import type { Failure } from '#core/errors.ts'
import { preparePair, readChoice, TRANSFORMERS_CONFIG } from '#models/positive-phrases/choice.ts'
import type { ExampleOptions } from './example.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { firstSentence } from './keys.ts'
import { createModelCache } from './ports.ts'

export const MODELS_HELP = [
  'Fetches models of Transformers, with their graph in ONNX, so that no network is needed later.',
  '',
  'Usage: parley models pull [--config FILE]',
  '',
  '  --config FILE    Which models, as for parley example positive-phrases --config FILE; without it',
  '                   distilroberta-base and distilbert-base-uncased-finetuned-sst-2-english',
  '',
  'A FILE is JSON: {"fill_mask": {"model": "distilroberta-base"}, "sentiment": {"model": "./my-folder"}}.',
  'A model is a name on the Hugging Face hub or a folder; "file" names its graph, "revision" a commit or branch.',
  'They are kept in models in PARLEY_DATA. HF_ENDPOINT is another address of the hub, HF_TOKEN opens private models.',
].join('\n')

/** Returns the process's exit code. */
export async function runModels(
  words: readonly string[],
  { configuration, terminal, signal }: ExampleOptions,
): Promise<number> {
  const wish = readWords(words)
  if ('problem' in wish) {
    terminal.complain(`${wish.problem}\n\nparley models --help shows how it is called.`)
    return EXIT.usage
  }
  const complain = ({ failure }: { readonly failure: Failure }): number => {
    terminal.clearProgress()
    terminal.complain(failure.message)
    return exitCodeOf(failure.code)
  }
  try {
    const choice = await readChoice(wish.config)
    if (!choice.ok) return complain(choice)
    const pair = await preparePair(choice.value, wish.config, {
      modelCache: createModelCache(configuration),
      fetch,
      say: (line) => terminal.print(line),
      work: { signal, progress: (progress) => terminal.progress(progress) },
    })
    if (!pair.ok) return complain(pair)
    terminal.clearProgress()
    for (const origin of pair.value.origins) terminal.print(origin)
    terminal.print(`\nReady. Deploy them: parley example positive-phrases --config ${wish.config}`)
    return EXIT.done
  } catch (error) {
    if (!signal.aborted) throw error
    terminal.complain('Stopped. What has come is kept; run it again to go on.')
    return EXIT.interrupted
  }
}

/** What was typed, or the sentence that says what is wrong with it. */
function readWords(
  words: readonly string[],
): { readonly config: string } | { readonly problem: string } {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { config: { type: 'string' } },
      allowPositionals: true,
      strict: true,
    })
    const [verb, stray] = positionals
    if (verb !== 'pull') {
      return { problem: 'parley models knows one word: pull. parley list shows what is deployed.' }
    }
    if (stray !== undefined) {
      return { problem: `I do not know what "${stray}" is for; name models in a config.` }
    }
    return { config: values.config ?? TRANSFORMERS_CONFIG }
  } catch (error) {
    return { problem: firstSentence(error) }
  }
}
