// Tells connections of changes: lists of tools and resources, and single resources that were asked for.

import type { Server } from '@modelcontextprotocol/server'
import { MODEL_VIEWS, MODELS_URI, modelUri } from './uris.ts'

/** Addresses whose content differs when these models changed. */
export function changedUris(models: readonly string[]): readonly string[] {
  return [MODELS_URI, ...models.flatMap((name) => MODEL_VIEWS.map((view) => modelUri(name, view)))]
}

/** For connections that hear of things without having asked (older clients, stdio). Never throws. */
export async function tellServer(
  server: Server,
  models: readonly string[],
  wanted: (uri: string) => boolean,
): Promise<void> {
  try {
    await server.sendToolListChanged()
    await server.sendResourceListChanged()
    for (const uri of changedUris(models)) {
      if (wanted(uri)) await server.sendResourceUpdated({ uri })
    }
  } catch {
    // The connection is gone or not open yet; it reads the lists anew when it opens.
  }
}
