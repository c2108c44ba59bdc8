// The message box: text, files, send and stop, all by keyboard too.

import { ActionIcon, Textarea, Tooltip } from '@mantine/core'
import { type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react'
import { formatBytes } from '#core/presentation/numbers.ts'
import { Icon } from '../shell/icons.tsx'
import { useAppState } from '../state/app-state.ts'
import { useStore } from '../state/store.ts'
import { onFilesDropped } from './drop-files.ts'
import { keyed } from './keyed.ts'

export const COMPOSER_ID = 'message-box'
/** The server refuses longer messages; telling it here saves the way. */
const MAX_LENGTH = 32_000
const MAX_FILES = 8
const MAX_ROWS = 8

export interface ComposerProps {
  readonly busy: boolean
  readonly send: (text: string, files: readonly File[]) => void
  readonly stop: () => void
  /** What the person said last, for the arrow-up key. */
  readonly lastText: string | null
}

export function Composer({ busy, send, stop, lastText }: ComposerProps) {
  const { draft } = useAppState()
  const suggested = useStore(draft)
  const [text, setText] = useState('')
  const [files, setFiles] = useState<readonly File[]>([])
  const box = useRef<HTMLTextAreaElement>(null)

  useEffect(() => {
    if (suggested === null) return
    draft.set(() => null)
    setText(suggested)
    box.current?.focus()
  }, [suggested, draft])

  /** A file alone is a message of its own; beside words it waits for them. */
  const take = useCallback(
    (added: readonly File[]) => {
      box.current?.focus()
      if (added.length === 0) return
      if (text.trim() === '' && files.length === 0 && !busy)
        return send('', added.slice(0, MAX_FILES))
      setFiles((before) => [...before, ...added].slice(0, MAX_FILES))
    },
    [text, files, busy, send],
  )
  useEffect(() => onFilesDropped(take), [take])

  const submit = () => {
    if (busy || (text.trim() === '' && files.length === 0)) return
    send(text.trim(), files)
    setText('')
    setFiles([])
    box.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes a character, Enter chooses it.
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      submit()
    } else if (event.key === 'ArrowUp' && text === '' && lastText !== null) {
      event.preventDefault()
      setText(lastText)
    }
  }
  return (
    <form
      className="composer"
      aria-label="Message"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <FileList
        files={files}
        remove={(file) => setFiles((all) => all.filter((one) => one !== file))}
      />
      <div className="composer-row">
        <AttachButton take={take} />
        <Textarea
          ref={box}
          id={COMPOSER_ID}
          className="composer-text"
          variant="unstyled"
          aria-label="Message to Parley"
          aria-keyshortcuts="Enter ArrowUp Escape"
          placeholder="Ask, or drop a model file here"
          autosize
          minRows={1}
          maxRows={MAX_ROWS}
          maxLength={MAX_LENGTH}
          dir="auto"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = [...event.clipboardData.files]
            if (pasted.length === 0) return
            event.preventDefault()
            take(pasted)
          }}
        />
        <SendButton busy={busy} stop={stop} />
      </div>
    </form>
  )
}

function FileList({ files, remove }: { files: readonly File[]; remove: (file: File) => void }) {
  if (files.length === 0) return null
  return (
    <ul className="composer-files" aria-label="Files to send">
      {keyed(files).map(({ item: file, key: place }) => (
        <li key={place}>
          <Icon name="file" size={16} />
          <span className="file-name" dir="auto">
            {file.name}
          </span>
          <span className="quiet">{formatBytes(file.size)}</span>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Remove ${file.name}`}
            onClick={() => remove(file)}
          >
            <Icon name="close" size={14} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  )
}

export function AttachButton({ take }: { take: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Tooltip label="Send a model file">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Choose a file to send"
          onClick={() => input.current?.click()}
        >
          <Icon name="attach" size={20} />
        </ActionIcon>
      </Tooltip>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        onChange={({ currentTarget }) => {
          take([...(currentTarget.files ?? [])])
          // Else the same file could not be chosen twice in a row.
          currentTarget.value = ''
        }}
      />
    </>
  )
}

function SendButton({ busy, stop }: { busy: boolean; stop: () => void }) {
  // Two buttons, so that a screen reader hears a new one instead of an old one that means something else.
  return busy ? (
    <Tooltip label="Stop (Esc)">
      <ActionIcon key="stop" size="lg" radius="xl" aria-label="Stop answering" onClick={stop}>
        <Icon name="stop" size={20} />
      </ActionIcon>
    </Tooltip>
  ) : (
    <Tooltip label="Send (Enter)">
      <ActionIcon key="send" type="submit" size="lg" radius="xl" aria-label="Send">
        <Icon name="send" size={20} />
      </ActionIcon>
    </Tooltip>
  )
}
