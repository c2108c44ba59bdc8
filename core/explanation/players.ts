// Who moves a prediction: each field of a row, and each word of a text.

import type { InputField, Row, Scalar } from '#core/model.ts'

/** A field, or a run of words of a text field; `words` counts from 0. */
export interface Player {
  readonly name: string
  readonly field: string
  readonly value: Scalar
  /** Positions in the text's words that this player stands for; absent where the whole field is the player. */
  readonly words?: readonly number[]
}

export interface Cast {
  readonly players: readonly Player[]
  /** The row with the players that are present; absent fields take the background's value, absent words are left out. */
  compose(present: Uint8Array, background: Row): Row
}

/** More words than this join in runs: the cost grows with the number of players. */
const MAX_WORD_PLAYERS = 48

const WORD = /\S+/gu

/** The fields that the model looks at; a text field's words where `isProse` says that they are read as words. */
export function castOf(
  inputs: readonly InputField[],
  row: Row,
  isProse: (field: InputField) => boolean,
): Cast {
  const fields = inputs.filter((field) => field.unused !== true)
  const texts = new Map<string, readonly string[]>()
  const players = fields.flatMap((field): readonly Player[] => {
    const value = row[field.name] ?? null
    if (!isProse(field) || typeof value !== 'string') {
      return [{ name: field.name, field: field.name, value }]
    }
    const words = value.match(WORD) ?? []
    texts.set(field.name, words)
    return wordPlayers(field.name, words)
  })
  return {
    players,
    compose: (present, background) => compose(players, texts, present, background, row),
  }
}

/** Words that occur twice are one player: what counts is which words a text has. */
function wordPlayers(field: string, words: readonly string[]): readonly Player[] {
  const positions = new Map<string, number[]>()
  words.forEach((word, position) => {
    const known = positions.get(word)
    if (known === undefined) positions.set(word, [position])
    else known.push(position)
  })
  if (positions.size <= MAX_WORD_PLAYERS) {
    return [...positions].map(([word, places]) => ({
      name: word,
      field,
      value: word,
      words: places,
    }))
  }
  const size = Math.ceil(words.length / MAX_WORD_PLAYERS)
  return Array.from({ length: Math.ceil(words.length / size) }, (_, run): Player => {
    const start = run * size
    const part = words.slice(start, start + size)
    const text = part.join(' ')
    return { name: text, field, value: text, words: part.map((__, index) => start + index) }
  })
}

function compose(
  players: readonly Player[],
  texts: ReadonlyMap<string, readonly string[]>,
  present: Uint8Array,
  background: Row,
  row: Row,
): Row {
  const composed: Record<string, Scalar> = {}
  const kept = new Map([...texts.keys()].map((field) => [field, new Set<number>()]))
  players.forEach((player, index) => {
    if (player.words === undefined) {
      composed[player.field] = (present[index] === 1 ? row : background)[player.field] ?? null
    } else if (present[index] === 1) {
      for (const position of player.words) kept.get(player.field)?.add(position)
    }
  })
  for (const [field, words] of texts) {
    composed[field] = words.filter((_, position) => kept.get(field)?.has(position)).join(' ')
  }
  return composed
}
