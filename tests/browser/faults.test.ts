// What may go wrong while talking, in real Chromium: stopping, breaking, a server that is gone, hostile words.

import { expect, test } from 'bun:test'
import type { Agent, TurnEvent, TurnRequest } from '#agent/turn.ts'
import { answered, describeInBrowser, startParley, TEST_TIMEOUT_MS } from './harness.ts'

/** An agent that does what a test says, for turns that the real one ends too quickly or never has. */
function agentThat(events: (request: TurnRequest) => AsyncGenerator<TurnEvent>): Agent {
  return { turn: events }
}

function done(reply: string, rest: Partial<Extract<TurnEvent, { type: 'done' }>['result']> = {}) {
  return {
    type: 'done',
    result: {
      conversationId: 'c1',
      reply,
      blocks: [],
      steps: [],
      language: 'interpreter',
      ...rest,
    },
  } as const satisfies TurnEvent
}

describeInBrowser('A turn of talk', ({ visit }) => {
  test(
    'is stopped with Esc, which the agent learns, and can be tried again',
    async () => {
      let turns = 0
      let stopped = false
      const agent = agentThat(async function* ({ signal }) {
        turns += 1
        yield { type: 'started', conversationId: 'c1' }
        if (turns > 1) return yield done('All of the second answer.')
        yield { type: 'text', delta: 'Half of the first' }
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        stopped = true
      })
      const parley = await startParley({ agent })
      await visit(parley.url, async ({ page, box, answer }) => {
        await box.fill('Go on')
        await box.press('Enter')
        await page.getByText('Half of the first').waitFor()
        await page.getByRole('button', { name: 'Stop answering' }).waitFor()
        await page.keyboard.press('Escape')
        await answered(page)
        expect(await answer.innerText()).toContain('Half of the first')
        expect(await answer.innerText()).toContain('Stopped.')
        await page.waitForFunction(() => document.querySelector('[data-state="stopped"]') !== null)
        await answer.getByRole('button', { name: 'Try again' }).click()
        await page.getByText('All of the second answer.').waitFor()
        expect(await page.locator('.message').count()).toBe(2)
      })
      expect(stopped).toBe(true)
      await parley.stop()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'that breaks says so where the answer would be, with the id that the log has',
    async () => {
      let turns = 0
      const agent = agentThat(async function* () {
        turns += 1
        yield { type: 'started', conversationId: 'c1' }
        if (turns === 1) throw new Error('a bug that nobody outside may read')
        yield done('Better now.')
      })
      const parley = await startParley({ agent })
      await visit(parley.url, async ({ page, say, answer }) => {
        await say('Go on')
        const text = await answer.getByRole('alert').innerText()
        expect(text).toContain('Something went wrong on our side.')
        expect(text).toMatch(/Request \S+/)
        expect(text).not.toContain('bug')
        await answer.getByRole('button', { name: 'Try again' }).click()
        await page.getByText('Better now.').waitFor()
      })
      await parley.stop()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'waits for a server that is gone, and goes on when it is back',
    async () => {
      const first = await startParley()
      await visit(
        first.url,
        async ({ page, say, answer }) => {
          await say('What can you do?')
          await first.stop()
          await say('Show me available models')
          expect(await answer.getByRole('alert').innerText()).toContain('does not answer')
          const bar = page.getByText('Parley does not answer. Trying again until it does')
          await bar.waitFor()
          const second = await startParley({ port: first.server.port })
          await bar.waitFor({ state: 'detached' })
          await answer.getByRole('button', { name: 'Try again' }).click()
          await page.getByText('There are no models yet').waitFor()
          await second.stop()
        },
        { expectedErrors: /ERR_CONNECTION|ERR_EMPTY|ERR_INCOMPLETE/ },
      )
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'shows words of every kind as words: markup, other directions, long names, emoji',
    async () => {
      const hostile = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
      const agent = agentThat(async function* ({ message }) {
        yield { type: 'started', conversationId: 'c1' }
        yield done(`**bold ${hostile}** and \`${hostile}\` مرحبا 👋🏽 [a](javascript:alert(1))`, {
          blocks: [
            { kind: 'text', text: `- ${hostile}\n- two` },
            { kind: 'fields', title: hostile, items: [{ label: hostile, value: message }] },
            {
              kind: 'table',
              title: 'Tisch',
              columns: [{ label: 'שם' }, { label: hostile, align: 'right' }],
              rows: [
                ['x'.repeat(400), null],
                [true, 0.123456],
              ],
              omitted: 40,
            },
            {
              kind: 'bars',
              maximum: 2,
              format: 'number',
              items: [
                { label: hostile, value: -1.5 },
                { label: 'מחיר', value: 0.5, emphasised: true },
              ],
            },
            { kind: 'code', language: 'bash', text: hostile },
            { kind: 'link', label: 'a trap', href: 'javascript:window.hacked=1' },
            { kind: 'link', label: 'the documentation', href: '/docs' },
            { kind: 'notice', tone: 'warning', text: hostile, details: [hostile] },
            { kind: 'choices', title: hostile, items: [{ label: hostile, message: hostile }] },
          ],
        })
      })
      const parley = await startParley({ agent })
      await visit(parley.url, async ({ page, say, answer }) => {
        await say(hostile)
        await answer.getByRole('button', { name: hostile }).waitFor()
        expect(await page.evaluate(() => Reflect.get(window, 'hacked'))).toBeUndefined()
        expect(await answer.locator('img, script').count()).toBe(0)
        const links = await answer
          .getByRole('link')
          .evaluateAll((all) => all.map((link) => link.getAttribute('href')))
        expect(links).toEqual(['/docs'])
        expect(await answer.locator('td').allInnerTexts()).toContain('–')
        expect(await answer.innerText()).toContain('and 40 more')
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(wide).toBeLessThanOrEqual(1280)
        await page.setViewportSize({ width: 360, height: 740 })
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
      })
      await parley.stop()
    },
    TEST_TIMEOUT_MS,
  )

  test(
    'offers a yes and a no where something waits for a confirmation',
    async () => {
      const heard: string[] = []
      const agent = agentThat(async function* ({ message }) {
        heard.push(message)
        yield { type: 'started', conversationId: 'c1' }
        const step = { operation: 'delete_model', input: { model: 'iris' } } as const
        if (heard.length > 1) return yield done('It stays.')
        yield done('Shall I go ahead?', { steps: [{ ...step, status: 'needs_confirmation' }] })
      })
      const parley = await startParley({ agent })
      await visit(parley.url, async ({ page, say }) => {
        await say('Delete iris')
        await page.getByRole('button', { name: 'No, leave it' }).click()
        await page.getByText('It stays.').waitFor()
        expect(heard).toEqual(['Delete iris', 'No'])
        expect(await page.getByRole('button', { name: 'Yes, go ahead' }).count()).toBe(0)
      })
      await parley.stop()
    },
    TEST_TIMEOUT_MS,
  )
})
