// Files on their way into the conversation, in real Chromium: dropped, shown while they are sent, stopped, refused.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { resolve } from 'node:path'
import {
  answered,
  CHURN_FILE,
  describeInBrowser,
  FIXTURES,
  type Parley,
  startParley,
  TEST_TIMEOUT_MS,
} from './harness.ts'

describeInBrowser('A file', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
  })
  afterAll(async () => {
    await parley.stop()
  })

  test(
    'that is refused gets its reason where it was sent, and the talk goes on',
    async () => {
      await visit(parley.url, async ({ page, say, answer }) => {
        const files = page.getByTestId('file-input')
        await files.setInputFiles(resolve(FIXTURES, 'misc/lfs_pointer.pkl'))
        await answered(page)
        expect(await answer.innerText()).toContain('Git LFS pointer')
        await files.setInputFiles({ name: 'empty.pkl', mimeType: '', buffer: Buffer.alloc(0) })
        await answered(page)
        expect(await answer.innerText()).toContain('empty.pkl is empty (0 bytes).')
        await say('What can you do?')
        expect(await answer.innerText()).toContain('deploy')
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'that is too large is refused before all of it is sent',
    async () => {
      const own = await startParley({ maximumUploadBytes: 100_000 })
      await visit(
        own.url,
        async ({ page, answer }) => {
          await page.getByTestId('file-input').setInputFiles(CHURN_FILE)
          await answered(page)
          expect(await answer.getByRole('alert').innerText()).toMatch(/100 KB|larger|too large/i)
        },
        // The browser itself reports every status above 399.
        { expectedErrors: /status of 413|ERR_CONNECTION/ },
      )
      await own.stop()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'may be dropped anywhere on the page',
    async () => {
      await visit(parley.url, async ({ page, answer }) => {
        const bytes = [...new Uint8Array(await Bun.file(CHURN_FILE).arrayBuffer())]
        const transfer = await page.evaluateHandle((content) => {
          const data = new DataTransfer()
          data.items.add(new File([new Uint8Array(content)], 'churn_model.pkl'))
          return data
        }, bytes)
        await page.dispatchEvent('nav', 'dragenter', { dataTransfer: transfer })
        await page.getByText('Drop the file to send it').waitFor()
        await page.dispatchEvent('nav', 'drop', { dataTransfer: transfer })
        await answered(page)
        expect(await page.getByText('Drop the file to send it').count()).toBe(0)
        expect(await page.locator('.message.person').innerText()).toContain('churn_model.pkl')
        expect(await answer.innerText()).toContain('/api/predict/churn')
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'with a table is scored, and the result can be kept, also where the page must send a key',
    async () => {
      const person = { id: 'key:1', role: 'admin', surface: 'rest' } as const
      const own = await startParley({
        principalOf: ({ headers }) =>
          headers.get('authorization') === 'Bearer parley_1' ? person : null,
      })
      await visit(
        own.url,
        async ({ page, answer, say }) => {
          await page.getByLabel('API key').fill('parley_1')
          await page.keyboard.press('Enter')
          await page.getByLabel('API key').waitFor({ state: 'detached' })
          await page.getByTestId('file-input').setInputFiles(CHURN_FILE)
          await answered(page)
          const buffer = Buffer.from('tenure,monthly_charges,total_charges\n24,70,1680\n')
          const file = { name: 'customers.csv', mimeType: 'text/csv', buffer }
          await page.getByTestId('file-input').setInputFiles(file)
          await answered(page)
          if ((await answer.getByRole('button', { name: /^Download/ }).count()) === 0) {
            await say('score it with churn')
          }
          const kept = page.waitForEvent('download')
          await answer.getByRole('button', { name: /^Download/ }).click()
          const download = await kept
          expect(download.suggestedFilename()).toBe('customers-scored.csv')
          expect(await Bun.file(await download.path()).text()).toContain('predicted_label')
        },
        { expectedErrors: /status of 401/ },
      )
      await own.stop()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'shows how much of it has been sent, and Esc stops sending it',
    async () => {
      await visit(parley.url, async ({ page, context, say, answer }) => {
        const network = await context.newCDPSession(page)
        const speed = { offline: false, latency: 0, downloadThroughput: -1 }
        // 170 KB at 40 KB a second: long enough to be seen and stopped.
        const slow = { ...speed, uploadThroughput: 40_000 }
        await network.send('Network.emulateNetworkConditions', slow)
        await page.getByTestId('file-input').setInputFiles(CHURN_FILE)
        await page.getByRole('progressbar', { name: 'Sending churn_model.pkl' }).waitFor()
        await page.waitForFunction(() => /[1-9]\d?% sent/.test(document.body.innerText))
        await page.keyboard.press('Escape')
        await answered(page)
        expect(await answer.innerText()).toContain('Stopped.')
        expect(await page.getByRole('progressbar').count()).toBe(0)

        await network.send('Network.emulateNetworkConditions', { ...speed, uploadThroughput: -1 })
        await answer.getByRole('button', { name: 'Try again' }).click()
        await answered(page)
        expect(await answer.innerText()).toContain('churn_model.pkl')
        await say('forget it')
      })
    },
    TEST_TIMEOUT_MS,
  )
})
