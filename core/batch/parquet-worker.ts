// The worker that Parquet files are taken apart in: a damaged one can keep the library busy for ever, but only here.

import { BatchError } from './batch-error.ts'
import { damaged } from './parquet-guard.ts'
import type { ParquetAnswers, ParquetReply, ParquetRequest } from './parquet-messages.ts'
import { openParquetTable, type ParquetTable } from './parquet-table.ts'

declare const self: Worker

let table: ParquetTable | null = null

async function answer(request: ParquetRequest): Promise<ParquetAnswers[keyof ParquetAnswers]> {
  switch (request.kind) {
    case 'open': {
      table = openParquetTable(request.bytes)
      return { names: table.names, groupRows: table.groupRows }
    }
    case 'begin':
      opened().begin(request.added)
      return null
    case 'read':
      return opened().read(request.group, request.columns)
    case 'write':
      return opened().write(request.values)
    case 'finish':
      return opened().finish()
  }
}

function opened(): ParquetTable {
  if (table === null) throw new Error('open comes first')
  return table
}

self.onmessage = ({ data }: MessageEvent<ParquetRequest>) => {
  answer(data).then(
    (value) => post({ ok: true, value }),
    // The library throws plain errors about the bytes; the person needs to know that the file is at fault.
    (error: unknown) => {
      const { failure } = error instanceof BatchError ? error : damaged()
      post({ ok: false, failure })
    },
  )
}

function post(reply: ParquetReply): void {
  self.postMessage(reply)
}
