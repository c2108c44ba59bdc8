// The conversation in the middle of the page: its messages, its message box, and staying at the newest line.

import { ActionIcon } from '@mantine/core'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Icon } from '../shell/icons.tsx'
import { useAppState } from '../state/app-state.ts'
import type { Conversation } from '../state/conversation.ts'
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
  useAnnouncedWaiting(isBusy)

  return (
    <div className="chat">
      <Transcript conversation={conversation} busy={isBusy} say={say} retry={retry} />
      <div className="composer-place">
        <Composer busy={isBusy} send={send} stop={stop} lastText={lastTextOf(conversation)} />
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
  const { frame, atEnd, toEnd } = useStickToEnd(conversation?.id ?? null, messages.length)
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
        <h1 className="visually-hidden">Conversation with Parley</h1>
        <div role="log" aria-label="Messages">
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
        </div>
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

/** Follows the end of the conversation, however it grows, unless the person has scrolled away from it. */
function useStickToEnd(id: string | null, messageCount: number) {
  const frame = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const following = useRef(true)
  const toEnd = useCallback(() => {
    following.current = true
    frame.current?.scrollTo({ top: frame.current.scrollHeight })
  }, [])
  useEffect(() => {
    const element = frame.current
    const content = element?.lastElementChild
    if (id === null || element == null || content == null) return
    let top = element.scrollTop
    const look = () => {
      const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END
      // Growing content also moves the end away; only going up means that the person wants to read there.
      if (near) following.current = true
      else if (element.scrollTop < top) following.current = false
      top = element.scrollTop
      setAtEnd(near || following.current)
    }
    const grow = new ResizeObserver(() => {
      if (following.current) toEnd()
      else look()
    })
    grow.observe(content)
    grow.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      grow.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [id, toEnd])
  // What one has just said, and the conversation one has just opened, are seen at their end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message or conversation asks for it
  useLayoutEffect(() => {
    if (id !== null) toEnd()
  }, [id, messageCount, toEnd])
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

/** Says that an answer is on its way; the answer itself is read from the log once it is whole. */
function useAnnouncedWaiting(busy: boolean): void {
  const { announcement } = useAppState()
  useEffect(() => {
    announcement.set(() => (busy ? 'Parley is answering.' : ''))
  }, [busy, announcement])
}

function lastTextOf(conversation: Conversation | null): string | null {
  const last = conversation?.messages.findLast(({ from, text }) => from === 'person' && text !== '')
  return last?.text ?? null
}
