// Asks before something that cannot be undone; the safe answer has the focus.

import { Button, Group, Modal } from '@mantine/core'
import type { ReactNode } from 'react'

export const CLOSE_BUTTON = { 'aria-label': 'Close' } as const

export interface ConfirmDialogProps {
  readonly opened: boolean
  readonly title: string
  readonly children: ReactNode
  /** What the button that goes ahead says. */
  readonly action: string
  readonly running?: boolean
  readonly confirm: () => void
  readonly close: () => void
}

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, title, children, action, running = false, confirm, close } = props
  return (
    <Modal opened={opened} onClose={close} title={title} centered closeButtonProps={CLOSE_BUTTON}>
      <p className="dialog-text" dir="auto">
        {children}
      </p>
      <Group justify="flex-end">
        <Button variant="default" data-autofocus onClick={close}>
          Keep it
        </Button>
        <Button color="red" loading={running} onClick={confirm}>
          {action}
        </Button>
      </Group>
    </Modal>
  )
}
