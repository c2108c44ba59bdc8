// Axe's rules over a page, for every test that looks at one.

import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** What axe has to say about the page as it stands, in one line each. */
export async function violations(page: Page): Promise<string[]> {
  // A policy without inline scripts also keeps axe out, so it comes in as an evaluated expression.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const run: typeof axe = Reflect.get(window, 'axe')
    const result = await run.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    })
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
    )
  })
}
