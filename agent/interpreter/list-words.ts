// Questions for the list of models, understood by their words: every word belongs to such a question, and one makes it one.

import { splitWords } from './phrases.ts'

const words = (text: string): ReadonlySet<string> => new Set(splitWords(text))

const VOCABULARY =
  words(`what which who whats anything something everything whatever any all some is are am was do does did have has had having got
  you we i me us one there here the a an of in on at to for with from by can could would will may might should shall must
  like love want need wish please pls show list display see view look looking check give get tell let print enumerate name names browse
  overview catalogue catalog inventory index directory menu summary models model ones lot available live deployed online running
  registered loaded active up served serve serves serving hosted host hosting offer offers offered offering stock production registry store
  stored moment now right currently today already so far use used using try predict predicted predictions choose pick play run
  work works test query call ask disposal hand exist exists existing current my your our this system server place things stuff
  kinds kind sort sorts types type that these those just still also and hi hello hey ok okay new know knows full complete
  entire whole out possible many how number count thanks thank ready usable reachable published shelf repository repo library
  collection set around made else other others more again find present actually really exactly between among be being
  been endpoints endpoint apis api responding answering yet far sitting lying around good day morning parley not uploaded selection rundown glance roster lineup portfolio fleet zoo arsenal toolbox listing table inside remind forgot did again yet line up
  interested them ls dir working`)

/** Things that are listed. */
const THINGS = words('models model ones endpoints apis lot list listing overview rundown selection')
/** What a model may be, as only a list of them tells. */
const STATES =
  words(`deployed live available online running registered loaded active served hosted offered offer offering stock exist exists published
  serving hosting serve host production registry catalogue catalog inventory store stored repository library collection reachable uploaded
  disposal menu roster lineup portfolio fleet zoo arsenal toolbox`)
const QUESTION_WORDS =
  words(`what which who whats any anything something all everything list show see view give tell names overview how many display enumerate
  browse every is are do there have print name find check look let ls lot got`)
const DEEDS = words(
  'use try predict predicted choose pick play run test query call have got serve host offer know work ask see',
)
const OPEN = words('what which anything something everything whats whatever lot all stuff things')

export function asksForList(whole: string): boolean {
  const said = splitWords(whole).filter((word) => !MARK.test(word))
  if (said.length === 0 || !said.every((word) => VOCABULARY.has(word))) return false
  const has = (set: ReadonlySet<string>) => said.some((word) => set.has(word))
  if (said.includes('models')) return true
  if (said.includes('lot') && !whole.includes('the lot')) return false
  if (!has(QUESTION_WORDS)) return false
  if (has(THINGS) || has(STATES)) return true
  return has(OPEN) && has(DEEDS) && !POINTS.test(whole)
}

const MARK = /^[^\p{L}\p{N}]+$/u
/** "what can you do?" asks for help, "how does this work?" too. */
const POINTS = /\b(?:how|do i|you do|work|works|ask|tell you|say)\b/
