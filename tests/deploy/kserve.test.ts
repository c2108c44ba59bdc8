// The runtime for KServe: its own command is run here over a model file, and what it asks of KServe is what KServe asks.

import { afterAll, describe, expect, test } from 'bun:test'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { readConfiguration } from '../../bin/configuration.ts'

const ROOT = resolve(import.meta.dir, '../..')
const folder = await mkdtemp(join(tmpdir(), 'parley-kserve-'))
const running = new Set<Bun.Subprocess>()
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const probe = z.looseObject({ httpGet: z.strictObject({ path: z.string(), port: z.number() }) })

/** As far as Parley depends on it; the whole was checked against the published CRD (docs/open-inference.md says which). */
const runtime = z.strictObject({
  apiVersion: z.literal('serving.kserve.io/v1alpha1'),
  kind: z.literal('ServingRuntime'),
  metadata: z.strictObject({ name: z.string(), namespace: z.string() }),
  spec: z.strictObject({
    annotations: z.record(z.string(), z.string()),
    supportedModelFormats: z.array(
      z.strictObject({ name: z.string(), version: z.string(), autoSelect: z.boolean() }),
    ),
    protocolVersions: z.array(z.enum(['v1', 'v2', 'grpc-v1', 'grpc-v2'])),
    containers: z.tuple([
      z.looseObject({
        name: z.literal('kserve-container'),
        command: z.array(z.string()),
        args: z.array(z.string()),
        ports: z.array(z.looseObject({ containerPort: z.number() })).length(1),
        env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
        securityContext: z.strictObject({
          allowPrivilegeEscalation: z.literal(false),
          privileged: z.literal(false),
          readOnlyRootFilesystem: z.literal(true),
          runAsNonRoot: z.literal(true),
          runAsUser: z.literal(1000),
          capabilities: z.strictObject({ drop: z.tuple([z.literal('ALL')]) }),
          seccompProfile: z.strictObject({ type: z.literal('RuntimeDefault') }),
        }),
        readinessProbe: probe,
        livenessProbe: probe,
        volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
      }),
    ]),
    volumes: z.array(z.looseObject({ name: z.string() })),
  }),
})

const read = (file: string) => Bun.file(join(ROOT, 'deploy/kserve', file)).text()
const manifest = runtime.parse(Bun.YAML.parse(await read('serving-runtime.yaml')))
const [container] = manifest.spec.containers

describe('the runtime', () => {
  test('speaks the protocol where KServe looks for it, and is asked whether it is ready', () => {
    expect(manifest.spec.protocolVersions).toEqual(['v2', 'grpc-v2'])
    const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]))
    expect(readConfiguration(environment)).toMatchObject({
      ok: true,
      value: { port: 8080, grpcPort: 9000, requireKeys: true },
    })
    expect(container.ports.map(({ containerPort }) => containerPort)).toEqual([8080])
    expect(container.readinessProbe.httpGet).toEqual({ path: '/v2/health/ready', port: 8080 })
    expect(container.livenessProbe.httpGet).toEqual({ path: '/v2/health/live', port: 8080 })
    expect(manifest.spec.annotations['prometheus.kserve.io/port']).toBe('8080')
  })

  test('writes only where it has a volume', () => {
    const volumes = manifest.spec.volumes.map(({ name }) => name)
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(volumes)
    expect(container.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(['/data', '/tmp'])
  })

  test('is the one that the example asks for', async () => {
    const { spec } = z
      .looseObject({
        kind: z.literal('InferenceService'),
        spec: z.looseObject({
          predictor: z.looseObject({
            model: z.looseObject({
              runtime: z.string(),
              protocolVersion: z.string(),
              modelFormat: z.strictObject({ name: z.string() }),
            }),
          }),
        }),
      })
      .parse(Bun.YAML.parse(await read('inference-service.example.yaml')))
    const { model } = spec.predictor
    expect(model.runtime).toBe(manifest.metadata.name)
    const formats = manifest.spec.supportedModelFormats.map(({ name }) => name)
    expect(formats).toContain(model.modelFormat.name)
    expect(manifest.spec.protocolVersions as readonly string[]).toContain(model.protocolVersion)
  })

  test('deploys the file that lies there under the name of the service, and answers with a key', async () => {
    const models = join(folder, 'models')
    await mkdir(models)
    await Bun.write(
      join(models, 'churn_model.pkl'),
      Bun.file(join(ROOT, 'models/churn/churn_model.pkl')),
    )
    const environment = { PATH: process.env['PATH'] ?? '', PARLEY_DATA: join(folder, 'data') }
    const parley = join(ROOT, 'bin/parley.ts')
    const keys = Bun.spawn([process.execPath, parley, 'keys', 'create', '--name', 'k'], {
      env: environment,
      stderr: 'pipe',
    })
    const key = /parley_\w+/.exec(await new Response(keys.stdout).text())?.[0]
    const settings = Object.fromEntries(container.env.map(({ name, value }) => [name, value]))
    // The template's words are KServe's to fill; the addresses are those of this machine.
    const args = container.args.map((text) =>
      text
        .replaceAll('{{.Name}}', 'churn-service')
        .replaceAll('/mnt/models', models)
        .replaceAll('bun /app/bin/parley.ts', `"${process.execPath}" "${parley}"`),
    )
    const child = Bun.spawn([...container.command, ...args], {
      env: {
        ...settings,
        ...environment,
        HOST: '127.0.0.1',
        PARLEY_REQUIRE_KEYS: '1',
        PORT: '0',
        GRPC_PORT: '0',
        LOG_LEVEL: 'silent',
      },
      stdout: 'pipe',
      stderr: 'inherit',
    })
    running.add(child)
    let printed = ''
    const decoder = new TextDecoder()
    for await (const piece of child.stdout) {
      printed += decoder.decode(piece)
      if (printed.includes('  grpc')) break
    }
    const [, url = ''] = /is ready: (http:\S+)/.exec(printed) ?? []
    expect((await fetch(url + container.readinessProbe.httpGet.path)).status).toBe(200)
    expect((await fetch(url + container.livenessProbe.httpGet.path)).status).toBe(200)
    const ask = (headers: Record<string, string>) =>
      fetch(`${url}/v2/models/churn-service/infer`, {
        method: 'POST',
        headers,
        body: JSON.stringify({
          inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 3], data: [24, 70, 1680] }],
        }),
      })
    expect((await ask({})).status).toBe(401)
    const answer = await ask({ authorization: `Bearer ${key}` })
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { model_name: 'churn-service', model_version: '1' },
    ])
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
  }, 30_000)
})
