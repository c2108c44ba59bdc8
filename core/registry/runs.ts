// Training runs in SQLite: written when they begin and when they end, listed newest first.

import { desc, eq, sql } from 'drizzle-orm'
import type { SqliteRegistryDatabase } from './database.ts'
import type { TrainingRun } from './registry.ts'
import { trainingRuns } from './schema.ts'

export function openRunTable(queries: SqliteRegistryDatabase) {
  const byId = queries
    .select()
    .from(trainingRuns)
    .where(eq(trainingRuns.id, sql.placeholder('id')))
    .prepare()
  return {
    list: (limit: number): readonly TrainingRun[] =>
      queries.select().from(trainingRuns).orderBy(desc(trainingRuns.startedAt)).limit(limit).all(),
    find: (id: string): TrainingRun | null => byId.get({ id }) ?? null,
    write(run: TrainingRun): void {
      queries
        .insert(trainingRuns)
        .values(run)
        .onConflictDoUpdate({ target: trainingRuns.id, set: run })
        .run()
    },
  }
}
