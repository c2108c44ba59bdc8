// A server and all that it started: its memory as the system counts it, and its end.

import { readdir } from 'node:fs/promises'

const PARENT = /^PPid:\s+(\d+)$/m
const RESIDENT = /^Pss:\s+(\d+) kB$/m

/** Proportional megabytes of a process and its children: shared pages count once. NaN where the system does not tell. */
export async function memoryMb(root: number): Promise<number> {
  let total = 0
  for (const one of await familyOf(root)) {
    total += Number(RESIDENT.exec(await read(`/proc/${one}/smaps_rollup`))?.[1] ?? 0)
  }
  return total === 0 ? Number.NaN : total / 1024
}

const GRACE_MS = 3_000

/** Asks a process and its children to stop, and ends those that do not: some servers leave their workers behind. */
export async function endFamily(root: number): Promise<void> {
  const family = await familyOf(root)
  signal([root], 'SIGTERM')
  await Bun.sleep(GRACE_MS)
  signal(family, 'SIGKILL')
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended already.
    }
  }
}

async function familyOf(root: number): Promise<readonly number[]> {
  const parents = new Map<number, number>()
  for (const name of await readdir('/proc').catch(() => [])) {
    const parent = PARENT.exec(await read(`/proc/${name}/status`))?.[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  const family = [root]
  for (const one of family) {
    for (const [child, parent] of parents) if (parent === one) family.push(child)
  }
  return family
}

function read(path: string): Promise<string> {
  return Bun.file(path)
    .text()
    .catch(() => '')
}
