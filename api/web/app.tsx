// The frame of the page: side, conversation, model panel, and how they give way on narrow screens.

import { ActionIcon, Button, Drawer } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { type ReactNode, useEffect, useState } from 'react'
import { ChatView } from './chat/chat-view.tsx'
import { COMPOSER_ID } from './chat/composer.tsx'
import { dragging, watchDrops } from './chat/drop-files.ts'
import { ModelPanel } from './models/model-panel.tsx'
import { PHRASES_ID, PhrasesView } from './phrases/phrases-view.tsx'
import { RUNS_ID, RunsView } from './runs/runs-view.tsx'
import { Icon, Mark } from './shell/icons.tsx'
import { KeyDialog } from './shell/key-dialog.tsx'
import { Sidebar } from './shell/sidebar.tsx'
import { useAppState } from './state/app-state.ts'
import { useStore } from './state/store.ts'

/** Below these widths the side and the panel lie over the conversation; page.css has the same numbers. */
const SIDE_FITS = '(min-width: 860px)'
const PANEL_FITS = '(min-width: 1180px)'
/** Read at once: a first frame in the wrong layout would jump. */
const AT_ONCE = { getInitialValueInEffect: false }

/** Where the skip link leads, by what is shown. */
const CONVERSATION = { id: COMPOSER_ID, skip: 'Skip to the message box' }
const TRAININGS = { id: RUNS_ID, skip: 'Skip to the trainings' }
const PHRASES = { id: PHRASES_ID, skip: 'Skip to the phrases' }

export function App() {
  const { router } = useAppState()
  const { model, runs, phrases } = useStore(router.store)
  const sideFits = useMediaQuery(SIDE_FITS, true, AT_ONCE)
  const panelFits = useMediaQuery(PANEL_FITS, true, AT_ONCE)
  const [sideOpen, setSideOpen] = useState(false)
  useEffect(() => watchDrops(), [])
  useTitle()
  const content = phrases ? PHRASES : runs === null ? CONVERSATION : TRAININGS
  const closePanel = () => router.go({ model: null })
  const closeSide = () => setSideOpen(false)
  return (
    <>
      <a
        className="skip-link"
        href={`#${content.id}`}
        onClick={(event) => {
          event.preventDefault()
          document.getElementById(content.id)?.focus()
        }}
      >
        {content.skip}
      </a>
      <div className="page">
        {sideFits ? (
          <nav className="sidebar" aria-label="Models and conversations">
            <Sidebar leave={closeSide} />
          </nav>
        ) : (
          <TopBar open={() => setSideOpen(true)} />
        )}
        <main className="main">
          <UnreachableBar />
          {phrases ? <PhrasesView /> : runs === null ? <ChatView /> : <RunsView selected={runs} />}
        </main>
        {panelFits && model !== null && (
          <aside className="panel" aria-label="Model">
            <ModelPanel key={model} name={model} close={closePanel} />
          </aside>
        )}
      </div>
      <Sheet
        label="Models and conversations"
        side="left"
        opened={!sideFits && sideOpen}
        close={closeSide}
      >
        <Sidebar leave={closeSide} />
      </Sheet>
      <Sheet label="Model" side="right" opened={!panelFits && model !== null} close={closePanel}>
        {model !== null && <ModelPanel key={model} name={model} close={closePanel} />}
      </Sheet>
      <DropOverlay />
      <KeyDialog />
      <Announcer />
    </>
  )
}

/** Pixels; wide enough for a form, and the side's list. */
const SHEET_SIZES = { left: 300, right: 460 } as const

/** What stands beside the conversation on wide screens lies over it on narrow ones. */
function Sheet({
  label,
  side,
  opened,
  close,
  children,
}: {
  label: string
  side: keyof typeof SHEET_SIZES
  opened: boolean
  close: () => void
  children: ReactNode
}) {
  return (
    <Drawer.Root opened={opened} onClose={close} position={side} size={SHEET_SIZES[side]}>
      <Drawer.Overlay />
      <Drawer.Content aria-label={label}>
        <Drawer.Body className="drawer-body">{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}

function TopBar({ open }: { open: () => void }) {
  const { router } = useAppState()
  return (
    <header className="top-bar">
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Open models and conversations"
        onClick={open}
      >
        <Icon name="menu" size={22} />
      </ActionIcon>
      <span className="brand">
        <Mark size={24} />
        <span>Parley</span>
      </span>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="New conversation"
        onClick={() => router.go({ conversation: null })}
      >
        <Icon name="plus" size={22} />
      </ActionIcon>
    </header>
  )
}

function UnreachableBar() {
  const { reachable, models } = useAppState()
  if (useStore(reachable)) return null
  return (
    <div className="unreachable" role="alert">
      <Icon name="offline" />
      <span>Parley does not answer. Trying again until it does…</span>
      <Button variant="white" size="compact-sm" onClick={() => void models.refresh()}>
        Try now
      </Button>
    </div>
  )
}

function DropOverlay() {
  if (!useStore(dragging)) return null
  return (
    <div className="drop-overlay" aria-hidden="true">
      <div>
        <Icon name="upload" size={40} />
        <p>Drop the file to send it</p>
      </div>
    </div>
  )
}

function Announcer() {
  const { announcement } = useAppState()
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="announcer">
      {useStore(announcement)}
    </div>
  )
}

/** The title says where one is, so that tabs and histories can be told apart. */
function useTitle(): void {
  const { conversations, models, router } = useAppState()
  const route = useStore(router.store)
  const all = useStore(conversations.store)
  const { models: known } = useStore(models.store)
  const conversation = all.find(({ id }) => id === route.conversation)?.title
  const shown = route.phrases ? 'Phrases' : route.runs === null ? null : 'Trainings'
  const model = known?.find(({ name }) => name === route.model)?.title ?? route.model
  useEffect(() => {
    const parts = [model, shown ?? conversation].filter((part) => part != null && part !== '')
    document.title = [...parts, 'Parley'].join(' · ')
  }, [model, shown, conversation])
}
