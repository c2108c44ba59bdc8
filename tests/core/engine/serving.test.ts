// The serving table over a real registry: what is live answers, swaps lose no request, and sessions end with their last one.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createEngine } from '#core/engine/create-engine.ts'
import type { Engine, LoadableModel } from '#core/engine/engine.ts'
import { createServing } from '#core/engine/serving.ts'
import type { Outcome } from '#core/errors.ts'
import type { Lease, Logger, Serving } from '#core/operations/operation.ts'
import type { Registry } from '#core/registry/registry.ts'
import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import { makeTemporaryFolder, randomId } from '../registry/sample-version.ts'
import { constantVersion } from './constant-version.ts'

let temporary: Awaited<ReturnType<typeof makeTemporaryFolder>>
let registry: Registry
let engine: CountedEngine
let serving: Serving | null
let logged: string[]

const logger: Logger = {
  info: () => {},
  warn: () => {},
  error: (_fields, message) => logged.push(message),
}

/** The real engine, with a count of what is open and a way to hold loads back. */
interface CountedEngine extends Engine {
  open: number
  loads: number
  beforeLoad: (model: LoadableModel) => Promise<void>
}

function countEngine(inner: Engine): CountedEngine {
  const counted: CountedEngine = {
    open: 0,
    loads: 0,
    beforeLoad: async () => {},
    async load(model) {
      counted.loads += 1
      await counted.beforeLoad(model)
      const loaded = await inner.load(model)
      if (!loaded.ok) return loaded
      counted.open += 1
      const close = async () => {
        counted.open -= 1
        await loaded.value.close()
      }
      return { ok: true, value: { ...loaded.value, close } }
    },
    close: () => inner.close(),
  }
  return counted
}

const openRegistry = () => openSqliteRegistry({ folder: temporary.folder, now: Date.now, randomId })

async function serve(): Promise<Serving> {
  serving = await createServing({ registry, engine, logger, now: Date.now })
  return serving
}

function granted(outcome: Outcome<Lease>): Lease {
  if (!outcome.ok) throw new Error(outcome.failure.message)
  return outcome.value
}

/** The number that the leased version answers with. */
async function ask(lease: Lease): Promise<number> {
  const encoded = lease.model.encode([{ tenure: 1 }], () => '')
  if (!encoded.ok) throw new Error(encoded.failure.message)
  const [prediction] = await lease.model.predict(encoded.value)
  if (prediction?.kind !== 'regression') throw new Error('The model did not answer.')
  return prediction.value
}

beforeEach(async () => {
  logged = []
  serving = null
  temporary = await makeTemporaryFolder()
  registry = await openRegistry()
  engine = countEngine(createEngine({ logger }))
})
afterEach(async () => {
  await serving?.close()
  await engine.close()
  await registry.close()
  await temporary.remove()
})

describe('at the start', () => {
  test('every live version is loaded, and nothing else', async () => {
    for (const name of ['churn', 'iris', 'price']) {
      await registry.createVersion(constantVersion(name, 1))
      await registry.createVersion(constantVersion(name, 2))
    }
    await registry.setLive('iris', null)
    const table = await serve()
    expect(table.loaded()).toEqual(['churn', 'price'])
    expect(engine.loads).toBe(2)
    const lease = granted(await table.lease('churn'))
    expect(await ask(lease)).toBe(2)
    lease.release()
  })

  test('a version that cannot be loaded is reported with its reason, and the rest are served', async () => {
    const { artifactSha256 } = await registry.createVersion(constantVersion('churn', 1))
    await registry.createVersion(constantVersion('price', 2))
    await registry.createVersion(constantVersion('wrong', 3, { onnx: new Uint8Array([1, 2, 3]) }))
    await writeFile(join(temporary.folder, 'artifacts', artifactSha256), 'damaged')
    const table = await serve()
    expect(table.loaded()).toEqual(['price'])
    expect([...table.failures().keys()].sort()).toEqual(['churn', 'wrong'])
    expect(table.failures().get('churn')).toMatchObject({
      code: 'unavailable',
      message: 'A stored model file is damaged.',
    })
    expect(table.failures().get('wrong')?.code).toBe('unreadable_model')
    expect(logged).toEqual(Array(2).fill('a live version could not be loaded'))
    const loads = engine.loads
    expect(await table.lease('churn')).toMatchObject({ failure: { code: 'unavailable' } })
    expect(table.leaseNow('churn')).toBeNull()
    // Asking again does not load again: a broken model must not cost a load a request.
    expect(engine.loads).toBe(loads)
  })
})

