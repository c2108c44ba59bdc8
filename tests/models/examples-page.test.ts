// The four examples in the page, in real Chromium: each opens with its card, its figures and plots, and a form that answers.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { example as churn } from '#models/churn/make.ts'
import { example as housePrice } from '#models/house-price/make.ts'
import { example as iris } from '#models/iris/make.ts'
import { example as questionTiming } from '#models/question-timing/make.ts'
import { describeInBrowser, type Parley, startParley, TEST_TIMEOUT_MS } from '../browser/harness.ts'
import { violations } from '../browser/violations.ts'
import { makeExample, resultOf } from './make-example.ts'

interface Shown {
  readonly example: typeof churn
  readonly title: string
  /** Of its card, which is shown under "About". */
  readonly card: string
  readonly figures: readonly string[]
  /** Classes of the confusion matrix; a plot of residuals where it is null. */
  readonly classes: readonly string[] | null
  /** An input that its answers depend on, by the share that the page names first. */
  readonly strongest: RegExp
  readonly answer: RegExp
}

const SHOWN: readonly Shown[] = [
  {
    example: churn,
    title: 'Customer churn',
    card: 'Telco Customer Churn',
    figures: ['accuracy', 'auc', 'brier'],
    classes: ['No', 'Yes'],
    strongest: /tenure|monthly_charges/,
    answer: /23%[\s\S]*probability of churning/,
  },
  {
    example: iris,
    title: 'Iris species',
    card: 'Fisher',
    figures: ['accuracy', 'macro f1', 'evenly over easy and hard rows'],
    classes: ['setosa', 'versicolor', 'virginica'],
    strongest: /petal_(length|width)/,
    answer: /setosa|versicolor|virginica/,
  },
  {
    example: housePrice,
    title: 'House prices',
    card: 'The rows are made up.',
    figures: ['r2', 'mae', 'rmse', 'mape'],
    classes: null,
    strongest: /^(grade|sqft_living|figures of the zip code)$/,
    answer: /\$[\d,]{6,}/,
  },
  {
    example: questionTiming,
    title: 'Question timing',
    card: 'never measured',
    figures: ['accuracy', 'macro f1', 'log loss'],
    classes: ['Post', 'Pre'],
    // One input: the words in it that weigh most.
    strongest: /“?\w+/,
    answer: /timing, probability \d/,
  },
]

describeInBrowser('The page of an example', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
    for (const { example } of SHOWN) resultOf(await makeExample(example, parley.ports))
  }, TEST_TIMEOUT_MS)
  afterAll(() => parley.stop())

  async function open(page: Page, title: string): Promise<Locator> {
    await page
      .getByTestId('models')
      .getByRole('button', { name: new RegExp(title) })
      .click()
    const panel = page.getByRole('complementary', { name: 'Model' })
    await panel.getByRole('tab', { name: 'Try it' }).click()
    return panel
  }

  test.each(SHOWN)(
    '$title has a form, figures, importance and its card',
    async ({ title, card, figures, classes, strongest, answer }) => {
      await visit(parley.url, async ({ page }) => {
        const panel = await open(page, title)
        await panel.getByRole('button', { name: 'Predict', exact: true }).click()
        const prediction = panel.getByRole('article', { name: `Prediction of ${title}` })
        expect(await prediction.innerText()).toMatch(answer)

        await panel.getByRole('tab', { name: 'Quality' }).click()
        await panel.getByText('On data it had not seen').waitFor()
        const important = panel.getByText('What its answers depend on')
        await important.waitFor()
        const text = await panel.innerText()
        for (const figure of figures) expect(text).toContain(figure)
        const bar = panel.locator('.bars li').first()
        expect(await bar.locator('.bar-label').innerText()).toMatch(strongest)
        if (classes === null) {
          const plot = panel.getByRole('img', { name: /Predicted against actual for \d+ rows/ })
          expect(await plot.locator('circle').count()).toBeGreaterThan(100)
        } else {
          const matrix = panel.getByRole('table', { name: /actual classes/ })
          const rows = await matrix.getByRole('rowheader').allInnerTexts()
          expect(rows).toEqual([...classes])
          expect(await panel.getByText('By class', { exact: true }).count()).toBe(1)
        }
        expect(await violations(page)).toEqual([])

        await panel.getByRole('tab', { name: 'About' }).click()
        expect(await panel.getByRole('region', { name: 'Card' }).innerText()).toContain(card)
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'takes prose in a field of several lines, and answers on Enter',
    async () => {
      await visit(parley.url, async ({ page }) => {
        const panel = await open(page, 'Question timing')
        const field = panel.locator('textarea[data-field="question"]')
        await field.fill('The strap broke on the first day.')
        await field.press('Shift+Enter')
        await field.pressSequentially('How do I get a new one?')
        expect(await field.inputValue()).toContain('day.\nHow')
        await field.press('Enter')
        await panel.getByText(/timing, probability \d/).waitFor()
      })
    },
    TEST_TIMEOUT_MS,
  )
})
