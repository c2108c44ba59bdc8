// A table becomes a model in the conversation, in real Chromium: trained, judged, deployed, asked, explained, changed by sliders.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { createRandom } from '#core/training/random.ts'
import {
  answered,
  describeInBrowser,
  type Parley,
  startParley,
  TEST_TIMEOUT_MS,
} from './harness.ts'
import { violations } from './violations.ts'

const ROWS = 240
const CUSTOMER = { tenure: 3, monthly_charges: 95, contract: 'month-to-month', refund: 0 }

/** Who leaves is told by charges, tenure and contract; a refund gives it away; the last line repeats an earlier one. */
function customers(): Buffer {
  const random = createRandom('training in the browser')
  const lines = ['customer_id,tenure,monthly_charges,contract,refund,Churn']
  for (let row = 0; row < ROWS; row++) {
    const [tenure, charges, kind] = [random.below(72), 20 + 90 * random.next(), random.below(2)]
    const leaves = charges / 40 - tenure / 20 + kind + random.normal() > 1
    const refund = leaves && random.next() < 0.995 ? 50 : 0
    const contract = kind === 1 ? 'month-to-month' : 'two year'
    lines.push(
      `C-${row},${tenure},${charges.toFixed(2)},${contract},${refund},${leaves ? 'Yes' : 'No'}`,
    )
  }
  return Buffer.from([...lines, lines[5]].join('\n'))
}

