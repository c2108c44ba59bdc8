// delete_model: removes a model with all its versions, once the person has confirmed.

import { z } from 'zod'
import { succeed } from '#core/errors.ts'
import { countOf } from '#core/presentation/phrases.ts'
import { confirmationField } from './ask-first.ts'
import { findModel } from './find-model.ts'
import { defineOperation } from './operation.ts'
import { modelField } from './wire.ts'

export const deleteModel = defineOperation({
  name: 'delete_model',
  title: 'Delete a model',
  description:
    'Removes a model with all its versions and files for good. Asks for a confirmation first; to only stop it from answering, undeploy it.',
  effect: 'destructive',
  cost: 'instant',
  input: z.strictObject({
    model: modelField,
    confirmation: confirmationField,
  }),
  output: z.object({ model: z.string(), title: z.string(), versions_deleted: z.int() }),
  errors: ['not_found', 'conflict', 'needs_confirmation'],
  examples: [{ utterance: 'Delete the iris model', input: { model: 'iris' } }],
  async confirms({ model }, { registry }) {
    const found = await findModel(registry, model)
    if (!found.ok) return found
    const { name } = found.value
    return succeed(
      `This deletes ${name} with all its versions and cannot be undone. Shall I go ahead?`,
    )
  },
  async handle(input, { ports }) {
    const found = await findModel(ports.registry, input.model)
    if (!found.ok) return found
    const { name, title } = found.value
    const deleted = await ports.registry.deleteModel(name)
    if (!deleted.ok) return deleted
    await ports.serving.refresh([name])
    return succeed({ model: name, title, versions_deleted: deleted.value.versionsDeleted })
  },
  present({ model, versions_deleted }) {
    return {
      text: `${model} is deleted, with ${countOf(versions_deleted, 'version')}.`,
      blocks: [],
    }
  },
})
