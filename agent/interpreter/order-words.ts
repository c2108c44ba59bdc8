// Orders understood by their words rather than their order: a verb first, and nothing behind it but what belongs to it.

import type { CommandOperation } from './command-patterns.ts'
import { type PhraseSet, phraseSet, splitWords, withoutLeads } from './phrases.ts'

interface OrderWords {
  readonly operation: CommandOperation
  /** Verbs that say it alone. */
  readonly clear: PhraseSet
  /** Verbs that say it only with one of `signs`. */
  readonly loose: PhraseSet
  readonly signs: ReadonlySet<string>
  /** Words that may stand behind without changing what is asked. */
  readonly fillers: ReadonlySet<string>
  readonly version: 'needed-when-loose' | 'never'
}

const words = (text: string): ReadonlySet<string> => new Set(splitWords(text))

const COMMON_FILLERS = `the a an my our your its their this that it them one ones model models classifier regressor predictor thing please pls now right
  away again for me us good of from in on at to too as well also then thanks thank you entirely completely fully altogether
  permanently immediately today just everyone everybody here parley and called named whole entire`

const ORDERS: readonly OrderWords[] = [
  {
    operation: 'promote_version',
    clear: phraseSet(
      'roll back|rollback|revert|go back|step back|fall back|downgrade|roll|undo|reverse|back out|back off|roll forward|switch back|change back|move back|flip back|turn back|return|bring back|put back|take back',
    ),
    loose: phraseSet(
      `use|serve|activate|make|set|put|switch|move|bring|return|restore|reinstate|promote|want|have|let|get|take|run|deploy|redeploy|publish|pin|point|flip|
      upgrade|update|change|go|i want|we want|i need|we need|i would like|we would like|select|choose|pick|prefer|send|route|direct|shift|lock|replace|exchange|substitute|start|release|reactivate|turn|swap|give me|
      should use|must use|should run|should serve|should be|should go|must go|needs to go|has to go|shall use|ought to use|should be on|should be running`,
    ),
    signs: words('#'),
    fillers:
      words(`${COMMON_FILLERS} back by with onto into over live production current active default version versions up online running be being
      serving use using which is was were deployment release update upgrade change deploy latest last most recent newest previous
      earlier step steps instead until further notice rather than go goes run runs serves uses state where had before should old former prior promotion forward what we how things been answer answers respond handle requests traffic calls receive endpoint api official main used`),
    version: 'needed-when-loose',
  },
  {
    operation: 'undeploy_model',
    clear: phraseSet(
      `undeploy|un deploy|unpublish|un publish|deactivate|disable|decommission|retire|unserve|unhost|unlist|suspend|sunset|withdraw|unload|mothball|shutter`,
    ),
    loose: phraseSet(
      `take|pull|bring|shut|turn|switch|power|put|get|set|make|stop|remove|knock|spin|yank|have|let|close|wind|pause|halt|hide|freeze|drop|i want|we want|
      i need|we need|i would like|we would like`,
    ),
    signs: words('down off offline unavailable inactive undeployed unpublished stopped disabled'),
    fillers:
      words(`${COMMON_FILLERS} down off offline line out service production serving running hosting rotation air endpoint api endpoints be being
      taken while bit moment until further notice temporarily server live deployed unavailable inactive undeployed unpublished
      stopped disabled answering requests public any more anymore`),
    version: 'never',
  },
  {
    operation: 'delete_model',
    clear: phraseSet(
      'delete|erase|destroy|purge|wipe|obliterate|trash|discard|nuke|scrap|get rid of|throw away|throw out|bin|eliminate|dispose of|do away with|clean out|permanently delete|completely remove|permanently remove|fully delete',
    ),
    loose: phraseSet(
      'remove|drop|take|clear|clean|kick|i want|we want|i need|we need|i would like|chuck|throw|toss',
    ),
    signs: words(
      'registry list gone deleted removed permanently forever system catalogue catalog disk store database good out',
    ),
    fillers:
      words(`${COMMON_FILLERS} all versions version every with including everything about along registry list system server disk store
      database catalogue catalog parley forever gone deleted removed out away off there be files file`),
    version: 'never',
  },
  {
    operation: 'deploy_model',
    clear: phraseSet(
      'redeploy|re deploy|republish|reactivate|re enable|reenable|relaunch|revive|reinstate|resurrect|undelete|bring back|put back',
    ),
    loose: phraseSet(
      'deploy|serve|publish|host|launch|start|enable|activate|resume|restore|bring|put|take|turn|switch|get|make|set|have|let|i want|we want|i need|we need|i would like|we would like|spin|fire|go',
    ),
    signs: words(
      'back up online live on available deployed served running again production active',
    ),
    fillers:
      words(`${COMMON_FILLERS} back up online live on line into production service available deployed served running be use
      active everyone public again latest newest endpoint api accessible`),
    version: 'never',
  },
]

