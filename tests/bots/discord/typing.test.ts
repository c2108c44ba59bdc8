// What helps while typing: completions for every option that has them, features in both notations, forms with menus.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { completionsFor, type Typing } from '#bots/discord/complete.ts'
import { readTypedFeatures } from '#bots/discord/features-text.ts'
import { findForm } from '#bots/discord/known.ts'
import { modalOf, readModal } from '#bots/discord/modal.ts'
import type { Signature } from '#core/model.ts'
import { createTestPorts, deploySamples, type TestPorts } from '../../support/ports.ts'
import { problemsOf } from './recorder.ts'

let ports: TestPorts
beforeAll(async () => {
  ports = await createTestPorts()
  await deploySamples(ports, ['churn'])
})
afterAll(() => ports.close())

const DEPLOYER = { id: 'discord:1', role: 'deployer', surface: 'discord' } as const

async function complete(option: string, text: string, more: Partial<Typing> = {}) {
  const choices = await completionsFor(
    { option, text, model: null, version: null, ...more },
    ports,
    DEPLOYER,
  )
  return choices.map(({ value }) => value)
}

describe('completions', () => {
  test('name versions of the chosen model, samples and topics', async () => {
    expect(await complete('version', '', { model: 'churn' })).toEqual([1])
    expect(await complete('version', '2', { model: 'churn' })).toEqual([])
    expect(await complete('version', '')).toEqual([])
    expect(await complete('sample', 'ir')).toEqual(['iris'])
    expect(await complete('topic', 'deploy')).toContain('deploy_model')
    expect(await complete('title', 'x')).toEqual([])
  })

  test('offer the fields that are left, with an example, after what was typed', async () => {
    const model = 'churn'
    expect(await complete('features', '', { model })).toHaveLength(3)
    const after = await complete('features', 'tenure=24', { model })
    expect(after[0]).toBe('tenure=24')
    expect(after[1]).toMatch(/^tenure=24, monthly_charges=/)
    expect(await complete('features', '', { model: 'nothing' })).toEqual([])
  })

  test('find models anywhere in their name or title, and offer none that is not for the person', async () => {
    expect(await complete('model', 'customer')).toEqual(['churn'])
    const typing = { option: 'model', text: '', model: null, version: null }
    expect(await completionsFor(typing, ports, { ...DEPLOYER, models: ['price'] })).toEqual([])
    const samples = await completionsFor({ ...typing, option: 'sample' }, ports, {
      ...DEPLOYER,
      models: ['price'],
    })
    expect(samples.map(({ value }) => value)).toEqual(['price'])
  })
})

describe('whoever lacks the scope', () => {
  const values = async (option: string, scopes: readonly string[]) => {
    const typing = { option, text: '', model: 'churn', version: null }
    const choices = await completionsFor(typing, ports, { ...DEPLOYER, scopes })
    return choices.map(({ value }) => value)
  }

  test('is offered no names that they could not have asked for', async () => {
    expect(await values('model', ['predict'])).toEqual([])
    expect(await values('model', ['list_models'])).toEqual(['churn'])
    expect(await values('version', ['predict'])).toEqual([])
    expect(await values('version', ['list_versions', 'predict'])).toEqual([1])
    expect(await values('features', ['list_models'])).toEqual([])
    expect(await values('features', ['predict'])).toHaveLength(3)
    expect(await values('sample', ['read'])).toEqual([])
    expect(await values('sample', ['write'])).toContain('churn')
  })

  test('gets no form of a model', async () => {
    const person = { ...DEPLOYER, scopes: ['list_models'] }
    expect(await findForm(ports, 'churn', null, person)).toBeNull()
    expect(await findForm(ports, 'churn', null, { ...person, scopes: ['predict'] })).not.toBeNull()
  })
})

describe('typed features', () => {
  test('are read as pairs, where a comma inside a number is no end, or as JSON', () => {
    const pairs = readTypedFeatures('tenure=24, total_charges: 1,680 ,')
    expect(pairs).toEqual({ ok: true, values: { tenure: '24', total_charges: '1,680' } })
    const json = readTypedFeatures('{"tenure": 24, "city": null}')
    expect(json).toEqual({ ok: true, values: { tenure: '24', city: '' } })
    expect(readTypedFeatures('{"tenure": ')).toMatchObject({ ok: false })
    expect(readTypedFeatures('two years')).toEqual({ ok: false, piece: 'two years' })
    expect(readTypedFeatures('')).toEqual({ ok: true, values: {} })
  })
})

const SIGNATURE: Signature = {
  task: 'regression',
  namesKnown: true,
  outputs: [],
  inputs: [
    { name: 'note', type: 'string', optional: true, description: 'd'.repeat(300) },
    { name: 'plan', type: 'category', optional: false, categories: ['basic', 'plus'] },
    { name: 'paperless', type: 'boolean', optional: false },
    { name: 'age', type: 'integer', optional: false, nullable: true, unit: 'years' },
    {
      name: 'c'.repeat(90),
      type: 'category',
      optional: false,
      categories: Array.from({ length: 40 }, (_, index) => `kind ${index}`),
    },
    { name: 'income', type: 'float', optional: false, minimum: 1, maximum: 9, example: 5 },
    { name: 'debt', type: 'float', optional: false },
  ],
}

describe('forms', () => {
  const form = {
    model: 'loan',
    title: 'A very long title of a model that nobody could read anyway',
    signature: SIGNATURE,
    values: { plan: 'plus', income: '4' },
  }

  test('hold what Discord takes: menus for few choices, text for many, five inputs a page', () => {
    const pages = [modalOf(form, 0, 'do:1'), modalOf(form, 5, 'do:2')]
    for (const data of pages) {
      const body = { type: 9, data }
      const path = '/interactions/1/token/callback'
      expect(problemsOf({ method: 'POST', path, body, files: [] })).toEqual([])
    }
    const components = pages.flatMap((page) => page.components)
    const labels = components
      .map((one) => ('label' in one ? one.label : ''))
      .map((name) => name?.slice(0, 5))
    expect(labels).toEqual(['plan', 'paper', 'ccccc', 'incom', 'debt', 'age (', 'note'])
    const types = components.map((one) => ('component' in one ? one.component.type : 0))
    expect(types).toEqual([3, 3, 4, 4, 4, 4, 4])
    expect(JSON.stringify(components[0])).toContain('"value":"plus","default":true')
    expect(pages[0]?.title).toMatch(/… \(1–5 of 7\)$/)
  })

  test('give back what was typed by the names of the inputs', () => {
    const typed = new Map([
      ['f0', 'basic'],
      ['f5', '41'],
      ['other', 'x'],
    ])
    expect(readModal(SIGNATURE, typed)).toEqual({ plan: 'basic', age: '41' })
  })
})
