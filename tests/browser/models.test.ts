// The models beside the conversation, in real Chromium: trying one by hand, its endpoint, versions, and its end.

import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import {
  answered,
  CHURN_FILE,
  describeInBrowser,
  FIXTURES,
  type Parley,
  startParley,
  TEST_TIMEOUT_MS,
} from './harness.ts'

describeInBrowser('The models', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
  })
  beforeEach(async () => {
    for (const { name } of await parley.ports.registry.listModels()) {
      await parley.ports.registry.deleteModel(name)
    }
  })
  afterAll(async () => {
    await parley.stop()
  })

  async function upload(
    { url }: Parley,
    file: string,
    fields: Readonly<Record<string, string>> = {},
  ) {
    const form = new FormData()
    form.append('file', Bun.file(file), file.slice(file.lastIndexOf('/') + 1))
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    const response = await fetch(`${url}/api/models`, { method: 'POST', body: form })
    expect(response.status).toBe(201)
  }

  async function openModel(page: Page, title: RegExp) {
    await page.getByTestId('models').getByRole('button', { name: title }).click()
    const panel = page.getByRole('complementary', { name: 'Model' })
    await panel.getByRole('tab', { name: 'Try it' }).waitFor()
    return panel
  }

  test(
    'a sample is live after one click, and answers a form made from its signature',
    async () => {
      await visit(parley.url, async ({ page }) => {
        await page.getByRole('button', { name: /^House price/ }).click()
        await answered(page)
        const panel = await openModel(page, /House price/)
        expect(await page.title()).toContain('House price · ')
        expect(await panel.getByLabel(/sqft_living/).inputValue()).toBe('2000')
        await panel.getByRole('button', { name: 'Predict', exact: true }).click()
        const card = panel.getByRole('article', { name: 'Prediction of House price' })
        expect(await card.innerText()).toMatch(/\$[\d,]{6,}/)
        expect(await card.innerText()).toContain('2,000 square feet')
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'a forgotten value is asked for under its field, one that is said to be missing is not',
    async () => {
      await visit(parley.url, async ({ page, say }) => {
        await say('Deploy the sample model churn')
        const panel = await openModel(page, /Customer churn/)
        await panel.getByRole('button', { name: 'Clear' }).click()
        await panel.getByRole('button', { name: 'Predict', exact: true }).click()
        const tenure = panel.getByLabel(/^tenure/)
        await panel.getByText('This model needs a value here.').first().waitFor()
        expect(await tenure.getAttribute('aria-invalid')).toBe('true')
        expect(await tenure.evaluate((field) => field === document.activeElement)).toBe(true)
        await tenure.fill('24')
        await panel.getByLabel(/^monthly_charges/).fill('70')
        await panel.getByRole('button', { name: 'Send total_charges as missing' }).click()
        await panel.getByRole('button', { name: 'Predict', exact: true }).click()
        const card = panel.getByRole('article', { name: 'Prediction of Customer churn' })
        expect(await card.innerText()).toContain('missing')
        await panel.getByRole('button', { name: 'As JSON' }).click()
        await panel.getByLabel('Features as JSON').fill('{"tenure": 24,')
        await panel.getByRole('button', { name: 'Predict', exact: true }).click()
        expect(await panel.getByRole('alert').innerText()).toContain('This is not JSON')
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'what the server finds wrong is said under its field too',
    async () => {
      await upload(parley, CHURN_FILE)
      await visit(
        parley.url,
        async ({ page }) => {
          const panel = await openModel(page, /Churn/)
          await panel.getByRole('button', { name: 'As JSON' }).click()
          const json = panel.getByLabel('Features as JSON')
          await json.fill('{"tenure": "soon", "monthly_charge": 70}')
          await panel.getByRole('button', { name: 'Predict', exact: true }).click()
          const text = await panel.getByRole('alert').innerText()
          expect(text).toContain('monthly_charges')
          await panel.getByRole('button', { name: 'As a form' }).click()
          await panel
            .getByText(/number/)
            .first()
            .waitFor()
        },
        // The browser itself reports every status above 399.
        { expectedErrors: /status of 422/ },
      )
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'an earlier version is tried, made live, taken offline and deployed again; the list follows',
    async () => {
      const own = await startParley()
      await upload(own, CHURN_FILE)
      await upload(own, resolve(FIXTURES, 'xgboost/2.1.4/binary.pkl'), { name: 'churn' })
      await visit(own.url, async ({ page }) => {
        const listed = page.getByTestId('models').getByRole('button')
        const panel = await openModel(page, /Churn/)
        expect(await listed.innerText()).toContain('v2')
        await panel.getByRole('tab', { name: /Versions/ }).click()
        await panel.getByRole('button', { name: 'Try version 1' }).click()
        await panel.getByText('Asking version 1, which is not live.').waitFor()
        await panel.getByRole('button', { name: 'Predict', exact: true }).click()
        const card = panel.getByRole('article', { name: /^Prediction/ })
        expect(await card.innerText()).toMatch(/version 1-/)
        await panel.getByRole('tab', { name: /Versions/ }).click()
        await panel.getByRole('button', { name: 'Make version 1 live' }).click()
        await panel.getByText('Live, version 1').waitFor()
        expect(await listed.innerText()).toContain('v1')

        await panel.getByRole('button', { name: 'Undeploy' }).click()
        await panel.getByText('Not deployed').first().waitFor()
        expect(await listed.innerText()).toContain('off')
        await panel.getByRole('button', { name: 'Deploy', exact: true }).click()
        await panel.getByText('Live, version 2').waitFor()
      })
      await own.stop()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'is deleted only after a question, with the safe answer under the finger',
    async () => {
      await upload(parley, CHURN_FILE)
      await visit(
        parley.url,
        async ({ page }) => {
          const panel = await openModel(page, /Churn/)
          const ask = panel.getByRole('button', { name: 'Delete…' })
          await ask.click()
          const dialog = page.getByRole('dialog')
          expect(await dialog.innerText()).toContain('cannot be undone')
          await page.waitForFunction(() => document.activeElement?.textContent === 'Keep it')
          await page.keyboard.press('Enter')
          await dialog.waitFor({ state: 'detached' })
          await ask.click()
          await dialog.getByRole('button', { name: 'Delete for good' }).click()
          await panel.waitFor({ state: 'detached' })
          await page.getByText('None yet. Drop a file to begin.').waitFor()
          expect(await page.getByRole('button', { name: /^Customer churn/ }).count()).toBe(1)
        },
        // The question is an answer of its own.
        { expectedErrors: /status of 409/ },
      )
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'shows the card that came with it, its table as a table and nothing of it as HTML',
    async () => {
      const deploy = await fetch(`${parley.url}/api/operations/deploy_model`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          sample: 'churn',
          card: '# Who leaves\n\n| task | yes or no |\n|---|---|\n| rows | 7,043 |\n\n<img src=x onerror=alert(1)>',
        }),
      })
      expect(deploy.status).toBe(200)
      await visit(parley.url, async ({ page }) => {
        const panel = await openModel(page, /Churn/i)
        await panel.getByRole('tab', { name: 'About' }).click()
        const card = panel.getByRole('region', { name: 'Card' })
        await card.getByText('Who leaves').waitFor()
        expect(await card.getByRole('cell').allInnerTexts()).toEqual(['rows', '7,043'])
        expect(await card.innerText()).toContain('<img src=x')
        expect(await card.locator('img').count()).toBe(0)
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'gives programs that run as they are copied, and leads to its documentation',
    async () => {
      await upload(parley, CHURN_FILE)
      await visit(
        parley.url,
        async ({ page, context }) => {
          const panel = await openModel(page, /Churn/)
          await panel.getByRole('tab', { name: 'Endpoint' }).click()
          await panel.getByRole('tab', { name: 'TypeScript' }).click()
          await panel.getByRole('button', { name: 'Copy TypeScript' }).click()
          const program = await page.evaluate(() => navigator.clipboard.readText())
          const ran = Bun.spawn([process.execPath, '-e', program], { stdout: 'pipe' })
          expect(await new Response(ran.stdout).text()).toContain('class_probabilities')
          const docs = context.waitForEvent('page')
          await panel.getByRole('link', { name: /Documentation of this endpoint/ }).click()
          expect((await docs).url()).toBe(`${parley.url}/docs?model=churn`)
        },
        { permissions: ['clipboard-read', 'clipboard-write'] },
      )
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'opens by keyboard, closes with Esc, and gives the focus back',
    async () => {
      await upload(parley, CHURN_FILE)
      await visit(parley.url, async ({ page }) => {
        const item = page.getByTestId('models').getByRole('button')
        await item.focus()
        await page.keyboard.press('Enter')
        const panel = page.getByRole('complementary', { name: 'Model' })
        await page.waitForFunction(() => document.activeElement?.tagName === 'H2')
        await panel.getByRole('tab', { name: 'Try it' }).focus()
        await page.keyboard.press('ArrowRight')
        await panel.getByRole('tab', { name: 'Quality', selected: true }).waitFor()
        await page.keyboard.press('ArrowRight')
        await panel.getByText('POST', { exact: true }).waitFor()
        await page.keyboard.press('Escape')
        await panel.waitFor({ state: 'detached' })
        expect(await item.evaluate((button) => button === document.activeElement)).toBe(true)
        expect(new URL(page.url()).hash).toBe('')
      })
    },
    TEST_TIMEOUT_MS,
  )
})
