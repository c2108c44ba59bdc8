// A real server with the real page, and real Chromium in front of it that must stay on this machine and quiet.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core'
import { createAgent } from '#agent/agent.ts'
import type { Agent } from '#agent/turn.ts'
import { createServer, type ParleyServer } from '#api/server.ts'
import { createPage } from '#api/web/page.ts'
import type { Principal } from '#core/operations/operation.ts'
import { createTestPorts, type TestPorts } from '../support/ports.ts'

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
/** No sandbox where tests run as root, and none of the browser's own talk with the world. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
/** Far above what any step takes, so that only what never happens fails by it. */
const STEP_TIMEOUT_MS = 10_000
export const TEST_TIMEOUT_MS = 30_000

export const CHURN_FILE = resolve(import.meta.dir, '../../models/churn/churn_model.pkl')
export const FIXTURES = resolve(import.meta.dir, '../fixtures')

const executablePath = process.env['CHROMIUM_PATH'] ?? BROWSERS.find((path) => existsSync(path))
/** One bundle serves all servers of a run. */
const page = createPage()

export interface Parley {
  readonly ports: TestPorts
  readonly server: ParleyServer
  readonly url: string
  stop(): Promise<void>
}

export interface ParleyOptions {
  /** Default: the real agent without a key, so the offline interpreter. */
  readonly agent?: Agent
  readonly port?: number
  readonly maximumUploadBytes?: number
  /** Who may come in with an `authorization` header; by default everybody without one. */
  readonly principalOf?: (request: Request) => Principal | null
}

export async function startParley(options: ParleyOptions = {}): Promise<Parley> {
  const ports = await createTestPorts()
  const server = createServer({
    ports,
    agent: options.agent ?? createAgent({ ports, claude: null }),
    page,
    port: options.port ?? 0,
    ...(options.principalOf !== undefined && { principalOf: options.principalOf }),
    ...(options.maximumUploadBytes !== undefined && {
      maximumUploadBytes: options.maximumUploadBytes,
    }),
  })
  return {
    ports,
    server,
    url: server.url,
    async stop() {
      await server.stop({ drainMs: 0 })
      await ports.close()
    },
  }
}

export interface Visit {
  readonly page: Page
  readonly context: BrowserContext
  /** The message box. */
  readonly box: Locator
  /** Types, presses Enter, and waits until the answer is whole. */
  say(text: string): Promise<void>
  /** The newest answer of Parley. */
  readonly answer: Locator
}

export interface VisitOptions extends BrowserContextOptions {
  /** Console errors that the test brings about on purpose. */
  readonly expectedErrors?: RegExp
}

interface Session {
  visit(url: string, use: (visit: Visit) => Promise<void>, options?: VisitOptions): Promise<void>
}

/** A suite in the browser; skipped, with the reason printed, where there is none. */
export function describeInBrowser(title: string, suite: (session: Session) => void): void {
  if (executablePath === undefined) {
    test.skip(`${title} (no Chromium on this machine; set CHROMIUM_PATH to one)`, () => undefined)
    return
  }
  describe(title, () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, headless: true, args: ARGUMENTS })
    })
    afterAll(async () => {
      await browser.close()
    })
    suite({
      visit: (url, use, options) => visit(browser, url, use, options),
    })
  })
}

/** Opens the page with an empty profile, and fails where the console or the network had something to complain about. */
async function visit(
  browser: Browser,
  url: string,
  use: (visit: Visit) => Promise<void>,
  { expectedErrors, ...options }: VisitOptions = {},
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    // Nobody waits for animations; what they end in is the same.
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(STEP_TIMEOUT_MS)
  const complaints: string[] = []
  const strangers: string[] = []
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    const inside = protocol === 'data:' || protocol === 'blob:' || hostname === '127.0.0.1'
    if (!inside) strangers.push(request.url())
  })
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  context.on('weberror', (fault) => complaints.push(fault.error().message))
  try {
    const opened = await context.newPage()
    await opened.goto(url)
    const box = opened.getByLabel('Message to Parley')
    await box.waitFor()
    await use({
      page: opened,
      context,
      box,
      answer: opened.locator('.message.parley').last(),
      async say(text) {
        await box.fill(text)
        await box.press('Enter')
        await answered(opened)
      },
    })
  } finally {
    await context.close()
  }
  expect(complaints.filter((text) => expectedErrors?.test(text) !== true)).toEqual([])
  expect(strangers).toEqual([])
}

/** Waits until nothing is being answered and the last message is Parley's. */
export async function answered(opened: Page): Promise<void> {
  await opened.locator('.messages > li:last-child.parley:not([data-state="waiting"])').waitFor()
  await opened.getByRole('button', { name: 'Send', exact: true }).waitFor()
}
