// Loads a server on loopback with a ramp, a soak and a spike, and writes a page with plots.
//
//   bun bench/load/run.ts [--profile ramp|soak|spike|all] [--seconds 20] [--connections 64] [--report load.html]
//                         [--port 3000 --path /api/predict/churn --body '{"tenure":24,…}']
//
// Without --port it starts Parley with the churn example over a folder of its own. It stops by itself.

import { parseArgs } from 'node:util'
import { createLoad, type Target } from './connections.ts'
import { startOwn } from './own-server.ts'
import { memoryMb } from './processes.ts'
import { PROFILE_NAMES, PROFILES, type ProfileName } from './profiles.ts'
import { renderReport, type Section } from './report.ts'

const SAMPLE_MS = 250
/** A soak over a night is a matter for a tool that somebody watches. */
const MOST_SECONDS = 3_600

const { values: flags } = parseArgs({
  options: {
    profile: { type: 'string', default: 'all' },
    seconds: { type: 'string', default: '20' },
    connections: { type: 'string', default: '64' },
    report: { type: 'string', default: 'load.html' },
    port: { type: 'string' },
    path: { type: 'string', default: '/api/predict/churn' },
    body: { type: 'string' },
  },
})

const seconds = Math.min(MOST_SECONDS, Number(flags.seconds))
const most = Number(flags.connections)
const names = PROFILE_NAMES.filter((name) => flags.profile === 'all' || flags.profile === name)
if (names.length === 0) throw new Error(`--profile is one of ${PROFILE_NAMES.join(', ')} or all.`)

async function runProfile(name: ProfileName, target: Target, pid: number | null): Promise<Section> {
  const { title, connections } = PROFILES[name]
  const load = createLoad(target)
  const samples: Section['samples'][number][] = []
  const startedMs = performance.now()
  for (;;) {
    const share = (performance.now() - startedMs) / 1000 / seconds
    if (share >= 1) break
    load.setConnections(connections(share, most))
    await Bun.sleep(SAMPLE_MS)
    samples.push({
      ...load.sample(),
      memoryMb: pid === null ? Number.NaN : await memoryMb(pid),
    })
  }
  await load.stop()
  return { title, samples }
}

const own = flags.port === undefined ? await startOwn() : null
try {
  const target: Target = own?.target ?? {
    port: Number(flags.port),
    path: flags.path,
    bodies: [flags.body ?? '{}'],
  }
  const sections: Section[] = []
  for (const name of names) {
    const section = await runProfile(name, target, own?.pid ?? null)
    const answered = section.samples.reduce((sum, one) => sum + one.errors, 0)
    const typical = section.samples.map((one) => one.requestsPerSecond).sort((a, b) => a - b)
    console.log(
      `${name}: median ${Math.round(typical[Math.floor(typical.length / 2)] ?? 0)} requests/s, ${answered} errors`,
    )
    sections.push(section)
  }
  const about = `${new Date().toISOString()}, ${target.path}, ${seconds} s a profile, up to ${most} connections, a figure each ${SAMPLE_MS} ms.`
  await Bun.write(flags.report, renderReport(about, sections))
  console.log(`Plots: ${flags.report}`)
} finally {
  await own?.stop()
}
