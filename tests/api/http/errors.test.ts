// Pins what outsiders see of a failure: the statuses and the body, as literals.

import { expect, test } from 'bun:test'
import { errorResponse, STATUS_OF } from '#api/http/errors.ts'
import { ERROR_CODES } from '#core/errors.ts'

test('every code has the status that outsiders rely on', () => {
  expect(STATUS_OF).toEqual({
    malformed_request: 400,
    unauthorized: 401,
    forbidden: 403,
    not_found: 404,
    conflict: 409,
    needs_confirmation: 409,
    too_large: 413,
    unsupported_file: 415,
    invalid_input: 422,
    unreadable_model: 422,
    rate_limited: 429,
    unavailable: 503,
    cancelled: 503,
    internal: 500,
  })
  expect(Object.keys(STATUS_OF).sort()).toEqual([...ERROR_CODES].sort())
})

test('the body of an error has exactly these parts', async () => {
  const response = errorResponse(
    {
      code: 'invalid_input',
      message: 'tenure is missing.',
      details: [{ path: 'tenure', message: 'is missing' }],
    },
    'request-1',
  )
  expect(response.status).toBe(422)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(response.headers.get('x-request-id')).toBe('request-1')
  expect(await response.json()).toEqual({
    error: {
      code: 'invalid_input',
      message: 'tenure is missing.',
      details: [{ path: 'tenure', message: 'is missing' }],
      request_id: 'request-1',
    },
  })
})

test('what is left of a refused body is not waited for', () => {
  const response = errorResponse({ code: 'too_large', message: '', details: [] }, 'r')
  expect(response.headers.get('connection')).toBe('close')
})
