// The plots of drift in the panel of a model and the answer in the chat, in real Chromium.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { deploySamples, run } from '../support/ports.ts'
import { describeInBrowser, type Parley, startParley, TEST_TIMEOUT_MS } from './harness.ts'

describeInBrowser('Drift', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
    const { ports } = parley
    await deploySamples(ports, ['churn'])
    const rows = (await ports.registry.readReport('churn', 1))?.background ?? []
    const model = await ports.registry.findVersion('churn', 1)
    const lease = await ports.serving.lease('churn')
    if (model === null || !lease.ok) throw new Error('churn is not there')
    const moved = rows.map((row) => ({ ...row, tenure: Number(row['tenure']) / 20 }))
    // Told at once, as one request of many: the sample takes fifty of them.
    const done = await run(ports, 'predict_batch', { model: 'churn', rows: moved })
    expect(done.ok).toBe(true)
    lease.value.release()
  }, TEST_TIMEOUT_MS)
  afterAll(() => parley.stop())

  test(
    'is plotted column by column beside the training data, and answered in the chat',
    async () => {
      await visit(parley.url, async ({ page, say, answer }) => {
        await say('Is churn drifting?')
        expect(await answer.innerText()).toMatch(/churn is drifting[\s\S]*tenure[\s\S]*drifted/)
        await page
          .getByTestId('models')
          .getByRole('button', { name: /Customer churn/ })
          .click()
        const panel = page.getByRole('complementary', { name: 'Model' })
        await panel.getByRole('tab', { name: 'Quality' }).click()
        const section = panel.getByRole('region', { name: 'Since it is live' })
        const plot = section.getByRole('img', { name: /^tenure, drifted: PSI/ })
        await plot.waitFor()
        expect(await plot.locator('rect[data-side="reference"]').count()).toBeGreaterThan(5)
        expect(await section.getByRole('img').count()).toBe(4)
        const folder = process.env['PARLEY_PICTURES']
        if (folder !== undefined) await page.screenshot({ path: `${folder}/drift.png` })
      })
    },
    TEST_TIMEOUT_MS,
  )
})
