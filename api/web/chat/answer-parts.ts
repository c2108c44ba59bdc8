// Decides what of an answer is drawn as a card of its own and which blocks are left. Pure.

import type { Step } from '#agent/turn.ts'
import type { Deployment } from '#core/operations/deploy-model.ts'
import { presentPrediction } from '#core/operations/predict-answer.ts'
import type { Block } from '#core/presentation/blocks.ts'
import type { DescribedModel, PredictOutput } from '../client/api.ts'

export type Card =
  | { readonly kind: 'prediction'; readonly output: PredictOutput }
  | { readonly kind: 'deployment'; readonly output: Deployment }
  | { readonly kind: 'snippets'; readonly output: DescribedModel }

export interface AnswerParts {
  readonly cards: readonly Card[]
  /** Blocks that no card says already, without choices. */
  readonly blocks: readonly Block[]
  readonly choices: readonly Block[]
}

/**
 * Steps carry the whole result, so a card can show more than neutral blocks can. The blocks that a card replaces are
 * exactly those that the operation would present; any other block stays.
 */
export function partsOf(steps: readonly Step[], blocks: readonly Block[]): AnswerParts {
  const cards = steps.flatMap(cardsOf)
  const replaced = new Set(cards.flatMap(blocksSaidBy).map((block) => JSON.stringify(block)))
  const left = blocks.filter((block) => !replaced.has(JSON.stringify(block)))
  return {
    cards,
    blocks: left.filter(({ kind }) => kind !== 'choices'),
    choices: [...left.filter(({ kind }) => kind === 'choices'), ...confirmationOf(steps, left)],
  }
}

function cardsOf(step: Step): Card[] {
  if (step.status !== 'done' || typeof step.output !== 'object' || step.output === null) return []
  switch (step.operation) {
    case 'predict':
      return isShaped<PredictOutput>(step.output, ['model', 'model_version', 'inputs'])
        ? [{ kind: 'prediction', output: step.output }]
        : []
    case 'deploy_model':
      return isShaped<Deployment>(step.output, ['name', 'version', 'inputs', 'example'])
        ? [{ kind: 'deployment', output: step.output }]
        : []
    case 'describe_model':
      return isShaped<DescribedModel>(step.output, ['name', 'curl', 'example'])
        ? [{ kind: 'snippets', output: step.output }]
        : []
    default:
      return []
  }
}

/** The server is ours, but a conversation kept in the browser may be of an older release. */
function isShaped<T extends object>(
  value: object,
  keys: readonly (keyof T & string)[],
): value is T {
  return keys.every((key) => key in value)
}

function blocksSaidBy(card: Card): readonly Block[] {
  switch (card.kind) {
    case 'prediction':
      return presentPrediction(card.output).blocks
    case 'deployment':
      return []
    case 'snippets':
      return [{ kind: 'code', language: 'bash', title: 'Call it', text: card.output.curl }]
  }
}

const FIGURES: ReadonlySet<Block['kind']> = new Set(['fields', 'bars', 'contributions'])

export interface BlockGroup {
  /** True for figures that share one card; every other block stands alone. */
  readonly isCard: boolean
  readonly blocks: readonly Block[]
}

/** Figures that follow each other belong together: what moved an answer, and who answered. */
export function groupFigures(blocks: readonly Block[]): readonly BlockGroup[] {
  const groups: { isCard: boolean; blocks: Block[] }[] = []
  for (const block of blocks) {
    const isCard = FIGURES.has(block.kind)
    const last = groups.at(-1)
    if (isCard && last?.isCard === true) last.blocks.push(block)
    else groups.push({ isCard, blocks: [block] })
  }
  return groups
}

/** Where an operation waits for a yes and the answer offers none, the page does. */
function confirmationOf(steps: readonly Step[], blocks: readonly Block[]): Block[] {
  const waits = steps.at(-1)?.status === 'needs_confirmation'
  if (!waits || blocks.some(({ kind }) => kind === 'choices')) return []
  return [
    {
      kind: 'choices',
      items: [
        { label: 'Yes, go ahead', message: 'Yes' },
        { label: 'No, leave it', message: 'No' },
      ],
    },
  ]
}
