// Hears submitted forms: checked in the form where that is quick, else acknowledged first and checked in its place.

import type { Signature } from '#core/model.ts'
import { type Asker, guestOf, type Task } from './conversation.ts'
import { FORM_CHECK_MS } from './limits.ts'
import { isDirect, type ListenerTools } from './listen-messages.ts'
import {
  correctedView,
  noteView,
  PREDICT_VIEW,
  readSubmission,
  readViewContext,
  type SubmittedState,
  type ViewContext,
} from './modal.ts'
import type { AnyBlock, ModalView } from './slack-types.ts'

export interface Place {
  readonly channel: string
  /** Thread that the answer goes to. */
  readonly thread: string | null
  readonly responseUrl: string | null
}

interface SubmittedView {
  readonly id: string
  readonly hash: string
  readonly private_metadata: string
  readonly blocks: readonly AnyBlock[]
  readonly state: { readonly values: SubmittedState }
}

export function listenToSubmissions(
  tools: ListenerTools,
  take: (asker: Asker, task: Task, place: Place) => Promise<void>,
): void {
  const { app, seen, report } = tools
  app.view({ callback_id: PREDICT_VIEW, type: 'view_submission' }, async ({ body, view, ack }) => {
    const reading = readForm(tools, view)
    const timely = await Promise.race([reading, Bun.sleep(FORM_CHECK_MS).then(() => null)])
    if (timely?.ok === false) return ack({ response_action: 'errors', errors: timely.errors })
    if (timely === null) await ack({ response_action: 'update', view: noteView(LOOKING) })
    else await ack()
    if (!(await seen.claim(`view:${view.id}:${view.hash}`))) return
    const done = timely ?? (await lateReading(tools, view, reading))
    if (done === null) return
    const asker = {
      team: body.team?.id ?? body.user.team_id ?? '',
      channel: done.place.channel,
      thread: isDirect(done.place.channel) ? null : done.place.thread,
      user: body.user.id,
      ...guestOf(body.user.team_id, [body.team?.id, body.team?.enterprise_id]),
    }
    await take(asker, done.task, done.place).catch(report)
  })
}

const LOOKING = 'One moment: I am looking at what you typed.'
const TAKEN = 'Thank you. The answer stands where you opened this form.'
const BROKEN = 'Something went wrong on our side, and it is logged. Please send it once more.'

/** Says in the form's place what came of it; null where nothing can be run. */
async function lateReading(
  { app, report }: ListenerTools,
  view: SubmittedView,
  reading: Promise<FormDone>,
): Promise<Extract<FormDone, { ok: true }> | null> {
  const show = async (shown: ModalView) => {
    await app.client.views.update({ view_id: view.id, view: shown }).catch(report)
  }
  const done = await reading.catch((error: unknown): FormDone => {
    report(error)
    return { ok: false, errors: { 'field:0': BROKEN } }
  })
  await show(done.ok ? noteView(TAKEN) : correctedView(view, view.state.values, done.errors))
  return done.ok ? done : null
}

type FormDone =
  | { readonly ok: true; readonly task: Task; readonly place: ViewContext }
  | { readonly ok: false; readonly errors: Record<string, string> }

async function readForm({ ports }: ListenerTools, view: SubmittedView): Promise<FormDone> {
  const context = readViewContext(view.private_metadata)
  if (context === null) return { ok: false, errors: { 'field:0': 'This form is too old.' } }
  const { model, number } = context
  const record = await ports.registry.findVersion(model, number)
  if (record === null) {
    return {
      ok: false,
      errors: { 'field:0': `Version ${number} of ${model} is not there any more.` },
    }
  }
  return readTyped(record.signature, view.state.values, context)
}

function readTyped(signature: Signature, typed: SubmittedState, context: ViewContext): FormDone {
  const read = readSubmission(signature, typed)
  if (!read.ok) return { ok: false, errors: { ...read.errors } }
  const { model, version } = context
  const input = { model, features: read.features, ...(version === undefined ? {} : { version }) }
  const said = `(form) predict ${model} ${JSON.stringify(read.features)}`
  return {
    ok: true,
    task: { kind: 'operation', said, operation: 'predict', input },
    place: context,
  }
}
