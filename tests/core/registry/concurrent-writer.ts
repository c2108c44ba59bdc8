// A process that adds versions to a shared registry beside others of its kind, and waits until it has heard of theirs.

import { openSqliteRegistry } from '#core/registry/sqlite-registry.ts'
import { randomId, sampleVersion } from './sample-version.ts'

const [folder, own, count, ...others] = process.argv.slice(2)
if (folder === undefined || own === undefined) throw new Error('Usage: FOLDER OWN COUNT OTHERS…')

const registry = await openSqliteRegistry({ folder, now: Date.now, randomId })
const unheard = new Set(others)
const heardAll = new Promise<void>((resolve) => {
  const notice = (names: readonly string[]) => {
    for (const name of names) unheard.delete(name)
    if (unheard.size === 0) resolve()
  }
  registry.onChange(notice)
  // What was there before this process listened is no news.
  void registry.listModels().then((models) => notice(models.map((model) => model.name)))
})
for (let index = 0; index < Number(count); index += 1) {
  await registry.createVersion(sampleVersion('shared', `${own} ${index}`))
  await registry.createVersion(sampleVersion(own, `${index}`))
  // These read before they write, which is where two writers can trip over each other.
  await registry.setLive('shared', 1 + (index % 2))
  await registry.updateModel('shared', { title: `${own} ${index}` })
}
// The timer that polls does not keep a process alive; this one does, until the news has come.
const patience = setInterval(() => {}, 1000)
await heardAll
clearInterval(patience)
await registry.close()
