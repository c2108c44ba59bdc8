// `parley audit`: who changed what, when and from where, newest first.

import { parseArgs } from 'node:util'
import {
  DEFAULT_AUDIT_ANSWER,
  MAX_AUDIT_ANSWER,
  parseDuration,
  toWireEntry,
} from '#core/people/audit-entry.ts'
import type { AuditEntry, AuditFilter } from '#core/people/people-store.ts'
import { renderPlainText } from '#core/presentation/plain-text.ts'
import type { Registry } from '#core/registry/registry.ts'
import { EXIT } from './exit-codes.ts'
import { firstSentence } from './keys.ts'
import type { Terminal } from './terminal.ts'

export const AUDIT_HELP = [
  'Shows who changed what, when and from where, newest first. Reading and predicting leave no entry.',
  '',
  'Usage: parley audit [--model NAME] [--since TIME] [--limit NUMBER] [--json]',
  '',
  '  --model NAME    Only about this model, or the key of this id',
  '  --since TIME    Only the last 7d, 12h, 30m',
  `  --limit NUMBER  The newest this many; ${DEFAULT_AUDIT_ANSWER} when left out`,
  '  --json          Print the whole answer as JSON',
].join('\n')

const WHOLE_NUMBER = /^\d{1,6}$/

/** Returns the process's exit code. */
export async function runAudit(
  words: readonly string[],
  context: { readonly registry: Registry; readonly terminal: Terminal; readonly now: () => number },
): Promise<number> {
  const { registry, terminal, now } = context
  const parsed = parseWords(words, now())
  if (typeof parsed === 'string') {
    terminal.complain(`${parsed}\n\nparley audit --help shows how it is called.`)
    return EXIT.usage
  }
  const entries = await registry.listAudit(parsed.filter)
  if (parsed.json) {
    terminal.print(JSON.stringify({ entries: entries.map(toWireEntry) }, null, 2))
  } else if (entries.length === 0) {
    terminal.print('The audit log has no such entry.')
  } else {
    terminal.print(renderPlainText({ text: '', blocks: [tableOf(entries)] }))
  }
  return EXIT.done
}

function parseWords(
  words: readonly string[],
  nowMs: number,
): { readonly filter: AuditFilter; readonly json: boolean } | string {
  let values: { model?: string; since?: string; limit?: string; json?: boolean }
  try {
    const options = {
      model: { type: 'string' },
      since: { type: 'string' },
      limit: { type: 'string' },
      json: { type: 'boolean' },
    } as const
    values = parseArgs({ args: [...words], options, strict: true }).values
  } catch (error) {
    return firstSentence(error)
  }
  const { model, since, limit = String(DEFAULT_AUDIT_ANSWER), json = false } = values
  const sinceMs = since === undefined ? null : parseDuration(since)
  if (since !== undefined && sinceMs === null) {
    return `--since must be such as 7d, 12h or 30m; it is "${since}".`
  }
  if (!WHOLE_NUMBER.test(limit) || Number(limit) < 1 || Number(limit) > MAX_AUDIT_ANSWER) {
    return `--limit must be a whole number from 1 to ${MAX_AUDIT_ANSWER}; it is "${limit}".`
  }
  return {
    json,
    filter: {
      limit: Number(limit),
      ...(model !== undefined && { subject: model }),
      ...(sinceMs !== null && { sinceMs: nowMs - sinceMs }),
    },
  }
}

const SECOND_LENGTH = 19

function tableOf(entries: readonly AuditEntry[]) {
  const columns = ['Time (UTC)', 'Who', 'From', 'What', 'Model', 'Outcome']
  return {
    kind: 'table' as const,
    columns: columns.map((label) => ({ label })),
    rows: entries.map((entry) => [
      new Date(entry.atMs).toISOString().slice(0, SECOND_LENGTH).replace('T', ' '),
      entry.display === null ? entry.principal : `${entry.display} (${entry.principal})`,
      entry.surface,
      entry.operation,
      entry.subject ?? '-',
      entry.outcome,
    ]),
  }
}
