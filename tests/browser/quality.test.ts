// What the page shows of a model's quality, and what other values would change, in real Chromium.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { describeInBrowser, type Parley, startParley, TEST_TIMEOUT_MS } from './harness.ts'

const REPORT = {
  evaluation: '25 % of the rows, seed 42',
  perClass: [{ label: 'No', precision: 0.83, recall: 0.9, f1: 0.86, support: 100 }],
  confusion: {
    labels: ['No', 'Yes'],
    counts: [
      [90, 10],
      [15, 21],
    ],
  },
  residuals: { predicted: [1, 2, 3], actual: [1.5, 2, 2.5] },
  importance: [
    { name: 'tenure', share: 0.8 },
    { name: 'monthly_charges', share: 0.2 },
  ],
}

describeInBrowser('The quality of a model', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
    const { url, ports } = parley
    for (const sample of ['churn', 'price']) {
      const answer = await fetch(`${url}/api/operations/deploy_model`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sample }),
      })
      expect(answer.status).toBe(200)
    }
    const version = await ports.registry.findVersion('churn', 1)
    if (version === null) throw new Error('churn was not deployed')
    await ports.registry.createVersion({
      ...version,
      onnx: await ports.registry.readArtifact(version.artifactSha256),
      original: new Uint8Array([1]),
      report: REPORT,
      deploy: true,
    })
    await ports.serving.refresh(['churn'])
  })
  afterAll(async () => {
    await parley.stop()
  })

  async function openModel(page: Page, title: RegExp) {
    await page.getByTestId('models').getByRole('button', { name: title }).click()
    const panel = page.getByRole('complementary', { name: 'Model' })
    await panel.getByRole('tab', { name: 'Try it' }).waitFor()
    return panel
  }

  test(
    'stands in a tab of its own: figures, confusion matrix, residuals and importance',
    async () => {
      await visit(parley.url, async ({ page }) => {
        const panel = await openModel(page, /Customer churn/)
        await panel.getByRole('tab', { name: 'Quality' }).click()
        const matrix = panel.getByRole('table', { name: /actual classes/ })
        await matrix.waitFor()
        expect(await matrix.getByRole('row', { name: /^Yes/ }).innerText()).toMatch(/15\s+21/)
        const text = await panel.innerText()
        for (const part of ['25 % of the rows, seed 42', 'accuracy', 'tenure', '80%', 'By class']) {
          expect(text).toContain(part)
        }
        const plot = panel.getByRole('img', { name: /Predicted against actual for 3 rows/ })
        expect(await plot.locator('circle').count()).toBe(3)
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'is measured on the model itself where its file brought nothing',
    async () => {
      await visit(parley.url, async ({ page }) => {
        const panel = await openModel(page, /House price/)
        await panel.getByRole('tab', { name: 'Quality' }).click()
        await panel.getByText('What its answers depend on').waitFor()
        expect(await panel.innerText()).toContain('sqft_living')
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'sliders come with the first answer, and moving one says what it would change',
    async () => {
      await visit(parley.url, async ({ page }) => {
        const panel = await openModel(page, /Customer churn/)
        expect(await panel.getByRole('slider').count()).toBe(0)
        await panel.getByRole('button', { name: 'Predict', exact: true }).click()
        const slider = panel.getByRole('slider', { name: /^tenure/ })
        await slider.waitFor()
        await slider.focus()
        await page.keyboard.press('Home')
        const whatIf = panel.getByRole('region', { name: 'What if' })
        await whatIf.getByText('tenure: 24 → 0').waitFor()
        expect(await whatIf.innerText()).toMatch(/23% Yes[\s\S]*\d\d% Yes/)
        expect(await panel.getByLabel('tenure', { exact: false }).first().inputValue()).toBe('0')
        await panel.getByRole('button', { name: 'Example' }).click()
        await whatIf.waitFor({ state: 'detached' })
      })
    },
    TEST_TIMEOUT_MS,
  )
})
