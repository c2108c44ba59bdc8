// The permissions file: who gets which role, and one sentence for everything that can be wrong in it.

import { describe, expect, test } from 'bun:test'
import { type Identity, namesSlackGroups, principalOf, roleOf } from '#core/people/grants.ts'
import { DEFAULT_GRANTS, type Grants, readGrants } from '#core/people/grants-file.ts'

function grants(file: unknown): Grants {
  const read = readGrants(JSON.stringify(file), 'p.json')
  if (!read.ok) throw new Error(read.failure.message)
  return read.value
}

const slack = (user: string, groups: string[] = [], team = 'T1'): Identity => ({
  surface: 'slack',
  team,
  user,
  groups,
})
const discord = (user: string, roles: string[] = []): Identity => ({
  surface: 'discord',
  user,
  roles,
})
const ANN = '111111111111111111'
const OPERATORS = '222222222222222222'

describe('a role', () => {
  test('without a file is viewer on a platform and admin at the machine', () => {
    expect(roleOf({ surface: 'local' }, DEFAULT_GRANTS)).toBe('admin')
    expect(roleOf(slack('U1'), DEFAULT_GRANTS)).toBe('viewer')
    expect(roleOf(discord(ANN, [OPERATORS]), DEFAULT_GRANTS)).toBe('viewer')
    expect(readGrants('{}', 'p.json')).toEqual({ ok: true, value: DEFAULT_GRANTS })
  })

  test('of a person goes before those of their groups, and of one team before that of any', () => {
    const file = grants({
      slack: {
        default: 'none',
        users: { U1: 'viewer', 'T2:U1': 'admin', U2: 'none' },
        groups: { S1: 'deployer', S2: 'admin' },
      },
    })
    expect(roleOf(slack('U1', ['S2']), file)).toBe('viewer')
    expect(roleOf(slack('U1', [], 'T2'), file)).toBe('admin')
    expect(roleOf(slack('U2', ['S2']), file)).toBeNull()
    expect(roleOf(slack('U3', ['S1', 'S2']), file)).toBe('admin')
    expect(roleOf(slack('U3', ['S1', 'S9']), file)).toBe('deployer')
    expect(roleOf(slack('U3'), file)).toBeNull()
    expect(namesSlackGroups(file)).toBe(true)
    expect(namesSlackGroups(DEFAULT_GRANTS)).toBe(false)
  })

  test('of a guest of another workspace is what names them, never the default or a group', () => {
    const guest = (user: string, groups: string[] = []): Identity => ({
      surface: 'slack',
      team: 'T9',
      user,
      isGuest: true,
      groups,
    })
    expect(roleOf(guest('U1'), DEFAULT_GRANTS)).toBeNull()
    const file = grants({
      slack: { default: 'admin', users: { 'T9:U2': 'viewer' }, groups: { S1: 'admin' } },
    })
    expect(roleOf(guest('U1', ['S1']), file)).toBeNull()
    expect(roleOf(guest('U2'), file)).toBe('viewer')
  })

  test('on Discord comes from the person, then their roles, then the default', () => {
    const file = grants({
      discord: { default: 'none', users: { [ANN]: 'admin' }, roles: { [OPERATORS]: 'deployer' } },
    })
    expect(roleOf(discord(ANN, [OPERATORS]), file)).toBe('admin')
    expect(roleOf(discord('333333333333333333', [OPERATORS]), file)).toBe('deployer')
    expect(roleOf(discord('333333333333333333'), file)).toBeNull()
  })

  test('is not found under a name every object has', () => {
    expect(roleOf(slack('constructor', ['toString']), DEFAULT_GRANTS)).toBe('viewer')
  })
})

describe('a principal', () => {
  test('has the id and the name of the person, and their limits', () => {
    const file = grants({
      slack: {
        users: { U1: { role: 'deployer', models: ['churn'], scopes: ['predict', 'write'] } },
      },
    })
    expect(principalOf({ ...slack('U1'), display: 'Ann' } as Identity, file)).toEqual({
      id: 'slack:T1:U1',
      surface: 'slack',
      display: 'Ann',
      role: 'deployer',
      models: ['churn'],
      scopes: ['predict', 'write'],
    })
    expect(principalOf(discord(ANN), file)).toEqual({
      id: `discord:${ANN}`,
      surface: 'discord',
      role: 'viewer',
    })
  })

  test('of two groups of one role keeps what is not limited', () => {
    const file = grants({
      slack: { groups: { S1: { role: 'viewer', models: ['churn'] }, S2: 'viewer', S3: 'none' } },
    })
    expect(principalOf(slack('U1', ['S3', 'S1', 'S2']), file)?.models).toBeUndefined()
    expect(principalOf(slack('U1', ['S3', 'S1']), file)?.models).toEqual(['churn'])
    expect(principalOf(slack('U1', ['S3']), file)).toBeNull()
    const written = grants({
      slack: { groups: { S1: { role: 'viewer', scopes: ['predict'] }, S2: { role: 'viewer' } } },
    })
    expect(principalOf(slack('U1', ['S1', 'S2']), written)?.scopes).toBeUndefined()
  })
})

describe('a file that cannot be used is one sentence that names the place', () => {
  test.each([
    ['{', 'The permissions file p.json is not valid JSON.'],
    ['[]', 'In the permissions file p.json, it must be an object.'],
    [{ slak: {} }, 'In the permissions file p.json, slak is not known here; did you mean "slack"?'],
    [
      { slack: { users: { bob: 'admin' } } },
      'In the permissions file p.json, slack.users.bob must be a user id such as U012AB3CD, or T0123:U012AB3CD.',
    ],
    [
      { discord: { roles: { mods: 'admin' } } },
      'In the permissions file p.json, discord.roles.mods must be a role id, a long number.',
    ],
    [
      { slack: { users: { U1: 'root' } } },
      'In the permissions file p.json, slack.users.U1 must be viewer, deployer, admin or none, or an object such as {"role": "viewer", "models": ["churn"]}.',
    ],
    [
      { slack: { users: { U1: { role: 'root' } } } },
      'In the permissions file p.json, slack.users.U1.role must be one of "viewer", "deployer", "admin".',
    ],
    [
      { slack: { default: { role: 'viewer', model: ['churn'] } } },
      'In the permissions file p.json, slack.default.model is not known here.',
    ],
    [
      { slack: { default: { role: 'viewer', models: ['Big One'] } } },
      'In the permissions file p.json, slack.default.models[0] must be a name of a model.',
    ],
    [
      { local: { role: 'viewer', scopes: ['fly'] } },
      'In the permissions file p.json, local.scopes[0] must be one of "read",',
    ],
  ])('%p', (file, message) => {
    const read = readGrants(typeof file === 'string' ? file : JSON.stringify(file), 'p.json')
    expect(read.ok ? null : read.failure.code).toBe('invalid_input')
    expect(read.ok ? '' : read.failure.message).toStartWith(message)
  })
})
