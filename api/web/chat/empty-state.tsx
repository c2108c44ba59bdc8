// What a new conversation shows: what Parley is, where a file goes, samples to try, things to ask.

import { Button } from '@mantine/core'
import { useRef } from 'react'
import { taskName } from '#core/presentation/phrases.ts'
import type { Sample } from '../client/api.ts'
import { Icon, Mark } from '../shell/icons.tsx'
import { useAppState } from '../state/app-state.ts'
import { useStore } from '../state/store.ts'
import { handFiles } from './drop-files.ts'

const MAX_SUGGESTIONS = 3

export function EmptyState({ say }: { say: (message: string) => void }) {
  const { models } = useAppState()
  const { models: known, samples } = useStore(models.store)
  const names = new Set(known?.map(({ name }) => name))
  const untried = samples.filter(({ name }) => !names.has(name))
  const deployed = (known ?? []).filter(({ deployed: live }) => live)
  return (
    <div className="empty">
      <Mark size={44} />
      <h1>Talk to your models</h1>
      <p className="lead">
        Drop a model file and Parley reads it without running anything in it, puts it behind its own
        endpoint and answers questions with it in plain words. Everything stays on this machine.
      </p>
      <DropArea />
      {untried.length > 0 && <Samples samples={untried} say={say} />}
      <Suggestions messages={suggestionsFor(deployed.map(({ name }) => name))} say={say} />
    </div>
  )
}

function DropArea() {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="drop-area">
      <Icon name="upload" size={24} />
      <p>
        <strong>Drop a model file anywhere</strong>
        <span className="quiet">.pkl, .joblib, .json, .ubj, .model, .txt, .onnx or .zip</span>
      </p>
      <Button variant="light" onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        onChange={({ currentTarget }) => {
          handFiles([...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
    </div>
  )
}

function Samples({ samples, say }: { samples: readonly Sample[]; say: (message: string) => void }) {
  return (
    <section aria-labelledby="samples-title">
      <h2 id="samples-title" className="section-title">
        No file at hand? Try a sample
      </h2>
      <ul className="sample-list">
        {samples.map(({ name, title, description, task }) => (
          <li key={name}>
            <button
              type="button"
              className="sample"
              onClick={() => say(`Deploy the sample model ${name}`)}
            >
              <span className="sample-title">{title}</span>
              <span className="sample-text">{description}</span>
              <span className="sample-foot">
                <span className="quiet">{taskName(task)}</span>
                <span className="sample-go">
                  Deploy <Icon name="chevron" size={14} />
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Suggestions({
  messages,
  say,
}: {
  messages: readonly string[]
  say: (message: string) => void
}) {
  return (
    <section aria-labelledby="suggestions-title">
      <h2 id="suggestions-title" className="section-title">
        Or ask
      </h2>
      <div className="choices">
        {messages.map((message) => (
          <Button
            key={message}
            variant="default"
            size="compact-sm"
            radius="xl"
            onClick={() => say(message)}
          >
            {message}
          </Button>
        ))}
      </div>
    </section>
  )
}

function suggestionsFor(deployed: readonly string[]): readonly string[] {
  const [first] = deployed
  if (first === undefined) return ['I want to deploy my customer churn model', 'What can you do?']
  return [
    'Show me available models',
    `What inputs does the ${first} model need?`,
    'What can you do?',
  ].slice(0, MAX_SUGGESTIONS)
}
