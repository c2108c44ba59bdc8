// The churn example: a chat from the deployment to a second version and back, with the figures that its sample brings.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { example } from '#models/churn/make.ts'
import { SOURCE, toTrainingTable } from '#models/churn/source.ts'
import { createTestPorts, deploySamples, run, type TestPorts } from '../support/ports.ts'
import { makeExample, resultOf } from './make-example.ts'

let ports: TestPorts
beforeEach(async () => {
  ports = await createTestPorts()
})
afterEach(() => ports.close())

describe('parley example churn', () => {
  test('deploys, tells its figures, answers, explains, scores a table, takes a version and goes back', async () => {
    const made = await makeExample(example, ports)
    const { modelVersion, row } = resultOf(made)
    expect(row).toEqual({ tenure: 24, monthly_charges: 70, total_charges: 1680 })
    expect(modelVersion).toStartWith('1-')
    for (const words of [
      'It is now deployed at /api/predict/churn',
      'accuracy 0.7878, AUC 0.8242',
      'Yes              210            164',
      '23% probability of churning (Low Risk)',
      'tenure of 24 months lowers',
      'churn scored 64 rows: 52 as No and 12 as Yes',
      'Data of a second version: a synthetic sample',
      'churn has 2 versions; version 2 is live',
      'Version 1 of churn is now live at /api/predict/churn in place of version 2',
      '/api/models/churn/openapi.json',
    ]) {
      expect(made.said).toContain(words)
    }
    const scored = await Bun.file(join(made.folder, 'customers-scored.csv')).text()
    expect(scored).toStartWith('tenure,monthly_charges,total_charges,predicted_label')
    expect(scored.trim().split('\n')).toHaveLength(65)
    expect(await ports.registry.findModel('churn')).toMatchObject({ liveVersion: 1 })
  })

  test('made twice makes no third version', async () => {
    resultOf(await makeExample(example, ports))
    const { modelVersion } = resultOf(await makeExample(example, ports))
    expect(modelVersion).toStartWith('1-')
    expect(await ports.registry.listVersions('churn')).toHaveLength(2)
  })

  test('stops with the signal and leaves the model that was live', async () => {
    await deploySamples(ports, ['churn'])
    const stopped = makeExample(example, ports, { signal: AbortSignal.abort() })
    await expect(stopped).rejects.toThrow()
    expect(await ports.registry.findModel('churn')).toMatchObject({ liveVersion: 1 })
  })
})

test('a deployed sample brings its confusion, its classes and rows to compare with', async () => {
  await deploySamples(ports, ['churn'])
  const described = await run(ports, 'describe_model', { model: 'churn' })
  expect(described).toMatchObject({
    ok: true,
    value: {
      evaluation: {
        method: '20 % of the rows, stratified, put aside with seed 42',
        per_class: [{ label: 'No' }, { label: 'Yes', support: 374 }],
        confusion_matrix: {
          labels: ['No', 'Yes'],
          counts: [
            [946, 89],
            [210, 164],
          ],
        },
      },
    },
  })
  const report = await ports.registry.readReport('churn', 1)
  expect(report?.background).toHaveLength(64)
})

test('the synthetic customers are the same ones every time, with both outcomes and blank totals', async () => {
  const table = new TextDecoder().decode(await toTrainingTable(SOURCE.synthetic()))
  expect(table).toBe(new TextDecoder().decode(await toTrainingTable(SOURCE.synthetic())))
  const [header, ...rows] = table.trim().split('\n')
  expect(header).toBe('tenure,monthly_charges,total_charges,churn')
  const leaving = rows.filter((row) => row.endsWith(',Yes')).length / rows.length
  expect(leaving).toBeGreaterThan(0.15)
  expect(leaving).toBeLessThan(0.45)
  expect(rows.some((row) => row.includes(',,'))).toBe(true)
})
