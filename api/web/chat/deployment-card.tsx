// A deployment as a card: what is live now, what it takes, where it answers, and the way to try it.

import { Button } from '@mantine/core'
import type { Deployment } from '#core/operations/deploy-model.ts'
import { libraryName } from '#core/presentation/phrases.ts'
import { EndpointAddress, EndpointSnippets } from '../models/endpoint-snippets.tsx'
import { useAppState } from '../state/app-state.ts'

const MAX_INPUTS = 16

export function DeploymentCard({ deployment }: { deployment: Deployment }) {
  const { router } = useAppState()
  const { name, title, version, deployed, endpoint, inputs, example } = deployment
  const { library, library_version, model_class } = deployment
  const more = inputs.length - MAX_INPUTS
  return (
    <article className="card deployment" aria-label={`Deployment of ${title}`}>
      <header>
        <div>
          <h3 dir="auto">{title}</h3>
          <p className="quiet">
            version {version} · {model_class} of {libraryName(library)}
            {library_version === null ? '' : ` ${library_version}`}
          </p>
        </div>
        <span className="badge" data-tone={deployed ? 'good' : 'neutral'}>
          {deployed ? 'Live' : 'Not deployed'}
        </span>
      </header>
      <ul className="input-chips" aria-label="Inputs">
        {inputs.slice(0, MAX_INPUTS).map((input) => (
          <li key={input.name} title={input.description}>
            <code dir="auto">{input.name}</code>
            {input.unit !== undefined && <span className="quiet">{input.unit}</span>}
          </li>
        ))}
        {more > 0 && <li className="quiet">and {more} more</li>}
      </ul>
      {endpoint !== null && (
        <>
          <EndpointAddress endpoint={endpoint} />
          <details className="snippet-details">
            <summary>Call it from curl, Python or TypeScript</summary>
            <EndpointSnippets endpoint={endpoint} example={example} />
          </details>
        </>
      )}
      <Button variant="light" size="compact-sm" onClick={() => router.go({ model: name })}>
        Open {name}
      </Button>
    </article>
  )
}
