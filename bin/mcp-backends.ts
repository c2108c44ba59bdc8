// What `parley mcp` serves: a running server's operations, or its own on the data folder, each with the rights of who asks.

import { modelDocument } from '#api/openapi/model-document.ts'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { mayUpload } from '#core/operations/may-upload.ts'
import type { Logger, Principal } from '#core/operations/operation.ts'
import { principalOf } from '#core/people/grants.ts'
import type { Grants } from '#core/people/grants-file.ts'
import { createKeyring, type Keyring } from '#core/people/keyring.ts'
import type { Backend } from '#mcp/backend.ts'
import type { FindPrincipal } from '#mcp/create-server.ts'
import { withLocalFiles } from '#mcp/files/local-files.ts'
import { MAX_FILE_BYTES } from '#mcp/limits.ts'
import { createOwnBackend } from '#mcp/own-backend.ts'
import type { RemoteServer } from '#mcp/remote/forward.ts'
import { createRemoteBackend } from '#mcp/remote/remote-backend.ts'
import { uploadTo } from '#mcp/remote/upload.ts'
import type { Configuration } from './configuration.ts'
import { loadGrants } from './permissions.ts'
import { openPorts } from './ports.ts'

export interface Opened {
  readonly backend: Backend
  readonly findPrincipal: FindPrincipal
  close(): Promise<void>
}

interface Shared {
  /** Folders whose files may be named by path, with every link followed. */
  readonly folders: readonly string[]
  readonly logger: Logger
}

/** The server finds out by itself who asks and what they may; here it is only a name. */
const BEHIND_A_SERVER: Principal = { id: 'local', role: 'viewer', surface: 'mcp' }

export function openRemote(server: RemoteServer, { folders, logger }: Shared): Outcome<Opened> {
  const remote = createRemoteBackend({ ...server, principal: BEHIND_A_SERVER, logger })
  const backend = withLocalFiles(remote, {
    folders,
    store: (file, { signal }) => uploadTo(server, file, signal),
  })
  return succeed({
    backend,
    findPrincipal: () => BEHIND_A_SERVER,
    close: () => remote.close(),
  })
}

/** Fails where the permissions file is wrong, or lets nobody in who comes like this. */
export async function openOwn(
  configuration: Configuration,
  { folders, logger, key }: Shared & { readonly key: string | null },
): Promise<Outcome<Opened>> {
  const grants = await loadGrants(configuration)
  if (!grants.ok) return grants
  const { host, port } = configuration
  const { ports, ...opened } = await openPorts(
    configuration,
    logger,
    () => `http://${host}:${port}`,
  )
  const keyring = createKeyring({ store: ports.registry, now: ports.now, logger })
  const close = async () => {
    await keyring.close()
    await opened.close()
  }
  const findPrincipal = personFinder({ configuration, grants: grants.value, keyring, key })
  if ((await findPrincipal()) === null) {
    await close()
    return fail('forbidden', nobodySentence(configuration, key))
  }
  const backend = withLocalFiles(createOwnBackend({ ports, openApiOf: modelDocument }), {
    folders,
    async store({ fileName, content }, { principal }) {
      const allowed = mayUpload(principal)
      if (!allowed.ok) return allowed
      const stored = await ports.registry.createUpload({
        fileName,
        owner: principal.id,
        content,
        maximumBytes: MAX_FILE_BYTES,
      })
      return stored.ok ? succeed(stored.value.id) : stored
    },
  })
  return succeed({ backend, findPrincipal, close })
}

/** As the server finds it: a key that was given decides, also where none is needed. */
function personFinder({
  configuration,
  grants,
  keyring,
  key,
}: {
  readonly configuration: Configuration
  readonly grants: Grants
  readonly keyring: Keyring
  readonly key: string | null
}): FindPrincipal {
  if (key !== null) return () => keyring.principalOf(key, 'mcp')
  const local = configuration.requireKeys ? null : principalOf({ surface: 'local' }, grants)
  return () => (local === null ? null : { ...local, surface: 'mcp' })
}

function nobodySentence({ requireKeys, dataFolder }: Configuration, key: string | null): string {
  if (key !== null) {
    return `The key in PARLEY_API_KEY is none that works for ${dataFolder}. "parley keys list" shows which keys work.`
  }
  const why = requireKeys
    ? 'Everybody needs a key here (HOST, PARLEY_ALLOWED_HOSTS or PARLEY_REQUIRE_KEYS says so)'
    : 'The permissions file gives "local" no rights'
  return `${why}: set PARLEY_API_KEY in this client's configuration. "parley keys create --name NAME" makes one.`
}
