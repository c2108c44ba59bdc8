// Talking to Parley in real Chromium: the example conversation, keyboard, reloads, tabs, narrow and dark screens.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  answered,
  CHURN_FILE,
  describeInBrowser,
  type Parley,
  startParley,
  TEST_TIMEOUT_MS,
} from './harness.ts'

const QUESTION =
  'Make a prediction for a customer with 24 months tenure, $70 monthly charges, and $1680 total charges'

describeInBrowser('The chat', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
  })
  afterAll(async () => {
    await parley.stop()
  })

  test(
    'holds the example conversation, from a wish to a prediction',
    async () => {
      const own = await startParley()
      await visit(own.url, async ({ page, say, answer }) => {
        expect(await page.title()).toBe('Parley')
        await say('I want to deploy my customer churn model')
        expect(await answer.innerText()).toContain('Great! Please upload your model file')

        await page.getByTestId('file-input').setInputFiles(CHURN_FILE)
        await answered(page)
        expect(await answer.innerText()).toContain(
          "I've loaded your XGBoost model. It expects tenure, monthly_charges, total_charges. It is now deployed at /api/predict/churn. How would you like to test it?",
        )
        const listed = page.getByTestId('models').getByRole('button')
        expect(await listed.innerText()).toContain('Customer churn')

        await say(QUESTION)
        const text = await answer.innerText()
        expect(text).toContain(
          'This customer has a 23% probability of churning (Low Risk). Confidence is high',
        )
        const card = answer.getByRole('article', { name: 'Prediction of Customer churn' })
        const words = await card.innerText()
        for (const fact of ['23%', 'Low Risk', 'Confidence: high', '77%', '24', '70', '1,680']) {
          expect(words).toContain(fact)
        }
        expect(words).toMatch(/churn\s+version 1-[0-9a-f]{12}/)
        expect(await page.title()).toBe('I want to deploy my customer churn model · Parley')
      })
      await own.stop()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'follows the back button, and another tab of the same browser',
    async () => {
      await visit(parley.url, async ({ page, context, say }) => {
        await say('What can you do?')
        await page.getByRole('button', { name: 'New conversation' }).click()
        await page.getByRole('heading', { name: 'Talk to your models' }).waitFor()
        await page.goBack()
        await page.locator('.message.parley').waitFor()
        const other = await context.newPage()
        await other.goto(page.url())
        await other.locator('.message.parley').waitFor()
        await say('Show me available models')
        await other.waitForFunction(() => document.querySelectorAll('.message').length === 4)
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'keeps conversations across a reload and goes on with them',
    async () => {
      await visit(parley.url, async ({ page, say, answer }) => {
        await say('Deploy the sample model churn')
        await say(QUESTION)
        await page.reload()
        await answer.waitFor()
        expect(await page.locator('.message').count()).toBe(4)
        expect(await answer.innerText()).toContain('23%')
        await say('the same but 60 months')
        expect(await answer.innerText()).toContain('tenure of 60 months instead of 24 months')
        expect(await answer.innerText()).toMatch(/Inputs used\s+tenure\s+60 months/)
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'has several conversations that can be renamed and deleted',
    async () => {
      await visit(parley.url, async ({ page, say }) => {
        await say('What can you do?')
        await page.getByRole('button', { name: 'New conversation' }).click()
        await page.getByRole('heading', { name: 'Talk to your models' }).waitFor()
        await say('Show me available models')
        const list = page.getByTestId('conversations')
        expect(await list.getByRole('listitem').count()).toBe(2)
        await page.getByRole('button', { name: 'Options of What can you do?' }).click()
        await page.getByRole('menuitem', { name: 'Rename' }).click()
        await page.getByRole('textbox', { name: 'Name' }).fill('First steps')
        await page.getByRole('button', { name: 'Rename' }).click()
        await list.getByRole('button', { name: 'First steps', exact: true }).click()
        await page.getByText('What can you do?').first().waitFor()
        expect(await page.title()).toBe('First steps · Parley')
        await page.getByRole('button', { name: 'Options of First steps' }).click()
        await page.getByRole('menuitem', { name: 'Delete' }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
        await page.getByRole('heading', { name: 'Talk to your models' }).waitFor()
        await page.reload()
        await list.getByRole('listitem').first().waitFor()
        expect(await list.getByRole('listitem').allInnerTexts()).toEqual([
          'Show me available models',
        ])
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'works by keyboard alone',
    async () => {
      await visit(parley.url, async ({ page, box, answer }) => {
        const focused = () =>
          page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
        const press = async (key: string, until: string) => {
          for (let count = 0; count < 40; count++) {
            await page.keyboard.press(key)
            if ((await focused()) === until) return
          }
          throw new Error(`${until} is not reached with ${key}`)
        }
        await page.keyboard.press('Tab')
        await page.keyboard.press('Enter')
        expect(await focused()).toBe('Message to Parley')
        await page.keyboard.type('Deploy the sample model iris')
        await page.keyboard.press('Enter')
        await answered(page)
        expect(await focused()).toBe('Message to Parley')

        const chooser = page.waitForEvent('filechooser')
        await press('Shift+Tab', 'Choose a file to send')
        await page.keyboard.press('Enter')
        await (await chooser).setFiles(CHURN_FILE)
        await answered(page)
        expect(await focused()).toBe('Message to Parley')
        await page.keyboard.type('deploy it')
        await page.keyboard.press('Enter')
        await answered(page)
        expect(await answer.innerText()).toContain('/api/predict/churn')

        await page.keyboard.press('ArrowUp')
        expect(await box.inputValue()).toBe('deploy it')
        await page.keyboard.press('Control+A')
        await page.keyboard.type('line one')
        await page.keyboard.press('Shift+Enter')
        await page.keyboard.type('line two')
        expect(await box.inputValue()).toBe('line one\nline two')
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'fits a screen of 360 pixels, with models and conversations in a drawer',
    async () => {
      await visit(
        parley.url,
        async ({ page, say, answer }) => {
          await say('Deploy the sample model churn')
          await say(QUESTION)
          expect(await answer.innerText()).toContain('23%')
          await page.getByRole('button', { name: 'Open models and conversations' }).click()
          await page
            .getByTestId('models')
            .getByRole('button', { name: /Customer churn/ })
            .click()
          await page.getByRole('button', { name: 'Predict', exact: true }).click()
          await page.getByRole('dialog').getByText('probability of churning').waitFor()
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
          await page.getByRole('button', { name: 'Close the model' }).click()
          await page.getByRole('dialog').waitFor({ state: 'detached' })
        },
        { viewport: { width: 360, height: 740 }, hasTouch: true },
      )
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'is dark where the system is, and remembers another wish',
    async () => {
      await visit(
        parley.url,
        async ({ page }) => {
          const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
          const dark = await ground()
          expect(dark).toBe('rgb(22, 22, 21)')
          await page.locator('label', { hasText: 'Light' }).click()
          await page.reload()
          expect(await ground()).toBe('rgb(250, 249, 247)')
        },
        { colorScheme: 'dark' },
      )
    },
    TEST_TIMEOUT_MS,
  )
})
