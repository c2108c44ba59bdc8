// "deploy the churn sample and then predict 24, 70, 1680": the look or prediction that follows a change in one message.

import type { OperationName } from '#core/operations/operation.ts'
import type { Context } from './memory.ts'
import { speaksAgainst } from './mood.ts'
import type { Plan, PlannedCall } from './plan.ts'

/** Only what changes nothing may follow; of two changes in one message the order must be unmistakable. */
const FOLLOWING: ReadonlySet<OperationName> = new Set<OperationName>([
  'predict',
  'predict_batch',
  'explain_prediction',
  'describe_model',
  'list_versions',
  'list_models',
  'model_metrics',
  'check_drift',
])
const CHANGING: ReadonlySet<OperationName> = new Set<OperationName>([
  'deploy_model',
  'undeploy_model',
  'promote_version',
])

/** Longer messages hold data, and two requests in a row are short. */
const MAX_CHARACTERS = 500
const JOINT =
  /(?:[,;.]\s*|\s+)(?:(?:and\s+then|then|and|afterwards|after that),?\s+)(?:please\s+)?(?=(?:predict|score|classify|estimate|describe|show|tell|list|explain|use|run|try|test|ask)\b)/i
/** Repeated in a reply only where it stays readable. */
const MAX_QUOTED = 80

/** `plan` is the one of the whole message; it only grows where its first part alone plans the very same. */
export function planSecond(
  message: string,
  plan: Plan,
  context: Context,
  planOne: (part: string, context: Context) => Plan,
): Plan {
  if (message.length > MAX_CHARACTERS) return plan
  const joint = JOINT.exec(message)
  if (joint === null) return plan
  const misses = plan.kind === 'run' && plan.calls.every((call) => FOLLOWING.has(call.operation))
  if (misses || (plan.kind === 'say' && plan.forget !== true)) {
    return planBoth(message, joint, context, planOne) ?? plan
  }
  if (plan.kind !== 'run') return plan
  if (!plan.calls.every(({ operation }) => CHANGING.has(operation))) return plan
  const before = planOne(message.slice(0, joint.index), context)
  if (before.kind !== 'run' || !isSame(before.calls, plan.calls)) return plan
  const rest = message.slice(joint.index + joint[0].length).trim()
  const model = modelAfter(plan.calls)
  const isKnown = context.models.some(({ name }) => name === model)
  if (model !== null && isKnown) {
    const second = planOne(rest, { ...context, fresh: [], state: afterwards(context, model) })
    if (second.kind === 'run' && second.calls.every(({ operation }) => FOLLOWING.has(operation))) {
      return { ...plan, calls: [...plan.calls, ...second.calls] }
    }
  }
  const quoted = rest.length > MAX_QUOTED || rest.includes('\n') ? 'the rest' : `“${rest}”`
  return { ...plan, after: `I have not done the second part yet: please say ${quoted} once more.` }
}

/** "undeploy iris and show me the models": no one request, but two plain ones, the first a change and the second a look. */
function planBoth(
  message: string,
  joint: RegExpExecArray,
  context: Context,
  planOne: (part: string, context: Context) => Plan,
): Plan | null {
  const rest = message.slice(joint.index + joint[0].length).trim()
  // A question may ask whether; a condition or a second thought in the second part is for the first as well.
  if (message.includes('?') || context.fresh.length > 0 || speaksAgainst(rest.toLowerCase())) {
    return null
  }
  const first = planOne(message.slice(0, joint.index), context)
  if (first.kind !== 'run' || !first.calls.every(({ operation }) => CHANGING.has(operation))) {
    return null
  }
  const model = modelAfter(first.calls)
  const known = context.models.some(({ name }) => name === model)
  if (model === null || !known) return null
  const second = planOne(rest, { ...context, state: afterwards(context, model) })
  if (second.kind !== 'run' || !second.calls.every(({ operation }) => FOLLOWING.has(operation))) {
    return null
  }
  return { ...first, calls: [...first.calls, ...second.calls] }
}

const isSame = (left: readonly PlannedCall[], right: readonly PlannedCall[]): boolean =>
  JSON.stringify(left) === JSON.stringify(right)

/** The model whose inputs are known after the change; a file that is only now read brings unknown ones. */
function modelAfter(calls: readonly PlannedCall[]): string | null {
  const input = calls.at(-1)?.input ?? {}
  if (input['upload'] !== undefined) return null
  const name = input['model'] ?? input['name'] ?? input['sample']
  return typeof name === 'string' ? name : null
}

const afterwards = (context: Context, model: string): Context['state'] => ({
  ...context.state,
  lastModel: model,
  pendingQuestion: null,
  pendingConfirmation: null,
})
