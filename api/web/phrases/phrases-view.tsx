// Words for a blank as one types: a sentence, how long a phrase may be, and what would make it sound positive.

import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Bars } from '../chat/bars.tsx'
import { fetchSuggestions, type Suggestions } from '../client/api.ts'
import { copyText } from '../client/clipboard.ts'
import type { Answer } from '../client/http.ts'
import { useAppState } from '../state/app-state.ts'

/** Where the skip link leads. */
export const PHRASES_ID = 'phrases'

/** A pause between two words, so that not every letter asks. */
const PAUSE_MS = 150

const FIRST_SENTENCE = 'have a <blank> day'
const BLANK = /<blank>|\[blank\]|_{3,}/i
const LENGTHS = [
  { value: '1', label: '1 word' },
  { value: '3', label: 'to 3 words' },
  { value: '5', label: 'to 5 words' },
]

export function PhrasesView() {
  const [text, setText] = useState(FIRST_SENTENCE)
  const [maxWords, setMaxWords] = useState('1')
  const answer = useSuggestions(text, Number(maxWords))
  const scored = answer?.ok === true ? (answer.value.scored ?? []) : null
  return (
    <div className="runs">
      <div className="runs-inside">
        <header className="runs-head">
          <h1>Phrases</h1>
          <p className="quiet">
            Write an English sentence with one &lt;blank&gt;, and see what makes it sound positive.
          </p>
        </header>
        <section className="card phrases-card" aria-label="Suggestions">
          <TextInput
            id={PHRASES_ID}
            label="Sentence with a <blank>"
            value={text}
            dir="auto"
            autoComplete="off"
            error={answer?.ok === false ? answer.problem.message : undefined}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <SegmentedControl
            aria-label="Longest phrase"
            value={maxWords}
            onChange={setMaxWords}
            data={LENGTHS}
          />
          {scored?.length === 0 && (
            <p className="quiet">
              Nothing fits that sounds positive enough. Try other words around the blank.
            </p>
          )}
          {scored !== null && scored.length > 0 && (
            <>
              <Bars
                title="How positive it sounds"
                maximum={1}
                format="percent"
                items={scored.map((one) => ({ label: one.text, value: one.positivity }))}
              />
              <ul className="phrases-filled">
                {scored.map((one) => (
                  <Filled key={one.text} text={text} phrase={one.text} />
                ))}
              </ul>
            </>
          )}
        </section>
      </div>
    </div>
  )
}

/** The sentence with one of the suggestions in it, to take along. */
function Filled({ text, phrase }: { text: string; phrase: string }) {
  const { announcement } = useAppState()
  const sentence = text.replace(BLANK, () => phrase)
  const copy = async () => {
    const done = await copyText(sentence)
    announcement.set(() => (done ? `Copied: ${sentence}` : 'The browser does not let me copy.'))
  }
  return (
    <li>
      <span dir="auto">{sentence}</span>
      <Button variant="subtle" size="compact-sm" onClick={() => void copy()}>
        Copy<span className="visually-hidden"> the sentence with {phrase}</span>
      </Button>
    </li>
  )
}

/** The newest answer; the one before stays until then, so that nothing flickers while somebody types. */
function useSuggestions(text: string, maxWords: number): Answer<Suggestions> | null {
  const [answer, setAnswer] = useState<Answer<Suggestions> | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      void fetchSuggestions(text, maxWords, controller.signal).then((got) => {
        if (!controller.signal.aborted) setAnswer(got)
      })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text, maxWords])
  return answer
}
