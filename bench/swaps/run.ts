// Proves that swaps lose nothing: a real server under load, swapped again and again, and every answer checked.
//
//   bun bench/swaps/run.ts [--requests 100000] [--swaps 200] [--connections 32]
//
// Ends with 1 where one answer failed, was late for its version or did not hold the values of its version.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { smallGraph } from '../../tests/api/support.ts'
import { startServingProcess } from '../../tests/support/serving-process.ts'
import { storeSwappedVersions } from '../../tests/support/swapped-versions.ts'
import { swapUnderLoad } from '../../tests/support/swaps.ts'

const VERSIONS = 4

const { values: flags } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    swaps: { type: 'string', default: '200' },
    connections: { type: 'string', default: '32' },
  },
})

const folder = await mkdtemp(join(tmpdir(), 'parley-swaps-'))
try {
  const versions = await storeSwappedVersions(folder, VERSIONS)
  const server = await startServingProcess(folder)
  try {
    const report = await swapUnderLoad({
      url: server.url,
      requests: Number(flags.requests),
      swaps: Number(flags.swaps),
      connections: Number(flags.connections),
      versions,
      fileOf: (bias) => smallGraph(bias).onnx,
    })
    console.log(JSON.stringify(report, null, 2))
    if (report.failed + report.wronglyVersioned > 0) process.exitCode = 1
  } finally {
    await server.terminate()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
