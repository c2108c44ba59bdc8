// The trainings in real Chromium: the empty list, one run, two compared, by keyboard and for everyone.

import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import type { TrainingRun } from '#core/registry/registry.ts'
import { describeInBrowser, type Parley, startParley, TEST_TIMEOUT_MS } from './harness.ts'
import { violations } from './violations.ts'

const run = (id: string, over: Partial<TrainingRun>): TrainingRun => ({
  id: id.padEnd(32, '0'),
  name: 'Churn from customers.csv',
  status: 'finished',
  startedAt: `2026-01-0${id}T03:04:05.000Z`,
  durationMs: 1500,
  owner: 'local',
  parameters: { learner: 'logreg', seed: 42, C: 1 },
  metrics: { accuracy: 0.81, macro_f1: 0.7 },
  model: null,
  version: null,
  report: {
    confusion: {
      labels: ['No', 'Yes'],
      counts: [
        [91, 9],
        [15, 21],
      ],
    },
    importance: [
      { name: 'tenure', share: 0.8 },
      { name: 'charges', share: 0.2 },
    ],
  },
  ...over,
})

const RUNS = [
  run('1', {}),
  run('2', {
    parameters: { learner: 'rf', seed: 42, n_estimators: 100 },
    metrics: { accuracy: 0.9, macro_f1: 0.7 },
  }),
  run('3', {
    name: 'price from houses.csv',
    parameters: { learner: 'ridge' },
    metrics: { r2: 0.7, mae: 100 },
    report: { residuals: { predicted: [1, 2, 3], actual: [1.5, 2, 2.5] } },
  }),
]

describeInBrowser('Trainings', ({ visit }) => {
  let empty: Parley
  let parley: Parley
  beforeAll(async () => {
    empty = await startParley()
    parley = await startParley()
    for (const one of RUNS) await parley.ports.registry.writeRun(one)
  })
  afterAll(async () => {
    await empty.stop()
    await parley.stop()
  })

  const open = (page: Page) => page.getByRole('button', { name: 'Trainings' }).click()

  test(
    'say how to begin where there are none',
    async () => {
      await visit(empty.url, async ({ page, box }) => {
        await open(page)
        await page.getByText('Nothing has been trained yet.').waitFor()
        expect(await page.title()).toBe('Trainings · Parley')
        expect(await violations(page)).toEqual([])
        await page.getByRole('button', { name: 'Try it with the iris data' }).click()
        await box.waitFor()
        expect(await box.inputValue()).toBe('Train a model on the iris data')
      })
    },
    TEST_TIMEOUT_MS,
  )

  for (const colorScheme of ['light', 'dark'] as const) {
    test(
      `are listed, looked at and compared by the keyboard alone, ${colorScheme}`,
      async () => {
        await visit(
          parley.url,
          async ({ page }) => {
            await open(page)
            const rows = page.getByRole('region', { name: 'All trainings' }).getByRole('row')
            await rows.nth(3).waitFor()
            expect(await rows.nth(1).innerText()).toContain('R² 0.7')
            const boxes = page.getByRole('checkbox')
            await boxes.nth(2).focus()
            await page.keyboard.press('Space')
            const one = page.getByRole('region', { name: 'Training', exact: true })
            await one.getByRole('table', { name: /actual classes/ }).waitFor()
            expect(await violations(page)).toEqual([])
            await boxes.nth(1).focus()
            await page.keyboard.press('Space')
            const both = page.getByRole('region', { name: 'Comparison' })
            await both.waitFor()
            expect(await both.getByRole('row', { name: /accuracy differs/ }).innerText()).toMatch(
              /0\.81\s+0\.9/,
            )
            expect(await both.getByRole('row', { name: /^macro f1 0/ }).count()).toBe(1)
            expect(await both.getByRole('row', { name: /C differs/ }).innerText()).toMatch(/1\s+–/)
            expect(await both.getByRole('table', { name: /actual classes/ }).count()).toBe(2)
            expect(await violations(page)).toEqual([])
          },
          { colorScheme },
        )
      },
      TEST_TIMEOUT_MS,
    )
  }

  test(
    'are at an address of their own, and a conversation leaves them',
    async () => {
      await visit(parley.url, async ({ page, box }) => {
        await page.goto(`${parley.url}/#runs=${RUNS[2]?.id}`)
        await page.getByRole('img', { name: /Predicted against actual for 3 rows/ }).waitFor()
        await page.getByRole('button', { name: 'New conversation' }).click()
        await box.waitFor()
        expect(new URL(page.url()).hash).toBe('')
        await page.goBack()
        await page.getByRole('img', { name: /Predicted against actual/ }).waitFor()
      })
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'fit on a phone',
    async () => {
      await visit(
        parley.url,
        async ({ page }) => {
          await page.goto(`${parley.url}/#runs=${RUNS[0]?.id},${RUNS[1]?.id}`)
          await page.getByRole('region', { name: 'Comparison' }).waitFor()
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - window.innerWidth,
          )
          expect(overflow).toBeLessThanOrEqual(0)
          expect(await violations(page)).toEqual([])
        },
        { viewport: { width: 390, height: 844 } },
      )
    },
    TEST_TIMEOUT_MS,
  )
})
