// What an example is given, on real ports in a temporary folder, without a network: the data are the synthetic ones.

import { join } from 'node:path'
import { createAgent } from '#agent/agent.ts'
import { createServer } from '#api/server.ts'
import { createFileStore } from '#core/language/file-store.ts'
import type { ExampleContext } from '#models/example.ts'
import { createDataFinder } from '#models/shared/find-data.ts'
import { type TestPorts, testCall } from '../support/ports.ts'

export interface ContextOptions {
  readonly signal?: AbortSignal
  readonly again?: boolean
  readonly given?: ExampleContext['given']
  /** Takes the place of the network; the synthetic data are taken where it is left out. */
  readonly line?: typeof fetch
}

/** `said` fills while the example is made. */
export function exampleContext(
  ports: TestPorts,
  { signal = new AbortController().signal, again = false, given = {}, line }: ContextOptions = {},
): { readonly context: ExampleContext; readonly said: readonly string[] } {
  const said: string[] = []
  const say = (words: string) => {
    said.push(words)
  }
  const call = testCall(ports, { signal })
  const context: ExampleContext = {
    call,
    findData: createDataFinder({
      exampleData: null,
      syntheticOnly: line === undefined,
      downloads: join(ports.folder, 'downloads'),
      fetch: line ?? fetch,
      work: { signal, progress: call.progress },
      say,
    }),
    outputFolder: join(ports.folder, 'examples'),
    async withServer(work) {
      const server = createServer({ ports, agent: createAgent({ ports }), port: 0 })
      try {
        return await work(server.url)
      } finally {
        await server.stop({ drainMs: 100 })
      }
    },
    fetch,
    modelCache: {
      // Nothing listens there: no test asks the real hub.
      hub: { endpoint: 'http://127.0.0.1:9', token: null },
      folder: join(ports.folder, 'models/hub'),
      store: createFileStore(join(ports.folder, 'models/files')),
    },
    say,
    again,
    given,
  }
  return { context, said }
}
