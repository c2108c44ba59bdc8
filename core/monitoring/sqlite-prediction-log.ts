// The log of predictions in a SQLite file of its own, so that it never waits for the registry nor the registry for it.

import { Database } from 'bun:sqlite'
import type { Row } from '#core/model.ts'
import type { Judged, LoggedPrediction, LoggedValue, PredictionLog } from './prediction-log.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS predictions (
    model TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    answer BLOB NOT NULL,
    probability REAL,
    row TEXT,
    actual BLOB,
    actual_at_ms INTEGER,
    PRIMARY KEY (model, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS predictions_recent ON predictions (model, version, at_ms);
  CREATE INDEX IF NOT EXISTS predictions_at ON predictions (at_ms);
  CREATE INDEX IF NOT EXISTS predictions_judged ON predictions (model, version, actual_at_ms)
    WHERE actual_at_ms IS NOT NULL;`

interface StoredRow {
  id: string
  at_ms: number
  answer: LoggedValue
  probability: number | null
  row: string | null
}

/** `path` is the file, made where it is missing. */
export function openSqlitePredictionLog(path: string): PredictionLog {
  const database = new Database(path, { create: true, strict: true })
  // A second process on the same folder (the command line beside a server) waits for its turn.
  database.run('PRAGMA journal_mode = WAL')
  database.run('PRAGMA synchronous = NORMAL')
  database.run('PRAGMA busy_timeout = 2000')
  database.run(SCHEMA)
  const insert = database.query(
    'INSERT OR IGNORE INTO predictions (model, id, version, at_ms, answer, probability, row) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const recent = database.query<StoredRow, [string, number, number]>(
    'SELECT id, at_ms, answer, probability, row FROM predictions WHERE model = ? AND version = ? ORDER BY at_ms DESC LIMIT ?',
  )
  const judge = database.query<{ id: string }, [LoggedValue, number, string, string]>(
    'UPDATE predictions SET actual = ?, actual_at_ms = ? WHERE model = ? AND id = ? RETURNING id',
  )
  const judged = database.query<Judged, [string, number, number]>(
    'SELECT answer, actual FROM predictions WHERE model = ? AND version = ? AND actual_at_ms IS NOT NULL ORDER BY actual_at_ms DESC LIMIT ?',
  )
  const writeAll = database.transaction((predictions: readonly LoggedPrediction[]) => {
    for (const { model, id, version, atMs, answer, probability, row } of predictions) {
      const text = row === null ? null : JSON.stringify(row)
      insert.run(model, id, version, atMs, answer, probability, text)
    }
  })
  return {
    write: (predictions) => writeAll(predictions),
    recent: (model, version, limit) =>
      recent.all(model, version, limit).map(({ at_ms: atMs, row, ...rest }) => ({
        ...rest,
        model,
        version,
        atMs,
        row: row === null ? null : (JSON.parse(row) as Row),
      })),
    addOutcomes: (model, outcomes, atMs) =>
      database.transaction(() =>
        outcomes.flatMap(({ id, actual }) =>
          judge.all(actual, atMs, model, id).map((found) => found.id),
        ),
      )(),
    judged: (model, version, limit) => judged.all(model, version, limit),
    sweep(beforeMs, most) {
      database.run('DELETE FROM predictions WHERE at_ms < ?', [beforeMs])
      database.run(
        'DELETE FROM predictions WHERE at_ms < (SELECT at_ms FROM predictions ORDER BY at_ms DESC LIMIT 1 OFFSET ?)',
        [most],
      )
    },
    forget(model) {
      database.run('DELETE FROM predictions WHERE model = ?', [model])
    },
    close: () => database.close(),
  }
}
