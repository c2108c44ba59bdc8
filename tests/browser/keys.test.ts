// A server that wants a key, in real Chromium: the page asks, says what was wrong, and keeps it for its tab alone.

import { expect, test } from 'bun:test'
import { answered, CHURN_FILE, describeInBrowser, startParley, TEST_TIMEOUT_MS } from './harness.ts'

const KEY = 'parley_000000000000_right'

describeInBrowser('A server that wants a key', ({ visit }) => {
  test(
    'is asked with one: by the list, by an upload and by talk, until the tab is closed',
    async () => {
      const parley = await startParley({
        principalOf: ({ headers }) =>
          headers.get('authorization') === `Bearer ${KEY}`
            ? { id: 'key:000000000000', role: 'admin', surface: 'rest' }
            : null,
      })
      await visit(
        parley.url,
        async ({ page, context, say, answer }) => {
          const dialog = page.getByRole('dialog', { name: 'This Parley asks for a key' })
          const field = dialog.getByLabel('API key')
          await field.fill('parley_wrong')
          expect(await field.getAttribute('type')).toBe('password')
          await dialog.getByRole('button', { name: 'Use this key' }).click()
          await dialog.getByText('This key does not work, or not any more.').waitFor()
          await field.fill(KEY)
          await field.press('Enter')
          await dialog.waitFor({ state: 'hidden' })

          await page.getByTestId('file-input').setInputFiles(CHURN_FILE)
          await page.getByRole('button', { name: 'Churn' }).first().waitFor()
          await answered(page)
          expect(await answer.innerText()).toContain('/api/predict/churn')
          await page.getByRole('button', { name: 'Changes' }).click()
          const log = page.getByRole('dialog', { name: 'Who changed what' })
          await log.getByText('deploy_model').waitFor()
          expect(await log.getByRole('row').nth(1).innerText()).toMatch(
            /key:000000000000\s+chat\s+deploy_model\s+churn\s+done/,
          )
          await page.keyboard.press('Escape')
          await say('Which models are there?')
          expect(await answer.innerText()).toContain('churn')
          await page.reload()
          await page.getByRole('button', { name: 'churn' }).first().waitFor()
          expect(await dialog.isVisible()).toBe(false)
          expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(KEY)

          const other = await context.newPage()
          await other.goto(parley.url)
          await other.getByRole('dialog', { name: 'This Parley asks for a key' }).waitFor()
        },
        { expectedErrors: /401/ },
      )
      await parley.stop()
    },
    TEST_TIMEOUT_MS,
  )
})
