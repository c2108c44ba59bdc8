// The one way an operation runs: checked, authorised, confirmed, run, checked again and logged.

import type { z } from 'zod'
import { EngineFailure } from '#core/engine/engine-failure.ts'
import { type ErrorCode, type FailureDetail, fail, type Outcome, succeed } from '#core/errors.ts'
import type { Jobs, RunWork } from '#core/jobs/jobs.ts'
import { isFailure, traced } from '#core/monitoring/tracer.ts'
import { takeOne } from '#core/people/rate-limits.ts'
import { RegistryUnavailable } from '#core/registry/registry-unavailable.ts'
import { authorise, modelRefusal } from './access.ts'
import { checkConfirmation } from './ask-first.ts'
import { audited, noteRefusal } from './audited.ts'
import { findModel } from './find-model.ts'
import { describeIssues } from './issues.ts'
import { limitPorts, ModelRefused } from './limited-ports.ts'
import type { Call, Operation, OperationName, Ports, Question } from './operation.ts'

/**
 * Never throws. `invalid_input` lists every problem of the input with its path; `needs_confirmation` carries the
 * question to put to the person (see `checkConfirmation`); `internal` is our fault and says nothing of the inside.
 */
export async function invoke<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  input: unknown,
  call: Call,
): Promise<Outcome<z.output<Output>>> {
  const facts = { 'parley.surface': call.principal.surface, 'parley.request_id': call.requestId }
  const work = () => invokeLogged(operation, input, call)
  return traced(call.ports.tracer, `operation ${operation.name}`, facts, work, isFailure)
}

async function invokeLogged<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  input: unknown,
  call: Call,
): Promise<Outcome<z.output<Output>>> {
  const traceId = call.ports.tracer?.traceId()
  const startedAtMs = call.ports.monotonicMs()
  const outcome = await run(operation, input, call)
  const fields = {
    operation: operation.name,
    principal: call.principal.id,
    surface: call.principal.surface,
    requestId: call.requestId,
    ...(typeof traceId === 'string' && { trace_id: traceId }),
    latencyMs: Math.round((call.ports.monotonicMs() - startedAtMs) * 1000) / 1000,
    outcome: outcome.ok ? 'ok' : outcome.failure.code,
  }
  call.ports.usage?.ran(fields.operation, fields.surface, fields.outcome)
  if (outcome.ok) call.ports.logger.info(fields, 'operation')
  else call.ports.logger.warn(fields, 'operation')
  return outcome
}

async function run<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  input: unknown,
  call: Call,
): Promise<Outcome<z.output<Output>>> {
  try {
    if (operation.effect !== 'read') {
      // Before anything is written into the audit log, so that refusals cannot push out what was done.
      const taken = await takeOne(call.ports.rates, call.principal, 'change')
      if (!taken.ok) return taken
    }
    const ready = await prepare(operation, input, call)
    if (!ready.ok) {
      await noteRefusal(operation, input, call, ready.failure.code)
      return ready
    }
    if (call.signal.aborted) return cancelled()
    const { value } = ready
    return await audited(operation, value, call, () => handle(operation, value, call))
  } catch (error) {
    return failureOf(operation, error, call)
  }
}

/** Everything that is asked before an operation begins; answers the checked input. */
async function prepare<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  input: unknown,
  call: Call,
): Promise<Outcome<z.output<Input>>> {
  const allowed = authorise(operation, call.principal)
  if (!allowed.ok) return allowed
  const checked = checkInput(operation, input)
  if (!checked.ok) return checked
  const seen = await checkModel(checked.value, call)
  if (!seen.ok) return seen
  const question = operation.asks?.(checked.value) ?? null
  if (question !== null) {
    return fail('invalid_input', question.text, [{ path: question.field, message: 'is required' }])
  }
  const agreed = await checkConfirmation(operation, checked.value, call)
  return agreed.ok ? checked : agreed
}

/** Whoever may use some models only is told so, whether or not there is a model of that name. */
async function checkModel(
  { model }: Readonly<Record<string, unknown>>,
  { principal, ports }: Call,
): Promise<Outcome<void>> {
  if (principal.models === undefined || typeof model !== 'string') return succeed(undefined)
  const found = await findModel(limitPorts(ports, principal).registry, model)
  return found.ok ? succeed(undefined) : modelRefusal(principal, model)
}

async function handle<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
  input: z.output<Input>,
  call: Call,
): Promise<Outcome<z.output<Output>>> {
  try {
    const outcome =
      operation.isJob === true && call.ports.jobs !== undefined
        ? await runAsJob(operation, input, call, call.ports.jobs)
        : await handleHere(operation, input, call)
    return outcome.ok ? checkOutput(operation, outcome.value, call) : outcome
  } catch (error) {
    return failureOf(operation, error, call)
  }
}

