// How people order something done: one table of whole-clause patterns for every operation that changes something.

import type { OperationName } from '#core/operations/operation.ts'
import { phraseSet, splitWords, withoutLeads, withoutTails } from './phrases.ts'

export type CommandOperation = Extract<
  OperationName,
  'deploy_model' | 'undeploy_model' | 'delete_model' | 'promote_version'
>

export interface CommandPattern {
  readonly operation: CommandOperation
  readonly pattern: RegExp
}

/**
 * What may stand before the verb without changing what is asked. Anything else there (another subject, "if", "do not",
 * a question word) means that nobody is giving an order. Sorted by length when compiled.
 */
const LEADS = phraseSet(`
  please|pls|plz|kindly|ok|okay|alright|all right|right|yes|yeah|yep|sure|fine|good|great|perfect|cool|now|then|
  so|and|and now|and then|also|just|actually|well|hey|hi|hello|parley|oh|oh no|hmm|and please|please do|
  then please|first|next|finally|instead|better|rather|maybe|perhaps|anyway|thanks|thank you|go ahead and|
  go on and|go and|go|let us|let us now|i say|time to|it is time to|be so kind as to|be so kind and|
  feel free to|do me a favour and|do me a favor and|can you|could you|would you|will you|can we|could we|
  can you please|could you please|would you please|would you kindly|would you be able to|
  would you be so kind as to|would it be possible to|is it possible for you to|you can|you may|you should|
  you could|you must|i want to|i want you to|we want to|we want you to|i would like to|i would like you to|
  we would like to|we would like you to|i would love to|i would love for you to|i would love you to|i need to|
  i need you to|we need to|we need you to|i have to|we have to|i must|we must|i wish to|
  i would appreciate it if you could|i am trying to|i am going to|i will|help me|help me to|help us|help us to|
  try to|make sure to|remember to|i would prefer to|i would rather|my wish is to|next step is to|
  what i want is to|all i want is to|i think you should|i think we should|we should|
  it would be great if you could|it would be nice if you could`)

/** "Would you mind taking it down?": the verb that follows has its -ing. */
const MINDS = phraseSet(
  'would you mind|do you mind|how about|consider|i suggest|i propose|would you mind please',
)

/** What may stand behind without changing anything. */
const TAILS = phraseSet(`
  please|pls|plz|now|right now|right away|immediately|at once|asap|today|for now|for the moment|for good|for me|
  for us|forever|permanently|completely|entirely|totally|altogether|fully|again|once more|instead|too|as well|
  also|then|thanks|thank you|thx|cheers|will you|would you|could you|can you|if you can|if you could|
  if you do not mind|if possible|if you would|if you please|ok|okay|already|quickly|real quick|first|
  temporarily|for a while|until further notice|until i say so|online|live|parley|mate|buddy|and that is it|
  that is all|everyone|for everyone|from here|from parley|from the registry|from the list|from the server|
  from the system|from my models|from the catalogue|from the catalog`)
/** A reason changes nothing about the order. */
const REASON =
  / (?:because|since|as (?:it|we|i|they|nobody|no one)|so (?:that|we|i|it|they)|which|until we|until i) .*$/

/** The clause as a pattern may see it: with fewer and fewer words before and behind. */
export function bareForms(text: string): readonly string[] {
  const forms = new Set<string>()
  for (const whole of [text, text.replace(REASON, '')]) {
    for (const tailed of withoutTails(splitWords(whole), TAILS)) {
      for (const led of withoutLeads(tailed, LEADS)) {
        for (const minded of withoutLeads(led, MINDS)) forms.add(minded.join(' '))
      }
    }
  }
  return [...forms]
}

/** The clause with less and less that is polite before the verb. */
export function leadForms(text: string): readonly string[] {
  return withoutLeads(splitWords(text), LEADS).flatMap((led) =>
    withoutLeads(led, MINDS).map((minded) => minded.join(' ')),
  )
}

/** Without anything polite before the verb. */
export function withoutLead(text: string): string {
  const led = withoutLeads(splitWords(text), LEADS).at(-1) ?? []
  return (withoutLeads(led, MINDS).at(-1) ?? []).join(' ')
}

const DETERMINER =
  '(?:(?:the|my|our|your|this|that|a|an|old|whole|entire|current|existing|deployed|live|trained|registered|called|named) )*'
const NOUN = 'model|one|classifier|regressor|predictor|service|thing|api|endpoint|ml model'
/** A known model. */
const MODEL = `${DETERMINER}(?:(?:model|classifier) (?:called |named )?)?@\\d+(?: (?:${NOUN}))*`
/** A word that points to what was spoken of. */
const POINTER = `(?:(?:the|this|that) (?:model|one|thing|classifier)|it|this|that|them)(?: (?:model|one|thing))?`
const OBJECT = `(?<object>(?:${MODEL}|${POINTER})(?: and ${MODEL})*)`
const VERSION =
  '(?:(?:the|its|their|our|my|his) )*(?:model )?(?<version>#\\d+|NUM)(?: (?:one|version))?'

