// The side of the page: models with their state, conversations, and the few settings.

import { Button, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useState } from 'react'
import { COMPOSER_ID } from '../chat/composer.tsx'
import type { ModelSummary } from '../client/api.ts'
import { useAppState } from '../state/app-state.ts'
import { useStore } from '../state/store.ts'
import { AuditDialog } from './audit-dialog.tsx'
import { ConversationList } from './conversation-list.tsx'
import { Icon, Mark } from './icons.tsx'

/** `leave` closes the drawer that holds this on a phone. */
export function Sidebar({ leave }: { leave: () => void }) {
  const { router } = useAppState()
  const { runs, phrases } = useStore(router.store)
  const begin = () => {
    router.go({ conversation: null })
    leave()
    // The message box of the new conversation is there after the next frame.
    requestAnimationFrame(() => document.getElementById(COMPOSER_ID)?.focus())
  }
  return (
    <div className="sidebar-inside">
      <div className="brand">
        <Mark />
        <span>Parley</span>
      </div>
      <Button
        fullWidth
        variant="default"
        justify="flex-start"
        leftSection={<Icon name="plus" />}
        onClick={begin}
      >
        New conversation
      </Button>
      <Button
        fullWidth
        variant={runs === null ? 'subtle' : 'light'}
        color={runs === null ? 'gray' : 'parley'}
        justify="flex-start"
        leftSection={<Icon name="chart" />}
        aria-current={runs === null ? undefined : 'page'}
        onClick={() => {
          router.go({ runs: [] })
          leave()
        }}
      >
        Trainings
      </Button>
      <Button
        fullWidth
        variant={phrases ? 'light' : 'subtle'}
        color={phrases ? 'parley' : 'gray'}
        justify="flex-start"
        leftSection={<Icon name="edit" />}
        aria-current={phrases ? 'page' : undefined}
        onClick={() => {
          router.go({ phrases: true })
          leave()
        }}
      >
        Phrases
      </Button>
      <ModelList leave={leave} />
      <ConversationList leave={leave} />
      <footer className="sidebar-foot">
        <a className="foot-link" href="/docs" target="_blank" rel="noopener">
          <Icon name="book" size={16} /> API
          <span className="visually-hidden"> documentation (opens in a new tab)</span>
        </a>
        <AuditLink />
        <ThemeSwitch />
      </footer>
    </div>
  )
}

function AuditLink() {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="foot-link" onClick={() => setOpen(true)}>
        <Icon name="check" size={16} /> Changes
      </button>
      {open && <AuditDialog close={() => setOpen(false)} />}
    </>
  )
}

function ModelList({ leave }: { leave: () => void }) {
  const { models, router } = useAppState()
  const { models: known, problem } = useStore(models.store)
  const { model: open } = useStore(router.store)
  return (
    <section className="side-section" aria-labelledby="models-title">
      <h2 id="models-title" className="side-title">
        Models
      </h2>
      {known === null && problem === null && <p className="side-note">Loading…</p>}
      {known === null && problem !== null && <p className="side-note">{problem.message}</p>}
      {known?.length === 0 && <p className="side-note">None yet. Drop a file to begin.</p>}
      <ul className="side-list" data-testid="models">
        {known?.map((model) => (
          <li key={model.name}>
            <button
              type="button"
              className="side-item"
              aria-current={open === model.name ? 'true' : undefined}
              onClick={() => {
                router.go({ model: model.name })
                leave()
              }}
            >
              <StatusDot model={model} />
              <span className="side-text" dir="auto">
                {model.title}
              </span>
              <span className="side-more">{versionWords(model)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function StatusDot({ model }: { model: ModelSummary }) {
  return (
    <span className="status-dot" data-live={model.deployed || undefined}>
      <span className="visually-hidden">{model.deployed ? 'Live:' : 'Not deployed:'}</span>
    </span>
  )
}

function versionWords({ live_version }: ModelSummary): string {
  return live_version === null ? 'off' : `v${live_version}`
}

const SCHEMES = [
  { value: 'light', icon: 'sun', label: 'Light' },
  { value: 'auto', icon: 'screen', label: 'As the system' },
  { value: 'dark', icon: 'moon', label: 'Dark' },
] as const

function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <SegmentedControl
      size="xs"
      aria-label="Theme"
      value={colorScheme}
      onChange={(value) => {
        const scheme = SCHEMES.find((one) => one.value === value)
        if (scheme !== undefined) setColorScheme(scheme.value)
      }}
      data={SCHEMES.map(({ value, icon, label }) => ({
        value,
        label: (
          <>
            <Icon name={icon} size={15} />
            <span className="visually-hidden">{label}</span>
          </>
        ),
      }))}
    />
  )
}
