// Which buttons belong below an answer: what was offered in words, and what fits the operation that ran.

import { z } from 'zod'
import type { Step, TurnResult } from '#agent/turn.ts'
import type { Block } from '#core/presentation/blocks.ts'
import type { Action } from './actions.ts'
import type { Button } from './render.ts'

export interface FollowUp {
  readonly label: string
  readonly tone: Button['tone']
  readonly action: Action
}

/** Older versions are found by command; a wall of buttons helps nobody. */
const MAX_PROMOTIONS = 4

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const rowInput = z.object({
  model: z.string(),
  features: z.record(z.string(), scalar),
  version: z.number().optional(),
})
const versionsOutput = z.object({
  model: z.string(),
  versions: z.array(z.object({ version: z.number(), live: z.boolean() })),
})
const deployedOutput = z.object({ name: z.string(), deployed: z.literal(true) })

/** Not for a turn that waits for a yes: its two buttons are bound to the person. */
export function followUpsOf({ steps, blocks }: Pick<TurnResult, 'steps' | 'blocks'>): FollowUp[] {
  const last = steps.at(-1)
  const own = last?.status === 'done' ? followUpsOfStep(last) : []
  // The versions' own buttons say the same as the one choice in words, for every version.
  const said = last?.operation === 'list_versions' && own.length > 0 ? [] : choicesIn(blocks)
  return [...own, ...said]
}

function choicesIn(blocks: readonly Block[]): FollowUp[] {
  return blocks
    .flatMap((block) => (block.kind === 'choices' ? block.items : []))
    .map(({ label, message }) => ({ label, tone: 'secondary', action: { kind: 'say', message } }))
}

function followUpsOfStep({ operation, input, output }: Step): FollowUp[] {
  switch (operation) {
    case 'predict':
      return afterRow(input, true)
    case 'explain_prediction':
      return afterRow(input, false)
    case 'list_versions':
      return promotions(output)
    case 'deploy_model':
    case 'describe_model':
      return tryIt(output)
    case 'list_models':
    case 'undeploy_model':
    case 'delete_model':
    case 'predict_batch':
    case 'promote_version':
    case 'model_metrics':
    case 'train_model':
    case 'suggest_phrases':
    case 'help':
      return []
  }
}

function afterRow(input: Step['input'], asksWhy: boolean): FollowUp[] {
  const row = rowInput.safeParse(input)
  if (!row.success) return []
  const { model, features, version } = row.data
  const why: FollowUp = {
    label: 'Why?',
    tone: 'primary',
    action: { kind: 'run', operation: 'explain_prediction', input: row.data },
  }
  const values = Object.entries(features).map(([name, value]) => [name, textOf(value)])
  const another: FollowUp = {
    label: 'Try another',
    tone: 'secondary',
    action: {
      kind: 'form',
      operation: 'predict',
      model,
      version: version ?? null,
      values: Object.fromEntries(values),
      start: 0,
    },
  }
  return asksWhy ? [why, another] : [another]
}

function textOf(value: z.output<typeof scalar>): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}

function promotions(output: unknown): FollowUp[] {
  const listed = versionsOutput.safeParse(output)
  if (!listed.success) return []
  const { model, versions } = listed.data
  return versions
    .filter(({ live }) => !live)
    .slice(0, MAX_PROMOTIONS)
    .map(({ version }) => ({
      label: `Make version ${version} live`,
      tone: 'secondary',
      action: { kind: 'run', operation: 'promote_version', input: { model, version } },
    }))
}

function tryIt(output: unknown): FollowUp[] {
  const deployed = deployedOutput.safeParse(output)
  if (!deployed.success) return []
  const { name: model } = deployed.data
  const action: Action = {
    kind: 'form',
    operation: 'predict',
    model,
    version: null,
    values: {},
    start: 0,
  }
  return [{ label: 'Predict', tone: 'primary', action }]
}
