// The contract with outsiders: names, effects, inputs and outputs stay what they are written down to be.

import { expect, test } from 'bun:test'
import { z } from 'zod'
import { findOperation, OPERATIONS } from '#core/operations/index.ts'
import { OPERATION_NAMES } from '#core/operations/operation.ts'
import { PINS } from './pins.ts'

test('the operations are these, in this order', () => {
  expect(OPERATIONS.map(({ name }) => name)).toEqual([
    'list_models',
    'describe_model',
    'deploy_model',
    'undeploy_model',
    'delete_model',
    'predict',
    'predict_batch',
    'explain_prediction',
    'list_versions',
    'promote_version',
    'set_traffic',
    'model_metrics',
    'check_drift',
    'train_model',
    'suggest_phrases',
    'help',
  ])
})

test('every pinned operation is there', () => {
  expect(PINS.map(({ name }): string => name)).toEqual(OPERATIONS.map(({ name }) => name))
})

test.each(PINS.map((pin) => [pin.name, pin] as const))(
  '%s takes and gives what is written down',
  (name, pin) => {
    const operation = findOperation(name)
    if (operation === null) throw new Error(`${name} is missing`)
    const { $schema: _, ...input } = z.toJSONSchema(operation.input, { io: 'input' })
    const { properties = {}, required = [] } = z.toJSONSchema(operation.output)
    expect({
      name: operation.name,
      effect: operation.effect,
      cost: operation.cost,
      input,
      output: {
        required,
        optional: Object.keys(properties).filter((key) => !required.includes(key)),
      },
    } as unknown).toEqual(pin)
  },
)

test.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
  '%s is told in words and by examples that its own schema takes',
  (name, operation) => {
    expect((OPERATION_NAMES as readonly string[]).includes(name)).toBe(true)
    expect(operation.description.endsWith('.')).toBe(true)
    expect(operation.examples.length).toBeGreaterThan(0)
    for (const { input } of operation.examples) {
      expect(operation.input.safeParse(input).success).toBe(true)
    }
  },
)

test('every input is strict: what is not known is never dropped', () => {
  for (const operation of OPERATIONS) {
    const { additionalProperties } = z.toJSONSchema(operation.input, { io: 'input' })
    expect(`${operation.name} ${additionalProperties}`).toBe(`${operation.name} false`)
  }
})

test('a name that is not there is no operation', () => {
  expect(findOperation('guess_phrases')).toBeNull()
  expect(findOperation('constructor')).toBeNull()
})
