// The conversations kept in this browser: open, rename, delete.

import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAppState } from '../state/app-state.ts'
import type { Conversation } from '../state/conversation.ts'
import { useStore } from '../state/store.ts'
import { CLOSE_BUTTON, ConfirmDialog } from './confirm-dialog.tsx'
import { RowMenu } from './row-menu.tsx'

const MAX_TITLE = 100

export function ConversationList({ leave }: { leave: () => void }) {
  const { conversations, chat, router } = useAppState()
  const all = useStore(conversations.store)
  const { conversation: open } = useStore(router.store)
  const [renaming, setRenaming] = useState<Conversation | null>(null)
  const [removing, setRemoving] = useState<Conversation | null>(null)
  const remove = ({ id }: Conversation) => {
    chat.stop(id)
    conversations.remove(id)
    if (open === id) router.go({ conversation: null }, { replace: true })
    setRemoving(null)
  }
  return (
    <section className="side-section grow" aria-labelledby="conversations-title">
      <h2 id="conversations-title" className="side-title">
        Conversations
      </h2>
      {all.length === 0 && <p className="side-note">They stay in this browser.</p>}
      <ul className="side-list" data-testid="conversations">
        {all.map((one) => (
          <li key={one.id} className="side-row">
            <button
              type="button"
              className="side-item"
              aria-current={open === one.id ? 'page' : undefined}
              onClick={() => {
                router.go({ conversation: one.id })
                leave()
              }}
            >
              <span className="side-text" dir="auto">
                {one.title}
              </span>
            </button>
            <RowMenu
              label={`Options of ${one.title}`}
              items={[
                { label: 'Rename', icon: 'edit', run: () => setRenaming(one) },
                { label: 'Delete', icon: 'trash', danger: true, run: () => setRemoving(one) },
              ]}
            />
          </li>
        ))}
      </ul>
      {renaming !== null && (
        <RenameDialog
          conversation={renaming}
          close={() => setRenaming(null)}
          rename={(title) => {
            conversations.update(renaming.id, (one) => ({ ...one, title, named: true }))
            conversations.save(renaming.id)
            setRenaming(null)
          }}
        />
      )}
      <ConfirmDialog
        opened={removing !== null}
        title="Delete this conversation?"
        action="Delete"
        confirm={() => removing !== null && remove(removing)}
        close={() => setRemoving(null)}
      >
        “{removing?.title}” is removed from this browser. Models stay as they are.
      </ConfirmDialog>
    </section>
  )
}

function RenameDialog({
  conversation,
  close,
  rename,
}: {
  conversation: Conversation
  close: () => void
  rename: (title: string) => void
}) {
  const [title, setTitle] = useState(conversation.title)
  return (
    <Modal
      opened
      onClose={close}
      title="Rename the conversation"
      centered
      closeButtonProps={CLOSE_BUTTON}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (title.trim() !== '') rename(title.trim())
        }}
      >
        <TextInput
          label="Name"
          data-autofocus
          maxLength={MAX_TITLE}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" disabled={title.trim() === ''}>
            Rename
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
