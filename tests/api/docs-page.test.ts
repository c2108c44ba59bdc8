// The documentation page in real Chromium: drawn from the document, tried by hand, without a word in the console.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { describeInBrowser, type Parley, startParley, TEST_TIMEOUT_MS } from '../browser/harness.ts'
import { deploySamples } from '../support/ports.ts'

describeInBrowser('the documentation page', ({ visit }) => {
  let parley: Parley

  beforeAll(async () => {
    parley = await startParley()
    await deploySamples(parley.ports, ['churn'])
  })
  afterAll(() => parley.stop())

  test(
    'lists every address and sends a request from its form',
    async () => {
      await visit(parley.url, async ({ page }) => {
        await page.goto(`${parley.url}/docs`)
        await page.getByRole('heading', { name: /^Parley/ }).waitFor()
        const document = await (await fetch(`${parley.url}/openapi.json`)).json()
        const methods = Object.values<object>(document.paths).flatMap((path) => Object.keys(path))
        expect(await page.locator('details').count()).toBe(methods.length)
        await page.getByRole('link', { name: 'Describe a model' }).first().click()
        const entry = page.locator('#get-api-models-name-')
        await entry.getByLabel('name').fill('churn')
        await entry.getByRole('button', { name: 'Send' }).click()
        await entry
          .locator('pre[aria-live]')
          .filter({ hasText: '"binary_classification"' })
          .waitFor()
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    "shows a model's own fields, and its example predicts",
    async () => {
      await visit(parley.url, async ({ page }) => {
        await page.goto(`${parley.url}/docs?model=churn`)
        await page.getByRole('heading', { name: /^Customer churn|^Churn/ }).waitFor()
        const entry = page.locator('details').first()
        for (const field of ['tenure', 'monthly_charges', 'total_charges']) {
          await entry.getByRole('cell', { name: field }).first().waitFor()
        }
        await entry.getByRole('button', { name: 'Send' }).click()
        await entry.locator('pre[aria-live]').filter({ hasText: 'class_probabilities' }).waitFor()
      })
    },
    TEST_TIMEOUT_MS,
  )
})