async function handleHere(
  operation: Operation,
  input: z.output<z.ZodObject>,
  call: Call,
): Promise<Outcome<unknown>> {
  try {
    const ports = limitPorts(call.ports, call.principal)
    return await operation.handle(input, { ...call, ports })
  } catch (error) {
    return failureOf(operation, error, call)
  }
}

function runAsJob(
  operation: Operation,
  input: z.output<z.ZodObject>,
  call: Call,
  jobs: Jobs,
): Promise<Outcome<unknown>> {
  const { principal, requestId, signal, progress } = call
  const { id, accepted } = call.job ?? { id: call.ports.randomId(), accepted: () => undefined }
  const work = { operation: operation.name, input, principal, requestId }
  const running = jobs.run(id, work, { signal, progress })
  accepted()
  return running
}

/** How a replica does the work of a job: everything was checked where it was asked for. */
export function createRunWork(
  ports: () => Ports,
  find: (name: OperationName) => Operation | null,
): RunWork {
  return async ({ operation: name, input, principal, requestId }, { signal, progress }) => {
    const operation = find(name)
    if (operation === null) return fail('unavailable', 'This replica is older than the job.')
    const checked = checkInput(operation, input)
    if (!checked.ok) return checked
    const call: Call = { principal, requestId, signal, progress, confirmed: true, ports: ports() }
    return handleHere(operation, checked.value, call)
  }
}

function failureOf(operation: Pick<Operation, 'name'>, error: unknown, call: Call): Outcome<never> {
  if (call.signal.aborted) return cancelled()
  if (error instanceof RegistryUnavailable) return fail('unavailable', error.message)
  if (error instanceof EngineFailure) return { ok: false, failure: error.failure }
  if (error instanceof ModelRefused) return modelRefusal(call.principal, error.model)
  call.ports.logger.error(
    { operation: operation.name, requestId: call.requestId, ...describeError(error) },
    'operation threw',
  )
  return internal(call)
}

/** What the person must still say before this operation can run, or null; for surfaces that ask instead of failing. */
export function needsInput(operation: Operation, input: unknown): Question | null {
  const checked = operation.input.safeParse(input)
  return checked.success ? (operation.asks?.(checked.data) ?? null) : null
}

/** The schema's verdict alone, for surfaces that must know an input is whole before they ask or confirm. */
export function checkInput<Input extends z.ZodObject>(
  operation: Pick<Operation<Input>, 'input' | 'name'>,
  input: unknown,
): Outcome<z.output<Input>> {
  const result = operation.input.safeParse(input)
  if (result.success) return succeed(result.data)
  const details = describeIssues(result.error.issues, Object.keys(operation.input.shape))
  return fail('invalid_input', summarise(operation.name, details), details)
}

function summarise(name: string, details: readonly FailureDetail[]): string {
  const facts = details.map(({ path, message }) => `${path === '' ? 'the input' : path} ${message}`)
  const shown = facts.slice(0, MAX_PROBLEMS_IN_MESSAGE).join('; ')
  const more = facts.length - MAX_PROBLEMS_IN_MESSAGE
  return `${name} cannot run with this input: ${shown}${more > 0 ? `; and ${more} more` : ''}.`
}

/** Enough to act on in one sentence; `details` has all of them. */
const MAX_PROBLEMS_IN_MESSAGE = 3

function checkOutput<Output extends z.ZodObject>(
  operation: Pick<Operation<z.ZodObject, Output>, 'output' | 'name'>,
  value: unknown,
  call: Call,
): Outcome<z.output<Output>> {
  const result = operation.output.safeParse(value)
  if (result.success) return succeed(result.data)
  const issues = result.error.issues.map(({ code, path }) => ({ code, path: path.join('.') }))
  call.ports.logger.error(
    { operation: operation.name, requestId: call.requestId, issues },
    'operation broke its own output schema',
  )
  return internal(call)
}

function internal(call: Call): Outcome<never> {
  return fail(
    'internal',
    `Something went wrong on our side. It is logged under request ${call.requestId}.`,
  )
}

function cancelled(): Outcome<never> {
  return fail('cancelled' satisfies ErrorCode, 'Stopped before it was done.')
}

/** Name, code and frames, never the message: database drivers put parameters, and so row data, into it. */
function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { error: typeof error }
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
  return { error: error.name, stack: frames.map((line) => line.trim()) }
}
