// The world as somebody sees it who may use some models only: the others do not exist in it.

import { fail } from '#core/errors.ts'
import type { Registry } from '#core/registry/registry.ts'
import { maySee, modelRefusal } from './access.ts'
import type { Ports, Principal, Serving } from './operation.ts'

/** Thrown where a version would be stored under a name that this person may not use; `invoke` says so. */
export class ModelRefused extends Error {
  override readonly name = 'ModelRefused'
  readonly model: string

  constructor(model: string) {
    super('the model is not among those of this person')
    this.model = model
  }
}

/** The same ports for who is not limited. */
export function limitPorts(ports: Ports, principal: Pick<Principal, 'models'>): Ports {
  if (principal.models === undefined) return ports
  return {
    ...ports,
    registry: limitRegistry(ports.registry, principal),
    serving: limitServing(ports.serving, principal),
    samples: {
      ...ports.samples,
      // Not offered where deploying it would be refused.
      list: async () => (await ports.samples.list()).filter(({ name }) => maySee(principal, name)),
    },
  }
}

function limitRegistry(registry: Registry, principal: Pick<Principal, 'models'>): Registry {
  const sees = (name: string) => maySee(principal, name)
  const refuse = (name: string) => modelRefusal(principal, name)
  return {
    ...registry,
    listModels: async () => (await registry.listModels()).filter(({ name }) => sees(name)),
    findModel: async (name) => (sees(name) ? registry.findModel(name) : null),
    readCard: async (name) => (sees(name) ? registry.readCard(name) : ''),
    readReport: async (name, number) => (sees(name) ? registry.readReport(name, number) : null),
    listRuns: async (limit) =>
      (await registry.listRuns(limit)).filter(({ model }) => model === null || sees(model)),
    async findRun(id) {
      const run = await registry.findRun(id)
      return run?.model == null || sees(run.model) ? run : null
    },
    listVersions: async (name) => (sees(name) ? registry.listVersions(name) : []),
    findVersion: async (name, number) => (sees(name) ? registry.findVersion(name, number) : null),
    findByOriginal: async (name, sha256) =>
      sees(name) ? registry.findByOriginal(name, sha256) : null,
    async createVersion(version) {
      if (!sees(version.model)) throw new ModelRefused(version.model)
      return registry.createVersion(version)
    },
    setLive: async (name, number, change) =>
      sees(name) ? registry.setLive(name, number, change) : refuse(name),
    updateModel: async (name, change) =>
      sees(name) ? registry.updateModel(name, change) : refuse(name),
    deleteModel: async (name) => (sees(name) ? registry.deleteModel(name) : refuse(name)),
  }
}

function limitServing(serving: Serving, principal: Pick<Principal, 'models'>): Serving {
  const sees = (name: string) => maySee(principal, name)
  return {
    ...serving,
    lease: async (name, key) =>
      sees(name) ? serving.lease(name, key) : fail('not_found', NOT_LOADED),
    leaseNow: (name, key) => (sees(name) ? serving.leaseNow(name, key) : null),
    traffic: (name) => (sees(name) ? serving.traffic(name) : null),
    rolledBack: (name) => (sees(name) ? serving.rolledBack(name) : null),
    leaseVersion: async (name, number) =>
      sees(name) ? serving.leaseVersion(name, number) : fail('not_found', NOT_LOADED),
    loaded: (task) => serving.loaded(task).filter(sees),
    failures: () => new Map([...serving.failures()].filter(([name]) => sees(name))),
  }
}

const NOT_LOADED = 'There is no such model.'
