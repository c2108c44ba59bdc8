// `parley serve` as a process of its own, over a data folder that the test made.

import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
const READY = /is ready: (http:\/\/127\.0\.0\.1:\d+)/

export interface ServingProcess {
  readonly url: string
  readonly pid: number
  /** Asks it to stop as an orchestrator does; resolves with its exit code. */
  terminate(): Promise<number>
  /** Ends it whatever it does. */
  kill(): Promise<void>
}

/** Resolves when it is ready; throws what it printed where it ends before that. */
export async function startServingProcess(dataFolder: string): Promise<ServingProcess> {
  const child = Bun.spawn([process.execPath, join(ROOT, 'bin/parley.ts'), 'serve'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', PARLEY_DATA: dataFolder },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  let printed = ''
  let url: string | undefined
  while (url === undefined) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`parley serve ended early: ${printed}`)
    printed += decoder.decode(value)
    url = READY.exec(printed)?.[1]
  }
  return {
    url,
    pid: child.pid,
    terminate() {
      child.kill('SIGTERM')
      return child.exited
    },
    async kill() {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}
