// The addresses of the server that the page uses, with the types of their answers.

import type { z } from 'zod'
import type { Scalar } from '#core/model.ts'
import type { CheckedDrift } from '#core/operations/check-drift.ts'
import type { Deployment } from '#core/operations/deploy-model.ts'
import type { DescribedModel } from '#core/operations/describe-model.ts'
import type { ExplainOutput } from '#core/operations/explain-prediction.ts'
import type { listModels } from '#core/operations/list-models.ts'
import type { modelMetrics } from '#core/operations/model-metrics.ts'
import type { PredictOutput } from '#core/operations/predict.ts'
import type { suggestPhrases } from '#core/operations/suggest-phrases.ts'
import type { auditEntryOutput } from '#core/people/audit-entry.ts'
import type { WireRun, WireRunSummary } from '#core/training/run-wire.ts'
import { type Answer, requestJson } from './http.ts'

export type { DescribedModel, PredictOutput }
export type Explanation = ExplainOutput
export type ModelList = z.output<(typeof listModels)['output']>
export type ModelSummary = ModelList['models'][number]
export type ModelFigures = z.output<(typeof modelMetrics)['output']>
export type Drift = CheckedDrift
export type DriftColumn = CheckedDrift['features'][number]
export type InputDescription = DescribedModel['inputs'][number]
export type VersionDescription = DescribedModel['versions'][number]

export type Suggestions = z.output<(typeof suggestPhrases)['output']>

export type RunSummary = WireRunSummary
export type Run = WireRun

export interface Sample {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly task: string
  readonly file_name: string
  readonly size_bytes: number
}

function operation<T>(name: string, input: unknown, signal?: AbortSignal): Promise<Answer<T>> {
  return requestJson(`/api/operations/${name}`, {
    body: input,
    ...(signal !== undefined && { signal }),
  })
}

export function fetchSuggestions(
  text: string,
  maxWords: number,
  signal: AbortSignal,
): Promise<Answer<Suggestions>> {
  return requestJson('/api/suggest', {
    body: { text, max_words: maxWords, scores: true },
    signal,
  })
}

export function fetchModels(): Promise<Answer<ModelList>> {
  return requestJson('/api/models')
}

export function fetchSamples(): Promise<Answer<{ samples: readonly Sample[] }>> {
  return requestJson('/api/samples')
}

export function describeModel(model: string, version?: number): Promise<Answer<DescribedModel>> {
  return operation('describe_model', { model, ...(version !== undefined && { version }) })
}

export function fetchFigures(model: string): Promise<Answer<ModelFigures>> {
  return operation('model_metrics', { model })
}

export function fetchDrift(model: string, version: number): Promise<Answer<Drift>> {
  return operation('check_drift', { model, version })
}

export function predict(
  model: string,
  features: Readonly<Record<string, Scalar>>,
  version: number | null,
): Promise<Answer<PredictOutput>> {
  return operation('predict', { model, features, ...(version !== null && { version }) })
}

/** `before` is the row to compare with. */
export function explainPrediction(
  model: string,
  features: Readonly<Record<string, Scalar>>,
  version: number | null,
  before: Readonly<Record<string, Scalar>> | null,
  signal?: AbortSignal,
): Promise<Answer<Explanation>> {
  const input = {
    model,
    features,
    ...(version !== null && { version }),
    ...(before !== null && { instead_of: before }),
  }
  return operation('explain_prediction', input, signal)
}

export function promoteVersion(model: string, version: number): Promise<Answer<unknown>> {
  return operation('promote_version', { model, version })
}

export function undeployModel(model: string): Promise<Answer<unknown>> {
  return operation('undeploy_model', { model })
}

/** Without a confirmation the server answers with its question and the confirmation for a yes, as a problem. */
export function deleteModel(model: string, confirmation?: string): Promise<Answer<unknown>> {
  return operation('delete_model', { model, ...(confirmation !== undefined && { confirmation }) })
}

export function redeployModel(name: string): Promise<Answer<Deployment>> {
  return operation('deploy_model', { name })
}

export interface AuditLog {
  readonly entries: readonly AuditLine[]
}

type AuditLine = z.output<typeof auditEntryOutput>

export function fetchAudit(): Promise<Answer<AuditLog>> {
  return requestJson('/api/audit')
}

export function fetchRuns(): Promise<Answer<{ readonly runs: readonly RunSummary[] }>> {
  return requestJson('/api/runs')
}

export function fetchRun(id: string): Promise<Answer<Run>> {
  return requestJson(`/api/runs/${encodeURIComponent(id)}`)
}

/** True when the server answers. */
export async function isHealthy(): Promise<boolean> {
  const answer = await requestJson<{ status: string }>('/health')
  return answer.ok
}