/** Verbs of "take it off line" and the like; `ing` forms stand for the gerund behind "would you mind". */
const SILENT_E = /e$/
const gerunds = (verb: string) =>
  `${verb}|${verb.replace(SILENT_E, '')}ing|${verb}${verb.at(-1) ?? ''}ing`
const VERB = (verbs: string) => `(?:${verbs.split('|').map(gerunds).join('|')})`

const VERB_PLACE = /VERB\(([^)]*)\)/g

const compile = (operation: CommandOperation, patterns: readonly string[]): CommandPattern[] =>
  patterns.map((pattern) => {
    const body = pattern
      .replace(VERB_PLACE, (_, verbs: string) => VERB(verbs))
      .replace('OBJECT', OBJECT)
      .replace('VERSION', VERSION)
    return {
      operation,
      pattern: new RegExp(`^(?:${body})$`),
    }
  })

const OFF =
  '(?:down|off|offline|off line|out of service|out of production|out of rotation|off the air|off production|from production|off the grid|off the api|out of action)'
const BACK_UP =
  '(?:up|online|on|live|on line|into production|in production|into service|in service|to life|into use|on the air|available)'
const TO = '(?:to|onto|on to|on|at|into)'
const LIVE_AS =
  '(?:(?:the |as the |as )?(?:live|current|active|default|production|serving|main)(?: (?:one|version|model))?)'

