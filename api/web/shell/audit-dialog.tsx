// Who changed what, newest first; the server shows it to admins and tells everybody else so.

import { Modal } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Block } from '#core/presentation/blocks.ts'
import { BlockView } from '../chat/block-view.tsx'
import { type AuditLog, fetchAudit } from '../client/api.ts'
import type { Answer } from '../client/http.ts'
import { formatDate } from '../models/format-date.ts'
import { CLOSE_BUTTON } from './confirm-dialog.tsx'

export function AuditDialog({ close }: { close: () => void }) {
  const [answer, setAnswer] = useState<Answer<AuditLog> | null>(null)
  useEffect(() => {
    void fetchAudit().then(setAnswer)
  }, [])
  return (
    <Modal
      opened
      onClose={close}
      title="Who changed what"
      size="xl"
      centered
      closeButtonProps={CLOSE_BUTTON}
    >
      {answer === null && <p className="dialog-text">Loading…</p>}
      {answer?.ok === false && (
        <p className="field-error" role="alert">
          {answer.problem.message}
        </p>
      )}
      {answer?.ok === true && answer.value.entries.length === 0 && (
        <p className="dialog-text">Nothing has been changed yet.</p>
      )}
      {answer?.ok === true && answer.value.entries.length > 0 && (
        <BlockView block={tableOf(answer.value)} say={() => undefined} busy={false} />
      )}
    </Modal>
  )
}

function tableOf({ entries }: AuditLog): Block {
  return {
    kind: 'table',
    columns: ['When', 'Who', 'From', 'What', 'Model', 'Outcome'].map((label) => ({ label })),
    rows: entries.map((entry) => [
      formatDate(entry.at),
      entry.display ?? entry.principal,
      entry.surface,
      entry.operation,
      entry.model ?? '',
      entry.outcome,
    ]),
  }
}