describe('a lease', () => {
  test('of an unknown and of an undeployed model is not found, in words that tell them apart', async () => {
    await registry.createVersion(constantVersion('churn', 1, { deploy: false }))
    const table = await serve()
    expect(await table.lease('price')).toMatchObject({
      failure: { code: 'not_found', message: 'There is no model named price.' },
    })
    expect(await table.lease('churn')).toMatchObject({
      failure: { code: 'not_found', message: 'The model churn is not deployed.' },
    })
    expect(await table.leaseVersion('churn', 2)).toMatchObject({ failure: { code: 'not_found' } })
  })

  test('keeps its version open through a swap, and releasing twice takes nobody else his', async () => {
    await registry.createVersion(constantVersion('churn', 1))
    const table = await serve()
    const [first, second] = [
      granted(await table.lease('churn')),
      granted(await table.lease('churn')),
    ]
    await registry.createVersion(constantVersion('churn', 2))
    await table.refresh(['churn'])
    expect(engine.open).toBe(2)
    first.release()
    first.release()
    expect(await ask(second)).toBe(1)
    expect(engine.open).toBe(2)
    second.release()
    await Bun.sleep(0)
    expect(engine.open).toBe(1)
    const after = table.leaseNow('churn')
    expect(after?.version.number).toBe(2)
    after?.release()
  })

  test('is of the version that was made live as soon as refresh has returned', async () => {
    await registry.createVersion(constantVersion('churn', 1))
    await registry.createVersion(constantVersion('churn', 2))
    const table = await serve()
    for (const number of [1, 2, 1, 2]) {
      await registry.setLive('churn', number)
      await table.refresh(['churn'])
      const lease = granted(await table.lease('churn'))
      expect([lease.version.number, await ask(lease)]).toEqual([number, number])
      lease.release()
    }
    await registry.setLive('churn', null)
    await table.refresh(['churn'])
    expect(table.loaded()).toEqual([])
    expect(await table.lease('churn')).toMatchObject({ failure: { code: 'not_found' } })
  })

  test('goes on with the version before where the new one cannot be loaded, and says so', async () => {
    await registry.createVersion(constantVersion('churn', 1))
    const table = await serve()
    await registry.createVersion(constantVersion('churn', 2, { onnx: new Uint8Array([9]) }))
    await table.refresh(['churn'])
    expect(table.failures().has('churn')).toBe(true)
    const lease = granted(await table.lease('churn'))
    expect(await ask(lease)).toBe(1)
    lease.release()
    await registry.setLive('churn', 1)
    await table.refresh(['churn'])
    expect(table.failures().size).toBe(0)
  })

  test('finds what another process deployed, and forgets what it deleted', async () => {
    const table = await serve()
    const other = await openRegistry()
    await other.createVersion(constantVersion('churn', 7))
    const lease = granted(await table.lease('churn'))
    expect(await ask(lease)).toBe(7)
    lease.release()
    const heard = new Promise((resolve) => registry.onChange(resolve))
    await other.deleteModel('churn')
    await heard
    await table.refresh(['churn'])
    expect(table.leaseNow('churn')).toBeNull()
    expect(await table.leaseVersion('churn', 1)).toMatchObject({ failure: { code: 'not_found' } })
    expect(engine.open).toBe(0)
    await other.close()
  })
})

describe('a version by number', () => {
  test('is loaded once however many ask at once, and kept for the next request', async () => {
    await registry.createVersion(constantVersion('churn', 1, { deploy: false }))
    const table = await serve()
    const asked = Array.from({ length: 20 }, () => table.leaseVersion('churn', 1))
    for (const lease of (await Promise.all(asked)).map(granted)) {
      expect(await ask(lease)).toBe(1)
      lease.release()
    }
    granted(await table.leaseVersion('churn', 1)).release()
    expect([engine.loads, engine.open]).toEqual([1, 1])
  })

  test('that is live needs no second load', async () => {
    await registry.createVersion(constantVersion('churn', 1))
    const table = await serve()
    granted(await table.leaseVersion('churn', 1)).release()
    expect(engine.loads).toBe(1)
  })

  test('makes room for others in the order of their last use', async () => {
    for (let number = 1; number <= 10; number += 1) {
      await registry.createVersion(constantVersion('churn', number, { deploy: false }))
    }
    const table = await serve()
    const use = async (number: number) =>
      granted(await table.leaseVersion('churn', number)).release()
    for (let number = 1; number <= 8; number += 1) await use(number)
    await use(1)
    await use(9)
    expect([engine.loads, engine.open]).toEqual([9, 8])
    await use(1)
    expect(engine.loads).toBe(9)
    await use(2)
    expect(engine.loads).toBe(10)
  })

  test('deleted while it was loading is not handed out', async () => {
    await registry.createVersion(constantVersion('churn', 1, { deploy: false }))
    const table = await serve()
    engine.beforeLoad = async () => {
      await registry.deleteModel('churn')
    }
    expect(await table.leaseVersion('churn', 1)).toMatchObject({ failure: { code: 'not_found' } })
    expect(engine.open).toBe(0)
  })
})

