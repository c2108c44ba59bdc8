// The question-timing model in the page, in real Chromium: a text field to write a question in, and its quality beside it.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { example } from '#models/question-timing/make.ts'
import { describeInBrowser, type Parley, startParley, TEST_TIMEOUT_MS } from '../browser/harness.ts'
import { makeExample, resultOf } from './make-example.ts'

describeInBrowser('The question-timing model in the page', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
    resultOf(await makeExample(example, parley.ports))
  }, TEST_TIMEOUT_MS)
  afterAll(() => parley.stop())

  test(
    'takes prose in a field of several lines, answers on Enter, and shows its confusion matrix',
    async () => {
      await visit(parley.url, async ({ page }) => {
        await page
          .getByTestId('models')
          .getByRole('button', { name: /Question timing/ })
          .click()
        const panel = page.getByRole('complementary', { name: 'Model' })
        await panel.getByRole('tab', { name: 'Try it' }).click()
        const field = panel.locator('textarea[data-field="question"]')
        await field.fill('The strap broke on the first day.')
        await field.press('Shift+Enter')
        await field.pressSequentially('How do I get a new one?')
        expect(await field.inputValue()).toContain('day.\nHow')
        await field.press('Enter')
        await panel.getByText(/timing, probability \d/).waitFor()
        await panel.getByRole('tab', { name: 'Quality' }).click()
        await panel
          .getByText(/macro.?f1/i)
          .first()
          .waitFor()
        await panel.getByRole('table').filter({ hasText: 'Post' }).first().waitFor()
      })
    },
    TEST_TIMEOUT_MS,
  )
})
