// How programs reach the model: address, snippets, and its own documentation.

import type { DescribedModel } from '../client/api.ts'
import { Icon } from '../shell/icons.tsx'
import { EndpointAddress, EndpointSnippets } from './endpoint-snippets.tsx'

export function EndpointTab({ model }: { model: DescribedModel }) {
  const { name, endpoint, example } = model
  const documented = encodeURIComponent(name)
  return (
    <div className="tab-body">
      {endpoint === null ? (
        <p className="panel-text">
          {model.title} is not deployed, so it has no endpoint now. Deploy it, or make a version
          live.
        </p>
      ) : (
        <>
          <EndpointAddress endpoint={endpoint} />
          <EndpointSnippets endpoint={endpoint} example={example} />
        </>
      )}
      <ul className="doc-links">
        <li>
          <a href={`/docs?model=${documented}`} target="_blank" rel="noopener">
            <Icon name="book" size={16} /> Documentation of this endpoint
            <span className="visually-hidden"> (opens in a new tab)</span>
          </a>
        </li>
        <li>
          <a href={`/api/models/${documented}/openapi.json`} target="_blank" rel="noopener">
            <Icon name="file" size={16} /> Its OpenAPI document
            <span className="visually-hidden"> (opens in a new tab)</span>
          </a>
        </li>
      </ul>
    </div>
  )
}
