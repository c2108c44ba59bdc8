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
            await page.getByRole('button', { name: 'Phrases', exact: true }).click()
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
              .getByRole('button', { name: 'Phrases', exact: true })
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
          await page.getByRole('button', { name: 'Phrases', exact: true }).click()
          const box = page.getByLabel('Sentence with a <blank>')
          await box.fill('have a day')
          await page.getByText('has no blank').waitFor()
          expect(await violations(page)).toEqual([])
          expect(await page.getByRole('alert').innerText()).toContain('has no blank')
          const described = await box.getAttribute('aria-describedby')
          expect(described).toBe(await page.getByRole('alert').getAttribute('id'))
          const dialogs: string[] = []
          page.on('dialog', (dialog) => {
            dialogs.push(dialog.message())
            void dialog.dismiss()
          })
          for (const hostile of [
            'The team was <blank> 🎉 <script>alert(1)</script>',
            'The team <img src=x onerror="document.title=1"> was <blank> 🎉',
          ]) {
            await box.fill(hostile)
            await page.getByText(hostile.replace('<blank>', 'great')).waitFor()
          }
          expect(dialogs).toEqual([])
          expect(await page.locator('main :is(script, img)').count()).toBe(0)
          expect(await page.title()).toBe('Phrases · Parley')
          await box.fill('שלום and have a <blank> day \u202e!')
          await page.getByText('שלום and have a good day').waitFor()
        },
        { expectedErrors: /status of 422/ },
      )
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'one is picked and copied by the keyboard alone, on a phone',
    async () => {
      await visit(
        parley.url,
        async ({ page, context }) => {
          await context.grantPermissions(['clipboard-read', 'clipboard-write'])
          await page.goto(`${parley.url}/#phrases=`)
          const row = page.getByRole('button', { name: /^great .*have a great day$/ })
          await row.focus()
          await page.keyboard.press('Enter')
          const picked = page.getByTestId('picked')
          await picked.getByText('have a great day').waitFor()
          expect(await row.getAttribute('aria-pressed')).toBe('true')
          expect(await violations(page)).toEqual([])
          await picked.getByRole('button', { name: 'Copy the sentence' }).focus()
          await page.keyboard.press('Enter')
          await page.getByText('Copied: have a great day').waitFor()
          expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('have a great day')
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - window.innerWidth,
          )
          expect(overflow).toBeLessThanOrEqual(0)
          const longer = page.waitForRequest((request) => request.postDataJSON()?.max_words === 3)
          await page.getByRole('radio', { name: '1 word' }).focus()
          await page.keyboard.press('ArrowRight')
          await longer
          await page.getByLabel('Sentence with a <blank>').fill('We <blank> you')
          await picked.waitFor({ state: 'detached' })
        },
        { viewport: { width: 360, height: 740 } },
      )
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'an answer that comes late replaces no newer one, and phrases stay with the sentence they were found for',
    async () => {
      await visit(parley.url, async ({ page }) => {
        await page.goto(`${parley.url}/#phrases=`)
        await page.getByText('have a great day').waitFor()
        const held = Promise.withResolvers<void>()
        await page.route('**/api/suggest', async (route) => {
          if (route.request().postData()?.includes('Thank you') === true) await held.promise
          // The page has let go of one that it no longer waits for.
          await route.continue().catch(() => undefined)
        })
        const box = page.getByLabel('Sentence with a <blank>')
        const asked = page.waitForRequest(/suggest/)
        await box.fill('Thank you for your <blank>.')
        await asked
        expect(await page.getByText('have a great day').count()).toBe(1)
        await box.fill('The team was <blank>')
        await page.getByText('The team was great').waitFor()
        held.resolve()
        await page.waitForTimeout(300)
        expect(await page.getByText('Thank you for your help.').count()).toBe(0)
        expect(await page.getByText('The team was great').count()).toBe(1)
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'where nothing is positive enough, that is said',
    async () => {
      await visit(parley.url, async ({ page }) => {
        await page.route('**/api/suggest', (route) =>
          route.fulfill({
            json: { suggestions: [], scored: [], model_version: '1', latency_ms: 1 },
          }),
        )
        await page.goto(`${parley.url}/#phrases=`)
        await page.getByText('Nothing fits that sounds positive enough.').waitFor()
        expect(await violations(page)).toEqual([])
      })
    },
    TEST_TIMEOUT_MS,
  )
})
