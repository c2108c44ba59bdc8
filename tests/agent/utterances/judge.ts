// Compares the steps of a turn with what a case expects, and tells a miss from a false execution.

import type { Step } from '#agent/turn.ts'
import type { ExpectedStep, UtteranceCase } from './case.ts'

export interface Verdict {
  readonly passed: boolean
  /** Something ran, or was put up for confirmation, that no accepted answer holds. */
  readonly falseExecution: boolean
}

type Judged = Pick<Step, 'operation' | 'input' | 'status'>

/** Reads that change nothing and take nothing from the person's data. */
const HARMLESS_READS: ReadonlySet<string> = new Set([
  'list_models',
  'describe_model',
  'list_versions',
  'model_metrics',
  'check_drift',
  'help',
])

/** Keys that are a surface's own affair, by operation; see the conventions in case.ts. */
const NOT_COMPARED: Readonly<Record<string, readonly string[]>> = {
  delete_model: ['confirmation'],
  help: ['topic'],
}

/** Two ways of the same arithmetic (14 × 0.1, 14 / 10) differ in the last bits. */
const RELATIVE_TOLERANCE = 1e-12

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function sameValue(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') {
    return Math.abs(left - right) <= RELATIVE_TOLERANCE * Math.max(Math.abs(left), Math.abs(right))
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length && left.every((item, index) => sameValue(item, right[index]))
    )
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left)
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && sameValue(left[key], right[key]))
    )
  }
  return left === right
}

function comparedInput(step: Judged): Record<string, unknown> {
  const ignored = NOT_COMPARED[step.operation] ?? []
  // A key that is there but undefined is not on the wire.
  return Object.fromEntries(
    Object.entries(step.input).filter(
      ([key, value]) => value !== undefined && !ignored.includes(key),
    ),
  )
}

const sameCall = (left: Judged, right: Judged): boolean =>
  left.operation === right.operation && sameValue(comparedInput(left), comparedInput(right))

const sameSteps = (expected: readonly ExpectedStep[], steps: readonly Judged[]): boolean =>
  expected.length === steps.length &&
  expected.every((wanted, index) => {
    const step = steps[index]
    return step !== undefined && wanted.status === step.status && sameCall(wanted, step)
  })

const isHarmless = (step: Judged): boolean =>
  step.status === 'needs_input' || step.status === 'failed' || HARMLESS_READS.has(step.operation)

function alternatives(given: UtteranceCase): readonly (readonly ExpectedStep[])[] {
  if ('expect' in given) return [given.expect]
  return 'expectAny' in given ? given.expectAny : []
}

/**
 * `falseExecution` is stricter than "not passed": only steps that ran (`done`, `failed`) or wait for a yes count, and
 * not reads that change nothing, nor a step with the expected operation and input that is among the accepted ones.
 */
export function judge(given: UtteranceCase, steps: readonly Judged[]): Verdict {
  if ('expectHarmless' in given) {
    const passed = steps.every(isHarmless)
    return { passed, falseExecution: !passed }
  }
  const accepted = alternatives(given)
  const passed = accepted.some((expected) => sameSteps(expected, steps))
  const wanted = accepted.flat()
  const falseExecution = steps.some(
    (step) =>
      !HARMLESS_READS.has(step.operation) &&
      step.status !== 'needs_input' &&
      !wanted.some(
        (expected) =>
          sameCall(expected, step) &&
          // A step that should have asked first is a false execution when it runs.
          (expected.status === step.status || expected.status === 'done'),
      ),
  )
  return { passed, falseExecution }
}
