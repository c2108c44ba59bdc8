// The conversation in the middle of the page: its messages, its message box, and staying at the newest line.

import { ActionIcon } from '@mantine/core'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Icon } from '../shell/icons.tsx'
import { useAppState } from '../state/app-state.ts'
import type { Conversation, Message } from '../state/conversation.ts'
import { useStore } from '../state/store.ts'
import { Composer } from './composer.tsx'
import { EmptyState } from './empty-state.tsx'
import { MessageView } from './message-view.tsx'

/** Pixels from the end within which a growing answer keeps the view at its end. */
const NEAR_END = 120

export function ChatView() {
  const { conversations, chat, router } = useAppState()
  const { conversation: id } = useStore(router.store)
  const all = useStore(conversations.store)
  const busy = useStore(chat.busy)
  const conversation = all.find((one) => one.id === id) ?? null
  const isBusy = id !== null && busy.has(id)

  const send = useCallback(
    (text: string, files: readonly File[]) => {
      const { conversation: open } = router.store.get()
      const known = open !== null && conversations.find(open) !== undefined
      const started = chat.send(known ? open : null, text, files)
      router.go({ conversation: started }, { replace: open === null })
    },
    [chat, conversations, router],
  )
  const say = useCallback((message: string) => send(message, []), [send])
  const retry = useCallback(() => {
    if (id !== null) chat.retry(id)
  }, [chat, id])
  const stop = useCallback(() => {
    if (id !== null) chat.stop(id)
  }, [chat, id])
  useEscapeToStop(isBusy, stop)
  useAnnouncedAnswers(conversation)

  return (
    <div className="chat">
      <Transcript conversation={conversation} busy={isBusy} say={say} retry={retry} />
      <div className="composer-place">
        <Composer
          key={id ?? 'new'}
          busy={isBusy}
          send={send}
          stop={stop}
          lastText={lastTextOf(conversation)}
        />
        <p className="hint">
          <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> starts a new line. Files are
          read, never run.
        </p>
      </div>
    </div>
  )
}

interface TranscriptProps {
  readonly conversation: Conversation | null
  readonly busy: boolean
  readonly say: (message: string) => void
  readonly retry: () => void
}

function Transcript({ conversation, busy, say, retry }: TranscriptProps) {
  const messages = conversation?.messages ?? []
  const { frame, atEnd, toEnd } = useStickToEnd(conversation?.id ?? null, messages)
  if (conversation === null) {
    return (
      <div className="transcript" ref={frame}>
        <EmptyState say={say} />
      </div>
    )
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="transcript" ref={frame} tabIndex={0} aria-label="Conversation">
        <h1 className="visually-hidden" dir="auto">
          {conversation.title}
        </h1>
        <ol className="messages">
          {messages.map((message, place) => (
            <MessageView
              key={message.id}
              message={message}
              isLast={place === messages.length - 1}
              busy={busy}
              say={say}
              retry={retry}
            />
          ))}
        </ol>
      </section>
      {!atEnd && (
        <ActionIcon
          className="to-end"
          variant="default"
          radius="xl"
          size="lg"
          aria-label="Go to the newest message"
          onClick={toEnd}
        >
          <Icon name="down" />
        </ActionIcon>
      )}
    </>
  )
}

/** Follows the end of the conversation unless the person has scrolled away from it. */
function useStickToEnd(id: string | null, messages: readonly Message[]) {
  const frame = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const following = useRef(true)
  const toEnd = useCallback(() => {
    following.current = true
    frame.current?.scrollTo({ top: frame.current.scrollHeight })
  }, [])
  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const look = () => {
      const rest = element.scrollHeight - element.scrollTop - element.clientHeight
      following.current = rest < NEAR_END
      setAtEnd(rest < NEAR_END)
    }
    element.addEventListener('scroll', look, { passive: true })
    return () => element.removeEventListener('scroll', look)
    // A new conversation has a new element to scroll.
  }, [id])
  const last = messages.at(-1)
  const waits = last?.from === 'parley' && last.state === 'waiting'
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change of the messages may make the end move
  useLayoutEffect(() => {
    if (following.current || (waits && last?.text === '')) toEnd()
  }, [id, messages, toEnd])
  return { frame, atEnd, toEnd }
}

/** Esc stops the answer, wherever the focus is, unless a dialog or menu wants the key. */
function useEscapeToStop(busy: boolean, stop: () => void): void {
  useEffect(() => {
    if (!busy) return
    const listen = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) stop()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [busy, stop])
}

/** Screen readers hear a whole answer once, not every word of it as it comes. */
function useAnnouncedAnswers(conversation: Conversation | null): void {
  const { announcement } = useAppState()
  const last = conversation?.messages.at(-1)
  const state = last?.from === 'parley' ? last.state : null
  const id = last?.id ?? null
  const spoken = useMemo(() => {
    if (last?.from !== 'parley') return ''
    if (last.state === 'waiting') return 'Parley is answering.'
    return [last.text, last.problem?.message ?? ''].join(' ').trim()
  }, [last])
  const before = useRef({ id, state })
  useEffect(() => {
    const changed = before.current.id !== id || before.current.state !== state
    // A conversation that is opened is read by the person, not announced.
    const live = before.current.id !== null && state !== null
    before.current = { id, state }
    if (changed && live) announcement.set(() => spoken)
  }, [id, state, spoken, announcement])
}

function lastTextOf(conversation: Conversation | null): string | null {
  const last = conversation?.messages.findLast(({ from, text }) => from === 'person' && text !== '')
  return last?.text ?? null
}