export interface WordOrder {
  readonly operation: CommandOperation
  /** The marks of models (`@0`), and of a version (`#0`), as they stand in the clause. */
  readonly models: string
  readonly version: string | null
  readonly pointed: boolean
}

const POINTERS = words('it this that them')
const SUBJECT_FIRST =
  /^(?:(?:the|my|our) )?(?<subject>@\d+)(?: model)? (?<rest>(?:should|must|shall|needs to|has to|ought to) .+)$/

/** `form` is a clause without what is polite before and behind it. */
export function readWordOrder(form: string): WordOrder | null {
  for (const order of ORDERS) {
    const subject =
      order.operation === 'promote_version' ? SUBJECT_FIRST.exec(form)?.groups : undefined
    const text = subject?.['rest'] ?? form
    const found = matchOrder(order, text, subject?.['subject'] ?? '')
    if (found !== null) return found
  }
  return null
}

function matchOrder(order: OrderWords, form: string, subject: string): WordOrder | null {
  const said = splitWords(form)
  const clear = afterVerb(said, order.clear)
  const rest = clear ?? afterVerb(said, order.loose)
  if (rest === null) return null
  const models = rest.filter((word) => word.startsWith('@'))
  const versions = rest.filter((word, at) => isVersion(word, rest[at - 1]))
  const [version = null, secondVersion] = versions
  if (secondVersion !== undefined || (order.version === 'never' && version !== null)) return null
  const known = rest.every(
    (word, at) => word.startsWith('@') || isVersion(word, rest[at - 1]) || order.fillers.has(word),
  )
  if (!known) return null
  const hasSign = order.signs.has('#')
    ? version !== null
    : rest.some((word) => order.signs.has(word))
  if (clear === null && !hasSign) return null
  if (version === null && order.operation === 'promote_version' && BRINGS_BACK.test(form))
    return null
  const goesBack = order.operation === 'promote_version' && GOES_BACK.test(form)
  const pointed = rest.some((word) => POINTERS.has(word))
  const object = `${subject} ${models.join(' ')}`.trim()
  if (object === '' && !pointed && version === null && !goesBack) return null
  return { operation: order.operation, models: object, version, pointed: object === '' && pointed }
}

/** Without a version these bring a model back, not a version of it. */
const BRINGS_BACK = /^(?:bring|put|take) back\b/
/** "switch back": the model is the one spoken of. */
const GOES_BACK = /^(?:switch|change|move|flip|turn|go|roll) back\b/

/** "back to 2": a bare number is a version only behind such a word. */
const isVersion = (word: string, before: string | undefined) =>
  word.startsWith('#') ||
  (word === 'NUM' && (VERSION_BEFORE.has(before ?? '') || before?.startsWith('@') === true))

const VERSION_BEFORE = words('to on onto at')

/** What stands behind the verb, the longest one that fits; null where none does. */
function afterVerb(said: readonly string[], verbs: PhraseSet): readonly string[] | null {
  const stages = withoutLeads(said, verbs)
  return stages[1] ?? null
}
