// The versions of a model, newest first: which is live, from which file, and the way to make another one live.

import { Button } from '@mantine/core'
import { formatBytes } from '#core/presentation/numbers.ts'
import { libraryName } from '#core/presentation/phrases.ts'
import { type DescribedModel, promoteVersion, type VersionDescription } from '../client/api.ts'
import { formatDate } from './format-date.ts'
import { useAction } from './use-action.ts'

export interface VersionsTabProps {
  readonly model: DescribedModel
  readonly tryVersion: (number: number | null) => void
}

export function VersionsTab({ model, tryVersion }: VersionsTabProps) {
  const { run, running, problem } = useAction()
  return (
    <div className="tab-body">
      {problem !== null && (
        <p className="field-error" role="alert" dir="auto">
          {problem.message}
        </p>
      )}
      <ol className="version-list">
        {model.versions.map((one) => (
          <li key={one.version} className="card">
            <div className="version-head">
              <h3>Version {one.version}</h3>
              {one.live && (
                <span className="badge" data-tone="good">
                  Live
                </span>
              )}
            </div>
            <VersionFacts version={one} />
            <div className="version-actions">
              {!one.live && (
                <Button
                  variant="light"
                  size="compact-sm"
                  loading={running === String(one.version)}
                  onClick={() =>
                    void run(
                      String(one.version),
                      () => promoteVersion(model.name, one.version),
                      `Version ${one.version} of ${model.title} is live.`,
                    )
                  }
                >
                  Make version {one.version} live
                </Button>
              )}
              <Button
                variant="subtle"
                color="gray"
                size="compact-sm"
                onClick={() => tryVersion(one.live ? null : one.version)}
              >
                Try version {one.version}
              </Button>
            </div>
          </li>
        ))}
      </ol>
    </div>
  )
}

function VersionFacts({ version }: { version: VersionDescription }) {
  const { file_name, size_bytes, created_at, model_class, library, library_version } = version
  const written = `${model_class}, ${libraryName(library)}${library_version === null ? '' : ` ${library_version}`}`
  return (
    <>
      <p className="version-file" dir="auto">
        {file_name} <span className="quiet">({formatBytes(size_bytes)})</span>
      </p>
      <p className="quiet">
        {written} · {formatDate(created_at)} · <code>{version.model_version}</code>
      </p>
    </>
  )
}
