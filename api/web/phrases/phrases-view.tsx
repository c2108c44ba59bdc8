// Words for a blank as one types: a sentence, how long a phrase may be, and what would make it sound positive.

import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { formatPercent } from '#core/presentation/numbers.ts'
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
  /** The whole sentence that was picked, kept until another one is written. */
  const [picked, setPicked] = useState<string | null>(null)
  const answered = useSuggestions(text, Number(maxWords))
  const answer = answered?.answer
  const scored = answer?.ok === true ? (answer.value.scored ?? []) : null
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <div className="runs">
      <div className="runs-inside">
        <header className="runs-head">
          <h1 ref={title} tabIndex={-1}>
            Phrases
          </h1>
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
            errorProps={{ role: 'alert' }}
            onChange={(event) => {
              setText(event.currentTarget.value)
              setPicked(null)
            }}
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
          {answered !== null && scored !== null && scored.length > 0 && (
            <figure className="phrases-found">
              <figcaption className="block-title">How positive it sounds</figcaption>
              <ul>
                {scored.map((one) => {
                  const sentence = answered.text.replace(BLANK, () => one.text)
                  return (
                    <Suggestion
                      key={one.text}
                      phrase={one.text}
                      positivity={one.positivity}
                      sentence={sentence}
                      isPicked={sentence === picked}
                      pick={() => setPicked(sentence === picked ? null : sentence)}
                    />
                  )
                })}
              </ul>
            </figure>
          )}
          {picked !== null && <Picked sentence={picked} />}
        </section>
      </div>
    </div>
  )
}

interface SuggestionProps {
  readonly phrase: string
  readonly positivity: number
  readonly sentence: string
  readonly isPicked: boolean
  readonly pick: () => void
}

function Suggestion({ phrase, positivity, sentence, isPicked, pick }: SuggestionProps) {
  return (
    <li>
      <button type="button" className="phrases-row" aria-pressed={isPicked} onClick={pick}>
        <span className="phrases-phrase" dir="auto">
          {phrase}
        </span>
        <span className="bar-track" aria-hidden="true">
          <span className="bar-fill" style={{ inlineSize: `${positivity * 100}%` }} />
        </span>
        <span className="bar-value">{formatPercent(positivity)}</span>
        <span className="phrases-sentence quiet" dir="auto">
          {sentence}
        </span>
      </button>
    </li>
  )
}

/** The sentence with the phrase in it, to take along. */
function Picked({ sentence }: { sentence: string }) {
  const { announcement } = useAppState()
  useEffect(() => announcement.set(() => sentence), [announcement, sentence])
  const copy = async () => {
    const done = await copyText(sentence)
    announcement.set(() => (done ? `Copied: ${sentence}` : 'The browser does not let me copy.'))
  }
  return (
    <div className="phrases-picked" data-testid="picked">
      <span dir="auto">{sentence}</span>
      <Button variant="default" size="compact-md" onClick={() => void copy()}>
        Copy<span className="visually-hidden"> the sentence</span>
      </Button>
    </div>
  )
}

interface Answered {
  /** What was asked about; the field may be further on by now. */
  readonly text: string
  readonly answer: Answer<Suggestions>
}

/** The newest answer; the one before stays until then, so that nothing flickers while somebody types. */
function useSuggestions(text: string, maxWords: number): Answered | null {
  const [answered, setAnswered] = useState<Answered | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      void fetchSuggestions(text, maxWords, controller.signal).then((answer) => {
        if (!controller.signal.aborted) setAnswered({ text, answer })
      })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text, maxWords])
  return answered
}
