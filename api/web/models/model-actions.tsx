// What can be done with a model as a whole: deploy again, take offline, delete with a question first.

import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { countOf } from '#core/presentation/phrases.ts'
import { type DescribedModel, deleteModel, redeployModel, undeployModel } from '../client/api.ts'
import { ConfirmDialog } from '../shell/confirm-dialog.tsx'
import { useAction } from './use-action.ts'

export function ModelActions({ model, close }: { model: DescribedModel; close: () => void }) {
  const { name, title, deployed, versions } = model
  const { run, running, problem, setProblem } = useAction()
  // What the server gave with its question; the dialog is open as long as it waits for an answer.
  const [confirmation, setConfirmation] = useState<string | null>(null)
  const ask = async () => {
    const answer = await deleteModel(name)
    if (answer.ok) return
    setConfirmation(answer.problem.confirmation ?? null)
    setProblem(answer.problem.confirmation === undefined ? answer.problem : null)
  }
  const remove = async (yes: string) => {
    const done = await run('delete', () => deleteModel(name, yes), `${title} is deleted.`)
    setConfirmation(null)
    if (done) close()
  }
  return (
    <div className="panel-actions">
      <Group gap="xs">
        {deployed ? (
          <Button
            variant="default"
            size="compact-sm"
            loading={running === 'undeploy'}
            onClick={() =>
              void run(
                'undeploy',
                () => undeployModel(name),
                `${title} is offline. Its versions are kept.`,
              )
            }
          >
            Undeploy
          </Button>
        ) : (
          <Button
            size="compact-sm"
            loading={running === 'deploy'}
            onClick={() => void run('deploy', () => redeployModel(name), `${title} is live again.`)}
          >
            Deploy
          </Button>
        )}
        <Button variant="subtle" color="red" size="compact-sm" onClick={() => void ask()}>
          Delete…
        </Button>
      </Group>
      {problem !== null && (
        <p className="field-error" role="alert" dir="auto">
          {problem.message}
        </p>
      )}
      <ConfirmDialog
        opened={confirmation !== null}
        title={`Delete ${title}?`}
        action="Delete for good"
        running={running === 'delete'}
        confirm={() => confirmation !== null && void remove(confirmation)}
        close={() => setConfirmation(null)}
      >
        This removes {name} with {countOf(versions.length, 'version')} and the files they came from.
        It cannot be undone. To only stop it from answering, undeploy it.
      </ConfirmDialog>
    </div>
  )
}
