// The words and blocks of a step, whichever way it ended; every number in them comes from the operation.

import { type Failure, untoldDetails } from '#core/errors.ts'
import { compareAnswers } from '#core/operations/compare-answers.ts'
import { predictOutput } from '#core/operations/predict.ts'
import type { Block } from '#core/presentation/blocks.ts'
import { isFeatures } from './interpreter/data.ts'
import type { Answer, RanStep } from './language.ts'
import type { ConversationState } from './state.ts'

/** Enough to see what is wrong; the step carries all of them. */
const MAX_SHOWN_DETAILS = 8

export function presentStep(ran: RanStep): Answer {
  const { step, presentation, message } = ran
  switch (step.status) {
    case 'done':
      return { reply: presentation?.text ?? 'Done.', blocks: presentation?.blocks ?? [] }
    case 'needs_input':
      return { reply: message, blocks: [] }
    case 'needs_confirmation':
      return { reply: message, blocks: [confirmationChoices()] }
    case 'failed':
      return step.error === undefined ? { reply: message, blocks: [] } : presentFailure(step.error)
  }
}

/** What a changed row's answer differs in from the prediction before; null where the two cannot be compared. */
export function changeSentence(
  before: ConversationState['lastPrediction'],
  { step }: RanStep,
): string | null {
  if (step.status !== 'done' || before?.answer === undefined) return null
  const output = predictOutput.safeParse(step.output)
  if (!output.success || output.data.model !== before.model) return null
  const { answer, features } = before
  return isFeatures(features) ? compareAnswers({ answer, features }, output.data) : null
}

function confirmationChoices(): Block {
  return {
    kind: 'choices',
    items: [
      { label: 'Yes', message: 'yes' },
      { label: 'No', message: 'no' },
    ],
  }
}

export function presentFailure(failure: Failure): Answer {
  const details = untoldDetails(failure)
    .slice(0, MAX_SHOWN_DETAILS)
    .map(({ path, message }) => (path === '' ? message : `${path} ${message}`))
  return {
    reply: failure.message,
    blocks: [
      {
        kind: 'notice',
        tone: 'error',
        text: failure.message,
        ...(details.length === 0 ? {} : { details }),
      },
    ],
  }
}
