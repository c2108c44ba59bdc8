// What can be done with a model as a whole: deploy again, take offline, delete with a question first.

import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { countOf } from '#core/presentation/phrases.ts'
import { type DescribedModel, deleteModel, redeployModel, undeployModel } from '../client/api.ts'
import { ConfirmDialog } from '../shell/confirm-dialog.tsx'
import { useAction } from './use-action.ts'

export function ModelActions({ model, close }: { model: DescribedModel; close: () => void }) {
  const { name, title, deployed, versions } = model
  const { run, running, problem } = useAction()
  const [asking, setAsking] = useState(false)
  const remove = async () => {
    const done = await run('delete', () => deleteModel(name), `${title} is deleted.`)
    setAsking(false)
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
        <Button variant="subtle" color="red" size="compact-sm" onClick={() => setAsking(true)}>
          Delete…
        </Button>
      </Group>
      {problem !== null && (
        <p className="field-error" role="alert" dir="auto">
          {problem.message}
        </p>
      )}
      <ConfirmDialog
        opened={asking}
        title={`Delete ${title}?`}
        action="Delete for good"
        running={running === 'delete'}
        confirm={() => void remove()}
        close={() => setAsking(false)}
      >
        This removes {name} with {countOf(versions.length, 'version')} and the files they came from.
        It cannot be undone. To only stop it from answering, undeploy it.
      </ConfirmDialog>
    </div>
  )
}
