// Versions to store in tests: small, whole and told apart by their content.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewVersion } from '#core/registry/registry.ts'

const encoder = new TextEncoder()

export function randomId(): string {
  return randomBytes(16).toString('hex')
}

export function sha256(content: Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(content).digest('hex')
}

export function sampleVersion(
  model: string,
  content: string,
  change: Partial<NewVersion> = {},
): NewVersion {
  const original = encoder.encode(`original ${content}`)
  return {
    model,
    signature: {
      task: 'regression',
      inputs: [{ name: 'tenure', type: 'float', optional: false }],
      namesKnown: true,
      outputs: [{ name: 'prediction', type: 'number' }],
    },
    binding: {
      inputs: [{ tensor: 'input', type: 'float32', fields: ['tenure'], rank: 2 }],
      values: 'variable',
    },
    origin: {
      fileName: `${model}_model.pkl`,
      sizeBytes: original.byteLength,
      sha256: sha256(original),
      library: 'xgboost',
      libraryVersion: '3.0.0',
      modelClass: 'XGBRegressor',
      uploadedBy: 'local',
      uploadedAt: '2026-01-01T00:00:00.000Z',
    },
    onnx: encoder.encode(`onnx ${content}`),
    original,
    warnings: [],
    deploy: true,
    ...change,
  }
}

export async function makeTemporaryFolder(): Promise<{
  folder: string
  remove(): Promise<void>
}> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-registry-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
