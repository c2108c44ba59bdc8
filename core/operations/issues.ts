// Turns what the schema found wrong with an input into facts a person can act on.

import type { z } from 'zod'
import type { FailureDetail } from '#core/errors.ts'
import { nearestWord } from '#core/nearest.ts'

const PLAIN_KEY = /^[A-Za-z_$][\w$]*$/

/** `rows[3].price`; keys that would be ambiguous are quoted: `features["a b"]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else {
      const key = String(part)
      if (!PLAIN_KEY.test(key)) text += `[${JSON.stringify(key)}]`
      else text += text === '' ? key : `.${key}`
    }
  }
  return text
}

/** All issues at once, in the order of the input. `known` are the input's own fields, for "did you mean". */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  known: readonly string[],
): FailureDetail[] {
  return issues.flatMap((issue) => describeIssue(issue, known))
}

function describeIssue(issue: z.core.$ZodIssue, known: readonly string[]): FailureDetail[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = issue.path.length === 0 ? nearestWord(key, known) : null
      const hint = near === null ? '' : `; did you mean "${near}"?`
      return { path: formatPath([...issue.path, key]), message: `is not known here${hint}` }
    })
  }
  return [{ path: formatPath(issue.path), message: describeProblem(issue) }]
}

function describeProblem(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.path.length > 0 && issue.message.endsWith('received undefined')
        ? 'is required'
        : `must be ${withArticle(issue.expected)}`
    case 'too_small':
      return `must ${limitWords(issue.origin, 'at least', Number(issue.minimum))}`
    case 'too_big':
      return `must ${limitWords(issue.origin, 'at most', Number(issue.maximum))}`
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
    case 'invalid_union':
      return 'must be a number, a text, true, false or null'
    case 'custom':
      return issue.message
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
      return 'is not in the form that is expected here'
  }
}

function limitWords(origin: string, bound: string, limit: number): string {
  if (origin === 'string') return `have ${bound} ${limit} character${limit === 1 ? '' : 's'}`
  if (origin === 'array' || origin === 'set') {
    return `have ${bound} ${limit} item${limit === 1 ? '' : 's'}`
  }
  return `be ${bound} ${limit}`
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function withArticle(type: string): string {
  return TYPE_WORDS[type] ?? type
}
