// A replica that takes a job, says so, and never ends it: the test kills it.

import { openTestQueue } from './test-queue.ts'

await openTestQueue(process.argv[2] ?? '', () => {
  process.stdout.write('took\n')
  return new Promise(() => undefined)
})
process.stdout.write('ready\n')
