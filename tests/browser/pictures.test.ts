// The picture in the README is taken of this page: the conversation in it is held here, and what it shows is checked.
// `PARLEY_TAKE_PICTURES=1 bun test tests/browser/pictures.test.ts` takes it anew.

import { expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { deploySamples } from '../support/ports.ts'
import { answered, CHURN_FILE, describeInBrowser, startParley, TEST_TIMEOUT_MS } from './harness.ts'

const PICTURE = resolve(import.meta.dir, '../../docs/images/page.png')
const SIZE = { width: 1280, height: 800 } as const
const ROW = { tenure: '2', monthly_charges: '95', total_charges: '190' } as const

/** Width and height stand behind the signature and the head of the first chunk. */
function sizeOf(png: Uint8Array) {
  const view = new DataView(png.buffer, png.byteOffset)
  expect(Buffer.from(png.subarray(1, 4)).toString()).toBe('PNG')
  return { width: view.getUint32(16), height: view.getUint32(20) }
}

describeInBrowser('The picture of the page', ({ visit }) => {
  test(
    'shows a deployment, a prediction in the chat and one in the form',
    async () => {
      const parley = await startParley()
      await deploySamples(parley.ports, ['iris', 'price'])
      await visit(
        parley.url,
        async ({ page, say, answer }) => {
          await say('I want to deploy my customer churn model')
          await page.getByTestId('file-input').setInputFiles(CHURN_FILE)
          await answered(page)
          await say(
            'Make a prediction for a customer with 24 months tenure, $70 monthly charges, and $1680 total charges',
          )
          await page
            .getByTestId('models')
            .getByRole('button', { name: /Customer churn/ })
            .click()
          const panel = page.getByRole('complementary', { name: 'Model' })
          for (const [name, value] of Object.entries(ROW)) {
            await panel.getByLabel(new RegExp(`^${name}`)).fill(value)
          }
          await panel.getByRole('button', { name: 'Predict', exact: true }).click()
          await panel.getByText('80%').first().waitFor()
          await answer.getByText('Inputs used').scrollIntoViewIfNeeded()
          for (const fact of ['23%', 'Low Risk', '77%', '1,680']) {
            expect(await answer.innerText()).toContain(fact)
          }
          expect(await panel.innerText()).toContain('High Risk')
          const taken = await page.screenshot()
          expect(sizeOf(taken)).toEqual(SIZE)
          if (process.env['PARLEY_TAKE_PICTURES'] === '1') await Bun.write(PICTURE, taken)
        },
        { viewport: SIZE, colorScheme: 'light' },
      )
      await parley.stop()
      expect(sizeOf(await Bun.file(PICTURE).bytes())).toEqual(SIZE)
    },
    TEST_TIMEOUT_MS,
  )
})
