// Axe's rules over every main view, in both themes and on a phone's screen.

import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { describeInBrowser, type Parley, startParley, TEST_TIMEOUT_MS } from './harness.ts'
import { violations } from './violations.ts'

describeInBrowser('Everyone can use', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
  })
  beforeEach(async () => {
    await parley.ports.registry.deleteModel('churn')
  })
  afterAll(async () => {
    await parley.stop()
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `every main view in the ${colorScheme} theme`,
      async () => {
        await visit(
          parley.url,
          async ({ page, say }) => {
            await page
              .getByRole('button', { name: /^Customer churn/ })
              .first()
              .waitFor()
            expect(await violations(page)).toEqual([])
            await say('Deploy the sample model churn')
            await say(
              'Predict churn for 24 months tenure, $70 monthly charges, $1680 total charges',
            )
            await say('Show me available models')
            await say('What inputs does the churn model need?')
            expect(await violations(page)).toEqual([])
            await page.getByTestId('models').getByRole('button', { name: /churn/ }).click()
            await page.getByRole('button', { name: 'Predict', exact: true }).click()
            await page.getByRole('complementary').getByText('probability of churning').waitFor()
            for (const tab of ['Try it', 'Quality', 'Endpoint', 'Versions', 'About']) {
              await page.getByRole('tab', { name: tab }).click()
              expect(await violations(page)).toEqual([])
            }
            await page.getByRole('button', { name: 'Delete…' }).click()
            await page.getByRole('dialog').waitFor()
            expect(await violations(page)).toEqual([])
          },
          // The question before a deletion is an answer of its own.
          { colorScheme, expectedErrors: /status of 409/ },
        )
      },
      TEST_TIMEOUT_MS,
    )
  }

  test(
    'the page on a phone, with its drawer open and closed',
    async () => {
      await visit(
        parley.url,
        async ({ page, say }) => {
          await say('Show me available models')
          expect(await violations(page)).toEqual([])
          await page.getByRole('button', { name: 'Open models and conversations' }).click()
          await page.getByRole('dialog').waitFor()
          expect(await violations(page)).toEqual([])
        },
        { viewport: { width: 360, height: 740 } },
      )
    },
    TEST_TIMEOUT_MS,
  )
})
