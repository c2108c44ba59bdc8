// The schemas that several operations share, and the step from our own types to the wire's snake_case.

import { z } from 'zod'
import { FEATURE_TYPES, type Signature, TASKS } from '#core/model.ts'
import type { ModelRecord, VersionRecord } from '#core/registry/registry.ts'
import { endpointOf } from './example-row.ts'

/** Far above any name or title, so that a mistaken paste is refused before it is compared with every model. */
export const MAX_NAME_LENGTH = 200

export const modelField = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .describe('The model: its name, its title or another name people use for it')

export const versionField = z
  .int()
  .min(1)
  .describe('Number of a version; the live one when left out')

export const scalarField = z.union([z.number(), z.string(), z.boolean(), z.null()])

export const featuresField = z
  .record(z.string(), scalarField)
  .describe('One value for each input of the model, by its name; null for a missing value')

export const taskField = z.enum(TASKS)

export const inputSchema = z.object({
  name: z.string(),
  type: z.enum(FEATURE_TYPES),
  optional: z.boolean(),
  /** An explicit null is accepted although leaving the field out is not. */
  nullable: z.boolean().optional(),
  categories: z.array(z.string()).optional(),
  /** Names beyond `categories` have an answer too. */
  open: z.boolean().optional(),
  /** The only numbers that the model takes. */
  allowed: z.array(z.number()).optional(),
  /** Rows may carry it, and the model does not look at it. */
  unused: z.boolean().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  example: scalarField.optional(),
  description: z.string().optional(),
  unit: z.string().optional(),
  aliases: z.array(z.string()).optional(),
})

export const outputSchema = z.object({
  name: z.string(),
  type: z.enum(['label', 'probability', 'number', 'text']),
  description: z.string().optional(),
  unit: z.string().optional(),
})

export const bandSchema = z.object({ below: z.number(), name: z.string() })

export const signatureShape = {
  task: taskField,
  inputs: z.array(inputSchema),
  names_known: z.boolean(),
  outputs: z.array(outputSchema),
  classes: z.array(z.string()).optional(),
  positive_label: z.string().optional(),
  target: z.string().optional(),
  unit: z.string().optional(),
  risk_bands: z.array(bandSchema).optional(),
  confidence_bands: z.array(bandSchema).optional(),
} as const

export type WireSignature = z.input<z.ZodObject<typeof signatureShape>>

export function toWireSignature(signature: Signature): WireSignature {
  const { classes, positiveLabel, target, unit, riskBands, confidenceBands } = signature
  return {
    task: signature.task,
    inputs: signature.inputs.map(({ categories, aliases, allowed, ...rest }) => ({
      ...rest,
      ...(categories === undefined ? {} : { categories: [...categories] }),
      ...(allowed === undefined ? {} : { allowed: [...allowed] }),
      ...(aliases === undefined ? {} : { aliases: [...aliases] }),
    })),
    names_known: signature.namesKnown,
    outputs: signature.outputs.map((output) => ({ ...output })),
    ...(classes === undefined ? {} : { classes: [...classes] }),
    ...(positiveLabel === undefined ? {} : { positive_label: positiveLabel }),
    ...(target === undefined ? {} : { target }),
    ...(unit === undefined ? {} : { unit }),
    ...(riskBands === undefined ? {} : { risk_bands: riskBands.map((band) => ({ ...band })) }),
    ...(confidenceBands === undefined
      ? {}
      : { confidence_bands: confidenceBands.map((band) => ({ ...band })) }),
  }
}

export const versionSchema = z.object({
  version: z.int(),
  model_version: z.string(),
  live: z.boolean(),
  created_at: z.string(),
  library: z.string(),
  library_version: z.string().nullable(),
  model_class: z.string(),
  file_name: z.string(),
  size_bytes: z.number(),
  sha256: z.string(),
  uploaded_by: z.string(),
  metrics: z.record(z.string(), z.number()),
  warnings: z.array(z.string()),
})

export type WireVersion = z.input<typeof versionSchema>

export function toWireVersion(version: VersionRecord, liveVersion: number | null): WireVersion {
  const { origin } = version
  return {
    version: version.number,
    model_version: version.modelVersion,
    live: version.number === liveVersion,
    created_at: version.createdAt,
    library: origin.library,
    library_version: origin.libraryVersion,
    model_class: origin.modelClass,
    file_name: origin.fileName,
    size_bytes: origin.sizeBytes,
    sha256: origin.sha256,
    uploaded_by: origin.uploadedBy,
    metrics: { ...version.metrics },
    warnings: [...version.warnings],
  }
}

/** The endpoint of a deployed model, null for one that is not. */
export function endpointIfLive(model: ModelRecord): string | null {
  return model.liveVersion === null ? null : endpointOf(model.name)
}
