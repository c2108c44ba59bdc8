// Versions in memory, counted: each is loaded once however many ask, and closed after its last holder lets go.

import { type Failure, fail, type Outcome, succeed } from '#core/errors.ts'
import type { Lease, Logger } from '#core/operations/operation.ts'
import type { Registry, VersionRecord } from '#core/registry/registry.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import type { Engine, LoadedModel } from './engine.ts'

/** A version in memory. Whoever keeps it owns one of its references. */
export interface Held {
  readonly version: VersionRecord
  readonly model: LoadedModel & { close(): Promise<void> }
  references: number
}

export interface VersionLoader {
  /** The version with one reference for the caller, who must `drop` it. */
  obtain(name: string, number: number): Promise<Outcome<Held>>
  /** One more reference to what the caller knows to be held. */
  share(held: Held): Held
  drop(held: Held): void
  /** Hands the caller's reference on to a lease. */
  lease(held: Held, shadow?: Lease['shadow']): Lease
  /** Resolves when nothing is being loaded and every version is closed. */
  drained(): Promise<void>
}

interface Pending {
  readonly outcome: Promise<Outcome<Held>>
  /** How many will own a reference once it is loaded. */
  waiters: number
}

export function createVersionLoader(ports: {
  readonly registry: Registry
  readonly engine: Engine
  readonly logger: Logger
}): VersionLoader {
  const { logger } = ports
  const loading = new Map<string, Pending>()
  const open = new Set<Held>()
  let onDrained: (() => void) | null = null
  const noticeDrained = () => {
    if (open.size === 0 && loading.size === 0) onDrained?.()
  }

  const start = (key: string, name: string, number: number): Pending => {
    const load = async (): Promise<Outcome<Held>> => {
      const loaded = await loadVersion(ports, name, number)
      // In one breath: from here on nobody can join, and all who did own a reference.
      const waiters = loading.get(key)?.waiters ?? 0
      loading.delete(key)
      if (!loaded.ok) {
        noticeDrained()
        return loaded
      }
      const held = { ...loaded.value, references: waiters }
      open.add(held)
      return succeed(held)
    }
    const pending = { outcome: load(), waiters: 0 }
    loading.set(key, pending)
    return pending
  }

  const drop = (held: Held): void => {
    held.references -= 1
    if (held.references > 0) return
    const finish = () => {
      open.delete(held)
      noticeDrained()
    }
    held.model.close().then(finish, (error: unknown) => {
      logger.error({ ...label(held.version), error: String(error) }, 'a model could not be closed')
      finish()
    })
  }

  return {
    async obtain(name, number) {
      const key = `${name}@${number}`
      const pending = loading.get(key) ?? start(key, name, number)
      pending.waiters += 1
      return await pending.outcome
    },
    share(held) {
      held.references += 1
      return held
    },
    drop,
    lease(held, shadow) {
      let released = false
      const lease: Lease = {
        version: held.version,
        model: held.model,
        release() {
          // A second call must not take away another request's reference.
          if (released) return
          released = true
          drop(held)
        },
      }
      // Nothing is copied on the way of most requests.
      return shadow === undefined ? lease : { ...lease, shadow }
    },
    drained() {
      return new Promise((resolve) => {
        onDrained = resolve
        noticeDrained()
      })
    },
  }
}

async function loadVersion(
  ports: { readonly registry: Registry; readonly engine: Engine; readonly logger: Logger },
  name: string,
  number: number,
): Promise<Outcome<Pick<Held, 'version' | 'model'>>> {
  try {
    const version = await ports.registry.findVersion(name, number)
    if (version === null) return fail('not_found', `The model ${name} has no version ${number}.`)
    const onnx = await ports.registry.readArtifact(version.artifactSha256)
    const { signature, binding } = version
    const loaded = await ports.engine.load({ onnx, signature, binding })
    return loaded.ok ? succeed({ version, model: loaded.value }) : loaded
  } catch (error) {
    return { ok: false, failure: explainLoadError(ports.logger, name, number, error) }
  }
}

function explainLoadError(logger: Logger, name: string, number: number, error: unknown): Failure {
  const expected = error instanceof RegistryUnavailable
  if (!expected) {
    logger.error({ model: name, version: number, error: String(error) }, 'loading a model threw')
  }
  const message = expected ? error.message : `Version ${number} of ${name} could not be loaded.`
  return { code: 'unavailable', message, details: [] }
}

function label(version: VersionRecord): { model: string; version: number } {
  return { model: version.model, version: version.number }
}