describe('under load', () => {
  test('thousands of requests across swaps are answered by the version they leased, and none fails', async () => {
    const VERSIONS = 5
    for (let number = 1; number <= VERSIONS; number += 1) {
      await registry.createVersion(constantVersion('churn', number))
    }
    const table = await serve()
    let swapping = true
    let answered = 0
    const seen = new Set<number>()
    const client = async (pause: number) => {
      while (swapping) {
        const lease = table.leaseNow('churn') ?? granted(await table.lease('churn'))
        // Some requests are slow, so that swaps overtake them.
        if (answered % 50 === pause) await Bun.sleep(pause)
        const answer = await ask(lease)
        if (answer !== lease.version.number) throw new Error('answered by another version')
        lease.release()
        seen.add(answer)
        answered += 1
      }
    }
    const clients = Promise.all(Array.from({ length: 16 }, (_, index) => client(index)))
    for (let swap = 0; swap < 60; swap += 1) {
      const number = (swap % VERSIONS) + 1
      await registry.setLive('churn', number)
      await table.refresh(['churn'])
      // Asked for after the promote: never the one before.
      const lease = table.leaseNow('churn')
      expect(lease?.version.number).toBe(number)
      lease?.release()
      await Bun.sleep(2)
    }
    swapping = false
    await clients
    expect(answered).toBeGreaterThan(1000)
    expect(seen.size).toBe(VERSIONS)
    expect(logged).toEqual([])
    await Bun.sleep(0)
    expect(engine.open).toBe(1)
  })

  test('the last of several refreshes at once wins', async () => {
    await registry.createVersion(constantVersion('churn', 1))
    await registry.createVersion(constantVersion('churn', 2))
    const table = await serve()
    // The first load is slow: without turns it would come last and put the older version back.
    let slow = true
    engine.beforeLoad = async () => {
      const wait = slow ? 30 : 0
      slow = false
      await Bun.sleep(wait)
    }
    await registry.setLive('churn', 1)
    const first = table.refresh(['churn'])
    await registry.setLive('churn', 2)
    await Promise.all([first, table.refresh(['churn'])])
    const lease = table.leaseNow('churn')
    expect(lease?.version.number).toBe(2)
    lease?.release()
  })
})

describe('closing', () => {
  test('waits for requests in flight, refuses new ones, and leaves nothing open', async () => {
    await registry.createVersion(constantVersion('churn', 1))
    await registry.createVersion(constantVersion('churn', 2))
    const table = await serve()
    granted(await table.leaseVersion('churn', 1)).release()
    const lease = granted(await table.lease('churn'))
    let closed = false
    const closing = table.close().then(() => {
      closed = true
    })
    expect(await table.lease('churn')).toMatchObject({ failure: { code: 'unavailable' } })
    expect(table.leaseNow('churn')).toBeNull()
    await Bun.sleep(5)
    expect(closed).toBe(false)
    expect(await ask(lease)).toBe(2)
    lease.release()
    await closing
    expect(engine.open).toBe(0)
  })

  test('in the middle of a load closes what comes of it', async () => {
    await registry.createVersion(constantVersion('churn', 1, { deploy: false }))
    const table = await serve()
    let onLoading: () => void = () => {}
    const loading = new Promise<void>((resolve) => {
      onLoading = resolve
    })
    engine.beforeLoad = async () => {
      onLoading()
      await Bun.sleep(10)
    }
    const asked = table.leaseVersion('churn', 1)
    await loading
    await table.close()
    expect(await asked).toMatchObject({ failure: { code: 'unavailable' } })
    expect(engine.open).toBe(0)
  })
})
