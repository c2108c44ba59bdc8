// The addresses of resources: `parley://models/churn/signature`, and how they are read back.

const SCHEME = 'parley://'
const MODELS = `${SCHEME}models`
const UPLOADS = `${SCHEME}uploads/`
const MODEL_ADDRESS =
  /^parley:\/\/models\/([a-z0-9][a-z0-9_-]{0,62})(?:\/(card|signature|openapi))?$/
const UPLOAD_ADDRESS = /^parley:\/\/uploads\/([\da-f]{32})$/

export const MODELS_URI = MODELS
/** Views of a model; `all` has no word of its own in the address. */
export const MODEL_VIEWS = ['all', 'card', 'signature', 'openapi'] as const
export type ModelView = (typeof MODEL_VIEWS)[number]

export function modelUri(name: string, view: ModelView): string {
  return view === 'all' ? `${MODELS}/${name}` : `${MODELS}/${name}/${view}`
}

export function uploadUri(id: string): string {
  return UPLOADS + id
}

export type Address =
  | { readonly kind: 'models' }
  | { readonly kind: 'model'; readonly name: string; readonly view: ModelView }
  | { readonly kind: 'upload'; readonly id: string }

export function parseUri(uri: string): Address | null {
  if (uri === MODELS) return { kind: 'models' }
  const [, name, view] = MODEL_ADDRESS.exec(uri) ?? []
  if (name !== undefined) {
    return { kind: 'model', name, view: MODEL_VIEWS.find((one) => one === view) ?? 'all' }
  }
  const [, id] = UPLOAD_ADDRESS.exec(uri) ?? []
  return id === undefined ? null : { kind: 'upload', id }
}
