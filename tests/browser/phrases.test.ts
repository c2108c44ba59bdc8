// Words for a blank in real Chromium: suggestions as one types, what is refused, hostile and right-to-left text, for everyone.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { describeInBrowser, type Parley, startParley, TEST_TIMEOUT_MS } from './harness.ts'
import { violations } from './violations.ts'

describeInBrowser('Phrases', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
  })
  afterAll(() => parley.stop())

  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `are suggested while one types, ${colorScheme}`,
      async () => {
        await visit(
          parley.url,
          async ({ page }) => {
            await page.getByRole('button', { name: 'Phrases' }).click()
            await page.getByText('have a great day').waitFor()
            expect(await page.title()).toBe('Phrases · Parley')
            expect(await violations(page)).toEqual([])
            const box = page.getByLabel('Sentence with a <blank>')
            await box.fill('Thank you for your <blank>.')
            await page.getByText('Thank you for your help.').waitFor()
            await page.reload()
            await page.getByText('have a great day').waitFor()
            await page.getByRole('button', { name: 'New conversation' }).click()
            await page
              .getByRole('button', { name: 'Phrases' })
              .and(page.locator(':not([aria-current])'))
              .waitFor()
          },
          { colorScheme },
        )
      },
      TEST_TIMEOUT_MS,
    )
  }

  test(
    'a sentence that cannot be answered is told what to send, hostile and right-to-left text stay text',
    async () => {
      await visit(
        parley.url,
        async ({ page }) => {
          await page.getByRole('button', { name: 'Phrases' }).click()
          const box = page.getByLabel('Sentence with a <blank>')
          await box.fill('have a day')
          await page.getByText('has no blank').waitFor()
          expect(await violations(page)).toEqual([])
          const hostile = 'The team <img src=x onerror="document.title=1"> was <blank> 🎉'
          await box.fill(hostile)
          await page.getByText(hostile.replace('<blank>', 'great')).waitFor()
          expect(await page.title()).toBe('Phrases · Parley')
          await box.fill('שלום and have a <blank> day \u202e!')
          await page.getByText('שלום and have a good day').waitFor()
        },
        { expectedErrors: /status of 422/ },
      )
    },
    TEST_TIMEOUT_MS,
  )
})