describeInBrowser('A table', ({ visit }) => {
  let parley: Parley
  beforeAll(async () => {
    parley = await startParley()
  })
  afterAll(() => parley.stop())

  async function operation(name: string, input: unknown) {
    const response = await fetch(`${parley.url}/api/operations/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    })
    expect(response.status).toBe(200)
    return await response.json()
  }

  /** Everything that the newest answer said while it grew. */
  function watchAnswer(page: Page) {
    return page.evaluate(() => {
      const seen: string[] = []
      new MutationObserver(() => {
        const said = [...document.querySelectorAll('.message.parley')].at(-1)
        seen.push(said?.textContent ?? '')
      }).observe(document.body, { childList: true, subtree: true, characterData: true })
      Object.assign(window, { seenOfAnswer: seen })
    })
  }

  async function checkTraining(page: Page, answer: Locator) {
    const seen: string[] = await page.evaluate(() => Reflect.get(window, 'seenOfAnswer'))
    for (const step of ['comparing learners', 'fitting', 'writing the model']) {
      expect(seen.some((text) => text.includes(step))).toBe(true)
    }
    const text = await answer.innerText()
    expect(text).toMatch(/model to predict Churn from 4 columns of customers\.csv, on 193 rows/)
    expect(text).toMatch(/is right in \d\d[.\d]*% \(always the most frequent class: \d\d%\)/)
    const learners = answer.getByRole('table').first()
    expect(await learners.getByRole('row').count()).toBeGreaterThanOrEqual(5)
    expect(await learners.getByRole('row', { name: /^naive guess/ }).count()).toBe(1)
    expect(await learners.getByRole('row', { name: /\(taken\)/ }).count()).toBe(1)
    const matrix = answer.getByRole('table').nth(1)
    const cells = await matrix.getByRole('cell').allInnerTexts()
    const counts = cells.map(Number).filter((count) => Number.isInteger(count))
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(48)
    for (const warning of [
      'customer_id names or numbers the rows',
      '1 row repeats an earlier one',
      'refund alone predicts Churn almost perfectly',
    ]) {
      expect(text).toContain(warning)
    }
    expect(text).toContain('evenly over easy and hard rows, seed 42')
  }

  /** The bars of “Why?” are the contributions that REST tells of the same row: each with its sign and length. */
  async function checkBars(answer: Locator) {
    const { contributions } = await operation('explain_prediction', {
      model: 'churn',
      features: CUSTOMER,
    })
    const bars = answer.locator('.bars[data-two-sided] li')
    expect(await bars.count()).toBe(contributions.length)
    const largest = Math.abs(contributions[0].contribution)
    const signs = new Set<number>()
    for (const [place, { name, contribution }] of contributions.entries()) {
      const bar = bars.nth(place)
      expect(await bar.locator('.bar-label').innerText()).toStartWith(`${name} = `)
      const shown = Number(await bar.locator('.bar-value').innerText())
      expect(shown).toBeCloseTo(contribution, 2)
      const fill = bar.locator('.bar-fill')
      expect(await fill.getAttribute('data-negative')).toBe(contribution < 0 ? 'true' : null)
      const [width, track] = [
        await fill.boundingBox(),
        await bar.locator('.bar-track').boundingBox(),
      ]
      if (width === null || track === null) throw new Error('the bar is seen')
      expect(width.width / track.width).toBeCloseTo(Math.abs(contribution) / largest / 2, 1)
      // Negative bars end in the middle, positive ones begin there.
      const middle = track.x + track.width / 2
      const end = contribution < 0 ? width.x + width.width : width.x
      expect(Math.abs(end - middle)).toBeLessThan(2)
      signs.add(Math.sign(contribution))
    }
    expect(signs.size).toBe(2)
  }

  async function checkSliders(page: Page) {
    const panel = page.getByRole('complementary', { name: 'Model' })
    const tenure = panel.getByLabel('tenure', { exact: false }).first()
    await tenure.fill('3')
    await panel.getByLabel('monthly_charges', { exact: false }).first().fill('95')
    await panel.getByRole('button', { name: 'Predict', exact: true }).click()
    const slider = panel.getByRole('slider', { name: /^tenure/ })
    await slider.waitFor()
    await slider.focus()
    await page.keyboard.press('End')
    const whatIf = panel.getByRole('region', { name: 'What if' })
    await whatIf.getByText(/^tenure: 3 → \d\d$/).waitFor()
    const moved = whatIf.locator('.bars li').first()
    expect(await moved.locator('.bar-fill').getAttribute('data-negative')).toBe('true')
    const change = /^-(\d+)%$/.exec(await moved.locator('.bar-value').innerText())
    const [before = 0, after = 0] = [...(await whatIf.innerText()).matchAll(/([\d.]+)% Yes/g)].map(
      ([, percent]) => Number(percent),
    )
    expect(Math.abs(before - after - Number(change?.[1]))).toBeLessThanOrEqual(1)
    expect(before).toBeGreaterThan(after)
  }

  test(
    'is learned from in one sentence, and what comes of it is judged, deployed, asked, explained and changed',
    async () => {
      await visit(parley.url, async ({ page, box, answer, say }) => {
        await watchAnswer(page)
        await box.fill('train a model that predicts Churn from this file')
        const file = { name: 'customers.csv', mimeType: 'text/csv', buffer: customers() }
        await page.getByTestId('file-input').setInputFiles(file)
        await page.getByRole('list', { name: 'Files to send' }).getByText('customers.csv').waitFor()
        await box.press('Enter')
        await answered(page)
        await checkTraining(page, answer)
        expect(await violations(page)).toEqual([])

        await answer.getByRole('button', { name: 'Deploy it' }).click()
        await answered(page)
        expect(await answer.innerText()).toContain('It is now deployed at /api/predict/churn')
        await say(
          'Will a customer with tenure 3, monthly charges 95, contract month-to-month, refund 0 churn?',
        )
        const { class_probabilities } = await operation('predict', {
          model: 'churn',
          features: CUSTOMER,
        })
        const percent = `${Math.round(class_probabilities.Yes * 100)}%`
        expect(await answer.innerText()).toContain(`${percent} probability of churning`)
        await say('Why?')
        await checkBars(answer)

        await page.getByTestId('models').getByRole('button', { name: /Churn/ }).click()
        await checkSliders(page)
        await page.keyboard.press('Escape')
        await page.getByRole('button', { name: 'Trainings' }).click()
        await page.getByRole('checkbox').first().focus()
        await page.keyboard.press('Space')
        const one = page.getByRole('region', { name: 'Training', exact: true })
        await one.getByRole('table', { name: /actual classes/ }).waitFor()
        expect(await one.innerText()).toContain('customers.csv')
      })
    },
    TEST_TIMEOUT_MS,
  )
})