export const COMMAND_PATTERNS: readonly CommandPattern[] = [
  ...compile('promote_version', [
    `VERB(use|promote|activate|restore|serve|run|deploy|redeploy|take|pick|select|choose|prefer|reactivate|release|publish|want|bring|put) (?:back )?VERSION (?:of|for|from|on|in) OBJECT(?: (?:back|back up|live|online|in production|as ${LIVE_AS}))?`,
    `VERB(use|promote|activate|restore|serve|deploy|redeploy|reactivate|release|publish|run) OBJECT(?: ${TO})? VERSION(?: (?:live|to production|${TO} production))?`,
    `VERB(promote|activate|restore|serve|use|deploy|redeploy|reactivate|publish) VERSION(?: (?:again|live|to production|${TO} production|as ${LIVE_AS}))?`,
    `go (?:with|for) VERSION(?: (?:of|for|from|on) OBJECT)?`,
    `VERB(roll back|rollback|roll|revert|downgrade|reset|go back|step back|fall back)(?: (?:with|on|for))? OBJECT(?: back)?(?: ${TO}| by)? VERSION`,
    `VERB(roll back|rollback|revert|downgrade|reset|go back|step back|fall back)(?: ${TO}| by)? VERSION(?: (?:of|for|on|with|in) OBJECT)?`,
    `VERB(roll back|rollback|revert|downgrade|go back with|step back with|undo) OBJECT`,
    `VERB(roll|step|move|go|set|turn|switch) OBJECT back`,
    `VERB(switch|change|set|move|turn|bring|put|return|revert|restore|roll|reset|take|point|upgrade|update|downgrade|flip|get|make|have|let) OBJECT (?:back |over )?(?:${TO} |use |run |serve |using )?VERSION(?: live)?`,
    `VERB(switch|change|move|return|go|revert|get)(?: back)? ${TO} VERSION(?: (?:of|for|on|with|in) OBJECT)?`,
    `VERB(make|set|put|bring|get|mark|declare|have) VERSION(?: (?:of|for|from|on) OBJECT)?(?: back)? ${LIVE_AS}(?: (?:again|of OBJECT))?`,
    `VERB(make|set|put|bring|get|mark) VERSION (?:of|for|from|on) OBJECT (?:back )?(?:go )?(?:live|${BACK_UP})`,
    `(?:roll back|rollback|go back|revert)`,
    `(?:a )?(?:roll back|rollback) (?:of|for) OBJECT(?: to VERSION)?`,
    `OBJECT (?:back )?to VERSION`,
    `VERSION of OBJECT (?:back )?(?:live|online)`,
    `(?:do|perform|make|trigger|start|initiate|need|i need|we need|i want|we want) an? (?:roll back|rollback)(?: (?:of|for|on) OBJECT)?(?: to VERSION)?`,
    `OBJECT needs (?:an? (?:roll back|rollback)|to be rolled back|rolling back|to go back)(?: to VERSION)?`,
    `(?:can|could) VERSION (?:of|for) OBJECT be (?:restored|promoted|activated|made live|put back|reactivated|deployed|used)(?: again)?`,
    `VERSION (?:of|for) OBJECT (?:should|must|shall|ought to|needs to) (?:be|go|become) (?:the )?(?:live|active|current|default|used|promoted|activated)(?: one| version| again)?`,
    `back (?:to|on|onto) VERSION(?: (?:of|for) OBJECT)?`,
    `roll forward OBJECT(?: to VERSION)?`,
  ]),
  ...compile('undeploy_model', [
    `VERB(undeploy|unpublish|un deploy|un publish|deactivate|disable|suspend|pause|retire|withdraw|unserve|unload|unlist|decommission|halt|stop|sunset|park|unhost) OBJECT`,
    `VERB(take|pull|bring|shut|turn|switch|power|spin|knock|close|put|get|set|make|wind) OBJECT (?:back )?${OFF}`,
    `VERB(take|pull|bring|shut|turn|switch|power|spin|close) ${OFF} OBJECT`,
    `VERB(pull|unplug|ground) OBJECT(?: (?:out|from production|from serving|from service))?`,
    `VERB(stop|cease|end|quit) (?:serving|running|hosting|exposing|deploying|offering|publishing|using|answering with) OBJECT`,
    `VERB(remove|withdraw|retire|pull) OBJECT from (?:service|production|serving|the api|the server|deployment|use|live)`,
    `VERB(put|set|make) OBJECT (?:inactive|unavailable|private|to sleep|on hold|not live)`,
    `VERB(delete|remove|kill|close|drop|stop|shut down) the endpoint (?:of|for) OBJECT`,
    `(?:undeploy|unpublish)`,
    `OBJECT (?:undeploy|offline|off line)`,
  ]),
  ...compile('delete_model', [
    `VERB(delete|remove|erase|destroy|drop|wipe|purge|trash|discard|nuke|scrap|bin|eliminate|del|rm|obliterate|dump|clear) OBJECT`,
    `VERB(get) rid of OBJECT`,
    `getting rid of OBJECT`,
    `VERB(throw|chuck|toss) (?:away|out) OBJECT`,
    `VERB(throw|chuck|toss|wipe|clear) OBJECT (?:away|out)`,
    `VERB(wipe|clear) (?:out|off) OBJECT`,
    `(?:delete|remove)`,
    `OBJECT delete`,
  ]),
  ...compile('deploy_model', [
    `VERB(deploy|redeploy|re deploy|serve|publish|republish|host|launch|relaunch|start|restart|enable|re enable|reenable|activate|reactivate|resume|restore|expose|release|revive|undelete) OBJECT(?: (?:back|back up))?`,
    `VERB(bring|put|take|get|turn|switch|set|spin|start|fire) OBJECT (?:back )?${BACK_UP}`,
    `VERB(bring|put|turn|switch|spin|fire) (?:back )?(?:up|online|on) OBJECT`,
    `VERB(bring|put|get) back OBJECT(?: ${BACK_UP})?`,
    `VERB(bring|put|get) OBJECT back`,
    `VERB(make) OBJECT (?:live|available|online|active|accessible|public)`,
    `VERB(start|resume) (?:serving|hosting|running|deploying|using) OBJECT`,
    `go live with OBJECT`,
    `OBJECT (?:redeploy|deploy|back online|online)`,
  ]),
]

/** Verbs of these operations wherever they stand: enough to see that one is spoken of, never to run it. */
export const COMMAND_VERBS: readonly { operation: CommandOperation; pattern: RegExp }[] = [
  {
    operation: 'undeploy_model',
    pattern:
      /\b(?:undeploy|unpublish|deactivat|decommission)\w*|\b(?:tak(?:e|en|ing)|pull(?:ed|ing)?|shut(?:ting)?) .*\b(?:offline|off line|down)\b/,
  },
  {
    operation: 'delete_model',
    pattern:
      /\b(?:delet(?:e|es|ed|ing)|remov(?:e|es|ed|ing)|eras(?:e|ed|ing)|get(?:ting)? rid of|wip(?:e|ed|ing)|purg(?:e|ed|ing))\b/,
  },
  {
    operation: 'promote_version',
    pattern:
      /\b(?:roll(?:s|ed|ing)? .*back|rollback|roll back|promot(?:e|es|ed|ing)|revert(?:s|ed|ing)?)\b/,
  },
  {
    operation: 'deploy_model',
    pattern:
      /\b(?:re)?deploy(?:s|ed|ing|ment)?\b|\bpublish\w*|\bupload(?:s|ed|ing)?\b|\b(?:get|put|bring) .*\b(?:online|live|into production)\b/,
  },
]
