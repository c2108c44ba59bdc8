// What docs/discord.md says of permissions, intents and commands is so.

import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { PermissionFlagsBits } from 'discord.js'
import { OPERATIONS } from '#core/operations/index.ts'
import { readGrants } from '#core/people/grants-file.ts'

const document = await Bun.file(join(import.meta.dir, '../../../docs/discord.md')).text()

test('the invitation asks for the permissions that are listed, and for no more', () => {
  const bits =
    PermissionFlagsBits.ViewChannel |
    PermissionFlagsBits.SendMessages |
    PermissionFlagsBits.SendMessagesInThreads |
    PermissionFlagsBits.ReadMessageHistory |
    PermissionFlagsBits.AttachFiles
  expect(document).toContain(`&permissions=${bits}\``)
  expect(document).toContain(`Together \`${bits}\``)
})

test('the permissions file that is shown can be used, and commands that are named are there', () => {
  const shown = document.match(/```json\n([^`]+)```/)?.[1] ?? ''
  expect(readGrants(shown, 'permissions.json')).toMatchObject({ ok: true })
  const names = new Set<string>(OPERATIONS.map(({ name }) => name))
  const commands = [...document.matchAll(/`\/([a-z_]+)(?![a-z_/])/g)].map(([, name = '']) => name)
  expect(commands.filter((name) => !names.has(name))).toEqual([])
  expect(commands.length).toBeGreaterThan(5)
})
