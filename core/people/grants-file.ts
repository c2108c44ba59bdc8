// The permissions file: its form, its defaults, and one sentence for what is wrong in it.

import { z } from 'zod'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { describeIssues, formatPath } from '#core/operations/issues.ts'
import { OPERATION_NAMES } from '#core/operations/operation.ts'
import { ROLES } from './roles.ts'

/** Lets nobody in; stands in the file where a role could. */
export const NONE = 'none'

const role = z.enum(ROLES)
const EFFECTS = ['read', 'write', 'destructive'] as const
const modelName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be a name of a model')

/** What a key or a person can be limited to. */
export const SCOPES: readonly string[] = [...EFFECTS, ...OPERATION_NAMES]

const limitedGrant = z.strictObject({
  role,
  models: z.array(modelName).optional(),
  scopes: z.array(z.enum([...EFFECTS, ...OPERATION_NAMES])).optional(),
})
const grant = z.union([z.enum([...ROLES, NONE]), limitedGrant])

const SLACK_USER = /^(?:T[A-Z0-9]+:)?[UW][A-Z0-9]+$/
const SLACK_GROUP = /^S[A-Z0-9]+$/
const SNOWFLAKE = /^\d{15,21}$/

const idMap = (pattern: RegExp, what: string) =>
  z.record(z.string().regex(pattern, what), grant).default({})

const grantsFile = z.strictObject({
  /** The person at this machine, who sends no key. */
  local: grant.default('admin'),
  slack: z
    .strictObject({
      default: grant.default('viewer'),
      users: idMap(SLACK_USER, 'must be a user id such as U012AB3CD, or T0123:U012AB3CD'),
      groups: idMap(SLACK_GROUP, 'must be a user group id such as S0614TZR7'),
    })
    .prefault({}),
  discord: z
    .strictObject({
      default: grant.default('viewer'),
      users: idMap(SNOWFLAKE, 'must be a user id, a long number'),
      roles: idMap(SNOWFLAKE, 'must be a role id, a long number'),
    })
    .prefault({}),
})

export type Grants = z.output<typeof grantsFile>
export type Grant = z.output<typeof grant>

/** Where there is no file: the person at the machine is its admin, everybody on a platform reads and predicts. */
export const DEFAULT_GRANTS: Grants = grantsFile.parse({})

/** `invalid_input` with one sentence: which file, where in it, what is wrong. */
export function readGrants(text: string, path: string): Outcome<Grants> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return fail('invalid_input', `The permissions file ${path} is not valid JSON.`)
  }
  const parsed = grantsFile.safeParse(json)
  if (parsed.success) return succeed(parsed.data)
  const [issue] = parsed.error.issues
  const problem = issue === undefined ? 'cannot be used' : describe(issue, [])
  const end = problem.endsWith('?') ? '' : '.'
  return fail('invalid_input', `In the permissions file ${path}, ${problem}${end}`)
}

const GRANT_FORM =
  'must be viewer, deployer, admin or none, or an object such as {"role": "viewer", "models": ["churn"]}'

/** `slack.users.bob must be …`; the whole file is called `it`. */
function describe(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): string {
  const path = [...before, ...issue.path]
  if (issue.code === 'invalid_key') return `${formatPath(path)} ${issue.issues[0]?.message}`
  if (issue.code === 'invalid_union') {
    // What stands in the object says more than that it is no word, unless it is no object.
    const inside = issue.errors.flat().find((one) => one.path.length > 0 || 'keys' in one)
    return inside === undefined ? `${formatPath(path)} ${GRANT_FORM}` : describe(inside, path)
  }
  if (issue.code === 'invalid_format') return `${formatPath(path)} ${issue.message}`
  const [fact] = describeIssues([{ ...issue, path }], Object.keys(grantsFile.shape))
  return `${fact?.path || 'it'} ${fact?.message}`
}
