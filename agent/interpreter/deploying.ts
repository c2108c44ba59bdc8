// Understands requests to deploy a file: sent before, with or after the words, from a sample, or still to come.

import { nameFromFile } from '#core/operations/naming.ts'
import type { KnownModel } from '../language.ts'
import { leadForms, withoutLead } from './command-patterns.ts'
import { MAX_ORDER_CHARACTERS, modelsIn } from './commands.ts'
import { type DeployDetails, readDetails, readNames, readPurpose } from './deploy-details.ts'
import { type Context, filesAtHand, type KnownFile } from './memory.ts'
import { isNegated, isReported, moodOf } from './mood.ts'
import { isCovered, phraseSet, splitWords } from './phrases.ts'
import { ask, type Plan, type PlannedCall, run, say } from './plan.ts'
import type { Clause, MessageReading } from './reading.ts'
import { askFile, forbidden } from './replies.ts'
import { wordsOf } from './vocabulary.ts'

const THING =
  '(?:it|this|that|these|them|both|all|one|@\\d+|QUOTE|(?:[\\w@#]+ )*?(?:model|models|pickle|pickles|pkl|file|files|classifier|regressor|predictor|joblib|onnx|attachment|upload|booster|xgboost|version)s?)'
const DEPLOY_PATTERNS: readonly RegExp[] = [
  /^(?:deploy|redeploy|publish|host|serve|launch|ship|productioni[sz]e|release|expose|onboard)\b(?! (?:metrics|history|status))/,
  new RegExp(
    `^(?:register|upload|load|import|add|submit|share|provide|install|give you|hand over|send|store|save|drop) (?:in |up )?(?:[\\w@]+ )?${THING}\\b`,
  ),
  /^(?:put|get|bring|take|push|set|move|turn|have) .*\b(?:live|online|up|into production|in production|into service|to production|on line|deployed|served|running|hosted|published)\b/,
  /^(?:make|create|build|give me|give us|set up|spin up|stand up|expose|open|i get|get me|get) (?:an|a|the|me an|me a|up an|us an|us a) (?:\w+ )?(?:endpoint|api|service|url|web service)\b/,
  /^(?:turn|make|convert|wrap) .* (?:into|in|to) an? (?:\w+ )?(?:endpoint|api|service)\b/,
  /^(?:make) (?:it|this|that|this model|the model|my model|this file|.* model) (?:live|available|callable|public|accessible|online|an endpoint|an api)\b/,
  /^go live\b/,
  /^(?:i|we) (?:want|need|would like|wish) (?:to have |to see )?(?:this|it|that|these|the (?:attached )?(?:model|file)|my (?:\w+ ){0,3}model)(?: one| model| file)? (?:to be |to go )?(?:deployed|served|live|online|hosted|published|in production|up)\b/,
  /^live with (?:this|it)\b/,
  /^(?:update|replace|upgrade|refresh|overwrite) .*@\d+.* (?:with|by|using|to) (?:this|it|the|my|our)\b/,
  /^(?:this|it|the (?:attached )?(?:file|model)) (?:replaces|updates|supersedes|is (?:the|a) (?:new|newer|next|better|updated|retrained)(?: version of)?) (?:the |our |my )?@\d+/,
  /^use (?:this|it|the (?:attached|new) \w+)(?: one| file| model)? (?:for|as) (?:the |our |my )?@\d+/,
  /^(?:try|use|load|open|start|run|play with|give me|show me|add|get)(?: out)? (?:[\w@]+ ){0,4}(?:sample|samples|demo|demos)\b/,
  /^(?:try|use|load|open|start|run|play with|give me|show me|add|get)(?: out)? (?:[\w@]+ ){0,3}examples? (?:[\w@]+ ){0,2}models?\b/,
]
/** Wishes told as facts: "I have a model to deploy", "my model is ready for deployment". */
const WISH_PATTERNS: readonly RegExp[] = [
  /\b(?:i|we) (?:have|got|have got|trained|just trained|built|made|finished) .*\b(?:model|pickle|pkl|classifier|file|joblib)\b.*\b(?:deploy|online|live|production|endpoint|serve|host|upload|publish|use here|share)\b/,
  /\b(?:can|could|may|how about) (?:i|we) (?:now )?(?:deploy|upload|add|register|publish|host|serve|bring)\b.*\b(?:model|pickle|pkl|file|classifier|one|my)\b/,
  /\b(?:need|want|like|looking for|have|get) (?:an?|some|the) (?:\w+ )?(?:endpoint|api|url|web service)\b.*\b(?:model|pickle|pkl|file|classifier)\b/,
  /^(?:(?:i|we) )?(?:want|need|wish|would like|hoping|looking|let me|let us) (?:to )?(?:deploy|upload|put|add|host|publish|bring|serve|register|get)\b.*\b(?:model|pickle|pkl|file|classifier|regressor)\b/,
  /\bwhere (?:can|do|should) i (?:upload|drop|put|send) .*\b(?:model|file|pickle|pkl)\b/,
]
/** "Would you mind deploying this?" */
const GERUND = /\bmind (?:please )?(?:deploying|serving|hosting|publishing|uploading|launching)\b/
const HANDOVER =
  /^(?:(?:here|there) (?:it is|you go|you are|is (?:it|the file|the model|my model|my file|one|the pickle|a file|my pickle)|we go|they are)|(?:this is|it is|that is) (?:it|the (?:file|model|one)|my (?:file|model))|(?:done|uploaded|attached|sent|sent it|uploaded it|attached it|voila|tada|ta da|got it|there)|(?:the |my |a |see |please see )?(?:file|model|pickle|attachment|attached)(?: (?:is )?attached)?|see (?:the )?attach(?:ed|ment))$/
