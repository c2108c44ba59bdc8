// Checks which details of a failure a surface still has to show beside its message.

import { describe, expect, test } from 'bun:test'
import { inWords, untoldDetails } from '#core/errors.ts'

function untold(message: string, details: readonly [path: string, message: string][]): string[] {
  const failure = {
    code: 'invalid_input' as const,
    message,
    details: details.map(([path, fact]) => ({ path, message: fact })),
  }
  return untoldDetails(failure).map(({ path }) => path)
}

describe('the details a message leaves untold', () => {
  test('are those of other fields, also where their problem is the same', () => {
    expect(
      untold('tenure must be a number (and 2 more problems).', [
        ['tenure', 'must be a number'],
        ['charges', 'must be a number'],
        ['total', 'is missing'],
      ]),
    ).toEqual(['charges', 'total'])
  })

  test('are none where the message says the only one, with its field or without', () => {
    expect(
      untold('Line 3: tenure must be a number.', [['lines[3]', 'tenure must be a number']]),
    ).toEqual([])
    expect(untold('Cut off. At byte 9.', [['', 'At byte 9.']])).toEqual([])
    expect(untold('The form cannot be used.', [['deploy', 'must be true or false']])).toEqual([
      'deploy',
    ])
  })
})

test('in words an input has the name that a person typed, in the message and in every detail', () => {
  const failure = {
    code: 'invalid_input' as const,
    message: 'features.tenure is missing (and 1 more problem).',
    details: [
      { path: 'features.tenure', message: 'is missing' },
      { path: 'features.features.x', message: 'is missing' },
      { path: 'model', message: 'is required' },
    ],
  }
  expect(inWords(failure)).toEqual({
    code: 'invalid_input',
    message: 'tenure is missing (and 1 more problem).',
    details: [
      { path: 'tenure', message: 'is missing' },
      { path: 'features.x', message: 'is missing' },
      { path: 'model', message: 'is required' },
    ],
  })
})
