// The text written for one row is what JSON.stringify gives for the shared answer, whatever the names and numbers.

import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { predictionJson } from '#api/prediction-json.ts'
import type { Prediction, Signature } from '#core/model.ts'
import { answerOf } from '#core/operations/prediction-answer.ts'
import type { VersionRecord } from '#core/registry/registry.ts'
import { createTestPorts } from '../support/ports.ts'
import { storeModel } from './support.ts'

async function storedVersion(): Promise<VersionRecord> {
  const ports = await createTestPorts()
  const version = await storeModel(ports)
  await ports.close()
  return version
}

const base = await storedVersion()

function check(signature: Partial<Signature>, model: string, prediction: Prediction): void {
  const version = { ...base, model, signature: { ...base.signature, ...signature } }
  const expected = JSON.stringify({
    model,
    model_version: version.modelVersion,
    task: version.signature.task,
    ...answerOf(version.signature, prediction),
    latency_ms: 0.125,
    request_id: 'id-1',
  })
  // Twice: the second comes from the pieces kept.
  for (let turn = 0; turn < 2; turn += 1) {
    expect(predictionJson(version, prediction, 0.125, 'id-1')).toBe(expected)
  }
}

test('of a classification', () => {
  const labels = fc.uniqueArray(fc.oneof(fc.string(), fc.integer().map(String)), {
    minLength: 2,
    maxLength: 5,
  })
  const names = labels.filter((all) =>
    all.every((label) => label !== '__proto__' && !/^\d+$/.test(label)),
  )
  fc.assert(
    fc.property(
      names,
      fc.string(),
      fc.array(fc.double(), { minLength: 5, maxLength: 5 }),
      (classes, model, values) => {
        const probabilities = values.slice(0, classes.length)
        check({ classes }, model, {
          kind: 'classification',
          label: classes[1] ?? '',
          probabilities,
        })
      },
    ),
  )
})

test('of whole-number labels, a label that is no class, and a class called __proto__', () => {
  const probabilities = [0.25, 0.75]
  check({ classes: ['0', '1'] }, 'm', { kind: 'classification', label: '1', probabilities })
  check({ classes: ['a', 'b'] }, 'm', { kind: 'classification', label: 'c', probabilities })
  check({ classes: ['__proto__', 'b'] }, 'm', { kind: 'classification', label: 'b', probabilities })
})

test('of a regression and of several values', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      check({ task: 'regression' }, 'm', { kind: 'regression', value })
    }),
  )
  const outputs = [
    { name: 'low', type: 'number' as const },
    { name: 'high', type: 'number' as const },
  ]
  check({ task: 'regression', outputs }, 'm', { kind: 'values', values: [1.5, Number.NaN] })
})