const NOT_LETTERS = /[^\p{L}\s]/gu
const HANDS_OVER =
  /^(?:here (?:is|are|comes)|this is|that is|attached(?: is| are)?|(?:please )?(?:find|see) attached|(?:i|we) (?:have )?(?:just )?(?:attached|uploaded|added|sent|trained|built|made)|(?:it is )?ready (?:to deploy|to be deployed|for deployment|to go live)|(?:call|name) (?:this|it)|(?:my|our|the|a) (?:\w+ ){0,4}(?:model|pickle|classifier|regressor|file|pkl))\b/
const FILLER_ONLY = phraseSet(
  'ok|okay|so|well|hi|hello|hey|please|pls|thanks|thank you|here|now|and|there|you go|sure|right|alright|good|great|yes|a lot|good morning|the',
)
const NEW_VERSION =
  /(?:\b|(?=#))(?:(?:new|next|newer|another|fresh|latest|updated|better) (?:version|release|revision)|version|update|replacement|#\d+) (?:of|for|to) (?:the |my |our )?@(?<first>\d+)|\b(?:replaces?|updates?|upgrades?|refresh(?:es)?|overwrites?|supersedes?) (?:the |my |our )?@(?<second>\d+)|\bas (?:the |a |an |our |my )?(?:new |next |latest |newest |#\d+ )?@(?<fourth>\d+)\b|^(?:deploy|use|put|push|publish|serve|release|register) (?:this|it|that|the file|the attached \w+|the new \w+)(?: \w+)? (?:over|onto|to|into|for|on|as) (?:the |my |our )?@(?<third>\d+)/

interface DeployRequest {
  readonly clause: Clause | null
  readonly details: DeployDetails
}

/** A plan where the message asks for a deployment of a file or a sample, else null. Models named alone are commands.ts's. */
export function planDeployment(reading: MessageReading, context: Context): Plan | null {
  const request = findRequest(reading)
  const sample = findSample(reading, context)
  if (sample !== null) return sample
  if (request === null) return planHandover(reading, context)
  const files = filesAtHand(context, 'model')
  const chosen = files.length > 0 ? files : context.fresh
  const details = withNewVersion(reading, request.details)
  const gathered = pendingDeployment(context)
  if (isHeldBack(reading)) {
    if (!STORES.test(request.clause?.text ?? '')) return forbidden('deploy_model', [])
    if (chosen.length > 0) return deployFiles(chosen, { ...gathered, ...details, deploy: false })
  }
  if (chosen.length > 0) return deployFiles(chosen, { ...gathered, ...details })
  const object = unknownObject(reading, request)
  if (object === 'known') return null
  return askFile({ ...gathered, ...details })
}

function findRequest(reading: MessageReading): DeployRequest | null {
  for (const clause of reading.clauses) {
    if (clause.text.length > MAX_ORDER_CHARACTERS) continue
    const mood = moodOf(clause, reading.clauses)
    if (mood !== 'order') {
      const wished = WISH_PATTERNS.some((pattern) => pattern.test(clause.text))
      if (mood === 'supposed' && wished) return { clause, details: readDetails(reading.text) }
      // "upload this without deploying it": forbidden is only the going live.
      const stored = mood === 'forbidden' && STORE_ONLY.test(withoutLead(clause.text))
      if (stored) return { clause, details: readDetails(reading.text) }
      continue
    }
    const rest = withoutLead(clause.text)
    const asked =
      leadForms(clause.text).some((form) =>
        DEPLOY_PATTERNS.some((pattern) => pattern.test(form)),
      ) ||
      WISH_PATTERNS.some((pattern) => pattern.test(clause.text)) ||
      isDesired(clause.text) ||
      GERUND.test(clause.text) ||
      rest
        .split(' and ')
        .slice(1)
        .some((half) => DEPLOY_PATTERNS[0]?.test(withoutLead(half)))
    if (asked) return { clause, details: readDetails(reading.text) }
  }
  return null
}

const DESIRE =
  /\b(?:i|we) (?:want|would like|need|wish|would love|am going|plan|hope|intend) (?:you )?to (?:have |get |see )?(?<rest>.+)$/

/** "register it but don't make it live": stored, and not deployed. */
const HELD_BACK =
  /\b(?:not|never|without|no need to|rather than|instead of)\b(?: \w+){0,3}? (?:deploy\w*|redeploy\w*|live|online|publish\w*|serv(?:e|ing)|active|activat\w*|production|launch\w*)\b|\bnot yet\b|\bjust (?:store|save|keep|register)\b/
const STORE_ONLY =
  /^(?:store|save|register|upload|import|add|load) (?:this|it|that|the \w+|my \w+)(?: \w+)? (?:without|but not|and not)\b/
const STORES = /\b(?:store|save|register|upload|import|add|keep|load|hold|park)\b/

const isHeldBack = (reading: MessageReading) => HELD_BACK.test(reading.whole)

const ELLIPTIC = /^(?:put|get|bring|take|make) (?:online|live|up|into production|available)/
const POSSESSED = /\b(?:my|our|a|an|another|new)\b(?: \w+)* @\d+/

/** "I have a pickle I want to put online". */
function isDesired(text: string): boolean {
  const rest = DESIRE.exec(text)?.groups?.['rest']
  if (rest === undefined) return false
  if (DEPLOY_PATTERNS.some((pattern) => pattern.test(rest))) return true
  return ELLIPTIC.test(rest)
}

const SAMPLE_WORD =
  /\b(?:sample|samples|demo|demos)\b|\bexamples? (?:[\w@]+ ){0,2}models?\b|\b(?:bundled|built in) (?:[\w@]+ )?models?\b/
const SAMPLE_DEED =
  /\b(?:try|deploy|load|use|play|start|open|run|show|give|get|install|add|want|see|launch|set up|take|begin)\b/

function findSample(reading: MessageReading, context: Context): Plan | null {
  if (!SAMPLE_WORD.test(reading.whole) || !SAMPLE_DEED.test(reading.whole)) return null
  if (isNegated(reading.whole) || isReported(reading.whole)) return null
  if (context.samples.length === 0 || context.fresh.length > 0) return null
  const words = reading.tokens.map(({ word }) => word)
  const named = context.samples.filter(({ name, title }) =>
    [name, title].some((called) => wordsOf(called).every((word) => words.includes(word))),
  )
  const [only] = named.length === 1 ? named : context.samples.length === 1 ? context.samples : []
  if (only !== undefined) return run('deploy_model', { sample: only.name })
  return say(
    'Which of the sample models would you like to try?',
    context.samples.map(({ name, title }) => ({
      label: title,
      message: `Try the sample ${name} model`,
    })),
  )
}

/** A file with no words, or with words that only hand it over. */
function planHandover(reading: MessageReading, context: Context): Plan | null {
  const files = context.fresh.filter((file) => file.kind === 'model')
  if (files.length === 0) return null
  const pending = context.state.pendingQuestion
  const gathered = pendingDeployment(context)
  const words = reading.whole
  const details = readDetails(reading.text)
  const handedOver =
    isFiller(words) ||
    reading.clauses.every((clause) => HANDOVER.test(withoutLead(clause.text))) ||
    isGivenOver(reading)
  const isAwaited = pending?.operation === 'deploy_model' && pending.field === 'upload'
  if (isAwaited && (handedOver || hasDetails(details))) {
    return deployFiles(files, { ...gathered, ...details })
  }
  if (!handedOver) return null
  const [file, another] = files
  if (file === undefined || another !== undefined) return null
  return replacesNothing(file, context)
    ? deployFiles(files, details)
    : askWhetherToDeploy(file, details, context)
}

/** Dropping a file is asking for its endpoint; only where a model of that name is served already, the person decides. */
function replacesNothing(file: KnownFile, context: Context): boolean {
  const name = nameFromFile(file.fileName)
  if (name === null || context.state.pendingConfirmation !== null) return false
  return context.models.every((model) => model.name !== name)
}

/** "here is my wine model": a file is handed over with its name, and nothing is asked or forbidden. */
function isGivenOver(reading: MessageReading): boolean {
  const [first] = reading.clauses
  if (first === undefined || reading.whole.includes('?') || isNegated(reading.whole)) return false
  return HANDS_OVER.test(withoutLead(first.text)) && !isReported(reading.whole)
}

const isFiller = (text: string) => {
  const words = splitWords(text.replace(NOT_LETTERS, ''))
  return words.length === 0 || isCovered(words, FILLER_ONLY)
}

const hasDetails = (details: DeployDetails) => Object.keys(details).length > 0

function askWhetherToDeploy(file: KnownFile, details: DeployDetails, context: Context): Plan {
  const known = context.models.find(({ name }) => name === nameFromFile(file.fileName))
  const question =
    known === undefined
      ? 'Shall I deploy it? You can also say “deploy it as …” with a name.'
      : `Shall I deploy it as the next version of ${known.name}?`
  return ask(
    'deploy_model',
    { upload: file.id, ...details },
    'confirm_upload',
    `I have ${file.fileName}. ${question}`,
    [{ label: 'Deploy it', message: 'Deploy it' }],
  )
}

function deployFiles(files: readonly KnownFile[], details: DeployDetails): Plan {
  const calls = files.map(
    (file): PlannedCall => ({
      operation: 'deploy_model',
      // A name or title is for one model; with several files each keeps its own.
      input: files.length === 1 ? { upload: file.id, ...details } : { upload: file.id },
    }),
  )
  return { kind: 'run', calls }
}

/** What was said before the file came: title, name, columns. */
function pendingDeployment(context: Context): DeployDetails {
  const pending = context.state.pendingQuestion
  if (pending?.operation !== 'deploy_model' || pending.field !== 'upload') return {}
  return pending.input
}

function withNewVersion(reading: MessageReading, details: DeployDetails): DeployDetails {
  const groups = NEW_VERSION.exec(reading.whole)?.groups
  const index = groups?.['first'] ?? groups?.['second'] ?? groups?.['third'] ?? groups?.['fourth']
  const [model] = index === undefined ? [] : modelsIn(reading, `@${index}`)
  if (model === undefined) return details
  const { title: _, ...rest } = details
  return { ...rest, name: model.name }
}

/** Without a file: whether the request names a model that is here (`known`), so that it means bringing that one back. */
function unknownObject(reading: MessageReading, request: DeployRequest): 'known' | 'new' {
  const named: readonly KnownModel[] =
    request.clause === null ? [] : modelsIn(reading, request.clause.text)
  const possessed = POSSESSED.test(request.clause?.text ?? '')
  return named.length > 0 && !possessed ? 'known' : 'new'
}

/** Answers to what a deployment asked: a name, a title, the columns of a model that has none. */
export function continueDeployment(reading: MessageReading, context: Context): Plan | null {
  const pending = context.state.pendingQuestion
  if (pending?.operation !== 'deploy_model') return null
  const details = { ...readPurpose(reading.text), ...readDetails(reading.text) }
  if (pending.field === 'features') {
    const features = details.features ?? answeredNames(reading.text)
    if (features === null) return null
    return run('deploy_model', { ...pending.input, features })
  }
  if (!hasDetails(details)) return null
  if (pending.field === 'upload') return askFile({ ...pending.input, ...details })
  return run('deploy_model', { ...pending.input, ...details })
}

const ANSWER_START =
  /^\s*(?:(?:they|these|those|it|the names?|names|that|the order|in order|its names|ok|sure|yes)\s*(?:are|is|'re|’re|would be|should be|go|were)?\s*(?:called|named)?\s*[:,]?\s+)?/i

/** "they are tenure, monthly_charges, total_charges": two names at least, so that a remark is not taken for one. */
function answeredNames(text: string): readonly string[] | null {
  const names = readNames(text.replace(ANSWER_START, ''))
  return names !== null && names.length > 1 ? names : null
}
