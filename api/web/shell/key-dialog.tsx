// Asks for an API key where the server wants one; there is no way around it but a key.

import { Button, Group, Modal, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { keepKey } from '../client/key.ts'
import { useAppState } from '../state/app-state.ts'
import { useStore } from '../state/store.ts'

export function KeyDialog() {
  const { keyAsked, models } = useAppState()
  const asked = useStore(keyAsked)
  const [key, setKey] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    keepKey(key.trim())
    setKey('')
    keyAsked.set(() => null)
    void models.refresh()
  }
  return (
    <Modal
      opened={asked !== null}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="This Parley asks for a key"
      centered
    >
      <form onSubmit={submit}>
        <TextInput
          label="API key"
          placeholder="parley_…"
          type="password"
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={asked === 'refused' ? 'This key does not work, or not any more.' : null}
        />
        <p className="dialog-text">
          It is kept until this tab is closed. On the machine that runs Parley,{' '}
          <code>parley keys create --name NAME</code> makes one.
        </p>
        <Group justify="flex-end" mt="md">
          <Button type="submit" disabled={key.trim() === ''}>
            Use this key
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
