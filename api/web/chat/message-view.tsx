// One message of a conversation: what the person said with its files, or Parley's answer with its cards and problems.

import { Alert, Button, Loader, Progress } from '@mantine/core'
import { Fragment, memo, type ReactNode } from 'react'
import { formatBytes } from '#core/presentation/numbers.ts'
import { EndpointSnippets } from '../models/endpoint-snippets.tsx'
import { Icon, Mark } from '../shell/icons.tsx'
import type { AttachedFile, Message, ParleyMessage } from '../state/conversation.ts'
import { type Card, groupFigures, partsOf } from './answer-parts.ts'
import { BlockView } from './block-view.tsx'
import { DeploymentCard } from './deployment-card.tsx'
import { keyed } from './keyed.ts'
import { Markdown } from './markdown.tsx'
import { PredictionCard } from './prediction-card.tsx'

export interface MessageViewProps {
  readonly message: Message
  readonly isLast: boolean
  readonly busy: boolean
  readonly say: (message: string) => void
  readonly retry: () => void
}

/** Finished messages keep their identity, so a growing answer redraws only itself. */
export const MessageView = memo(function MessageView(props: MessageViewProps) {
  const { message } = props
  if (message.from === 'parley') return <Answer {...props} message={message} />
  return (
    <li className="message person">
      <span className="visually-hidden">You said:</span>
      {keyed(message.files).map(({ item: file, key: place }) => (
        <FileChip key={place} file={file} />
      ))}
      {message.text !== '' && (
        <p className="bubble" dir="auto">
          {message.text}
        </p>
      )}
    </li>
  )
})

const WHOLE = 100

function FileChip({ file }: { file: AttachedFile }) {
  const percent = file.progress === null ? null : Math.round(file.progress * WHOLE)
  return (
    <div className="file-chip">
      <Icon name="file" />
      <div>
        <span className="file-name" dir="auto">
          {file.name}
        </span>
        <span className="quiet">
          {formatBytes(file.sizeBytes)}
          {percent !== null && `, ${percent}% sent`}
        </span>
        {percent !== null && (
          <Progress value={percent} size="xs" aria-label={`Sending ${file.name}`} />
        )}
      </div>
    </div>
  )
}

function Answer({
  message,
  isLast,
  busy,
  say,
  retry,
}: MessageViewProps & { message: ParleyMessage }) {
  const { cards, blocks, choices } = partsOf(message.steps, message.blocks)
  const draw = (all: typeof blocks): ReactNode =>
    keyed(all).map(({ item: block, key }) => (
      <BlockView key={key} block={block} say={say} busy={busy} />
    ))
  return (
    <li
      className="message parley"
      data-state={message.state}
      // A log is read aloud as it grows; an answer only when it is whole.
      aria-busy={message.state === 'waiting'}
    >
      <Mark />
      <div className="answer">
        <h2 className="visually-hidden">Parley said:</h2>
        {message.text !== '' && <Markdown text={message.text} />}
        <Cards cards={cards.filter(({ kind }) => kind !== 'snippets')} />
        {keyed(groupFigures(blocks)).map(({ item: group, key }) =>
          group.isCard ? (
            <div key={key} className="card figures">
              {draw(group.blocks)}
            </div>
          ) : (
            <Fragment key={key}>{draw(group.blocks)}</Fragment>
          ),
        )}
        <Cards cards={cards.filter(({ kind }) => kind === 'snippets')} />
        {message.state === 'waiting' && <Activity message={message} />}
        {message.problem !== null && (
          <ProblemNote message={message} canRetry={isLast && !busy} retry={retry} />
        )}
        {isLast && draw(choices)}
      </div>
    </li>
  )
}

function Cards({ cards }: { cards: readonly Card[] }) {
  return keyed(cards).map(({ item, key }) => <CardView key={key} card={item} />)
}

function CardView({ card }: { card: Card }) {
  switch (card.kind) {
    case 'prediction':
      return <PredictionCard output={card.output} />
    case 'deployment':
      return <DeploymentCard deployment={card.output} />
    case 'snippets': {
      const { endpoint, example } = card.output
      return endpoint === null ? null : (
        <article className="card" aria-label="Call it">
          <h3 className="block-title">Call it</h3>
          <EndpointSnippets endpoint={endpoint} example={example} />
        </article>
      )
    }
  }
}

function Activity({ message: { activity, text } }: { message: ParleyMessage }) {
  if (activity === null && text !== '') return null
  return (
    <div className="activity">
      <Loader size="xs" type="dots" aria-hidden="true" />
      <span className="quiet">{activity === null ? 'Thinking…' : `${activity.title}…`}</span>
      {activity?.fraction != null && (
        <Progress
          value={activity.fraction * WHOLE}
          size="xs"
          aria-label={activity.title}
          className="activity-bar"
        />
      )}
    </div>
  )
}

function ProblemNote({
  message,
  canRetry,
  retry,
}: {
  message: ParleyMessage
  canRetry: boolean
  retry: () => void
}) {
  const { problem, state } = message
  if (problem === null) return null
  const again = canRetry && (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<Icon name="retry" size={15} />}
      onClick={retry}
    >
      Try again
    </Button>
  )
  if (state === 'stopped') {
    return (
      <p className="stopped">
        <span className="quiet">{problem.message}</span>
        {again}
      </p>
    )
  }
  return (
    <Alert
      color="red"
      variant="light"
      className="notice"
      data-tone="error"
      icon={<Icon name="warning" />}
      role="alert"
    >
      <p dir="auto">{problem.message}</p>
      {problem.code === 'internal' && problem.requestId !== undefined && (
        <p className="quiet">
          Request <code>{problem.requestId}</code>
        </p>
      )}
      {again}
    </Alert>
  )
}
