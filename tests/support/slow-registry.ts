// A registry that takes its time: the real one behind a door that a test shuts and opens.

import type { Registry } from '#core/registry/registry.ts'

export interface SlowRegistry {
  readonly registry: Registry
  /** From now on nothing that is asked is answered. */
  shut(): void
  /** Everything that was asked is done, in order, and answered. */
  open(): void
}

export function slowRegistry(real: Registry): SlowRegistry {
  let door: PromiseWithResolvers<void> | null = null
  const registry = new Proxy(real, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => {
        const ask = (): unknown => member.apply(target, given)
        return door === null ? ask() : door.promise.then(ask)
      }
    },
  })
  return {
    registry,
    shut() {
      door ??= Promise.withResolvers<void>()
    },
    open() {
      door?.resolve()
      door = null
    },
  }
}
