// A piece of code or a value with a button that copies it.

import { ActionIcon, Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { copyText } from '../client/clipboard.ts'
import { Icon } from '../shell/icons.tsx'
import { useAppState } from '../state/app-state.ts'

/** How long the button says that it has copied. */
const COPIED_MS = 1_600

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  const { announcement } = useAppState()
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), COPIED_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    const done = await copyText(text)
    setCopied(done)
    announcement.set(() => (done ? 'Copied.' : 'The browser did not allow copying.'))
  }
  return (
    <Tooltip label={copied ? 'Copied' : label} position="left">
      <ActionIcon
        className="copy-button"
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => void copy()}
      >
        <Icon name={copied ? 'check' : 'copy'} size={16} />
      </ActionIcon>
    </Tooltip>
  )
}

export function CodeBox({
  text,
  language,
  title,
}: {
  text: string
  language: string
  title?: string
}) {
  const name = title ?? (language === '' ? 'Code' : language)
  return (
    <figure className="code-box">
      <figcaption>
        <span>{name}</span>
        <CopyButton text={text} label={`Copy ${name}`} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} dir="ltr">
        <code>{text}</code>
      </pre>
    </figure>
  )
}
