// What a case of the utterance table is, the conventions its expectations follow, and short words to write them.
//
// Conventions
// - Each case is a new conversation against a fresh copy of the catalogue; only the last turn is judged.
// - Inputs are exact, numbers as numbers; `judge.ts` compares them whatever the order of their keys.
// - Chat asks for every input that was not given, optional ones too; `null` is sent only where the person says
//   that a value is missing or unknown and the field is optional.
// - A value keeps the unit of its field ("2 years" of a tenure in months is 24). Odd values stay as said.
// - `deploy_model` gets `name` only where the person gave one; the operation makes one from the file.
//   `title` is what the person called the model, with a capital first letter. Without a file the status is needs_input.
// - Categories take the spelling of the signature; texts and JSON are passed on as they stand.
// - `confirm` of `delete_model` and `topic` of `help` are not compared: how a surface carries them is its own affair.

import type { StepStatus } from '#agent/turn.ts'
import type { OperationName } from '#core/operations/operation.ts'

export interface ExpectedStep {
  readonly operation: OperationName
  readonly input: Readonly<Record<string, unknown>>
  readonly status: StepStatus
}

export interface SentFile {
  readonly fileName: string
  /** Text of the file where it matters; otherwise any well-formed file of that kind serves. */
  readonly content?: string
}

export type Expectation =
  | { readonly expect: readonly ExpectedStep[] }
  /** Any one of these is a defensible answer. */
  | { readonly expectAny: readonly (readonly ExpectedStep[])[] }
  /** Nothing may change and nothing may be predicted; a read (list, help…), a question back or a failure is fine. */
  | { readonly expectHarmless: true }

interface Said {
  /** One turn, or several with the judged one last. `''` is a turn that only carries files. */
  readonly say: string | readonly string[]
  /** Sent with the last turn. Handles are `upload-1`, `upload-2`… in order of arrival over the whole case. */
  readonly files?: readonly SentFile[]
  /** Sent with the first of several turns. */
  readonly filesBefore?: readonly SentFile[]
  /** Names of the catalogue's models at hand; all of them where absent. */
  readonly models?: readonly string[]
  /** Models whose newest version is made live before the first turn. */
  readonly deployed?: readonly string[]
}

export type Draft = Said & Expectation

export type UtteranceCase = Draft & { readonly id: string; readonly category: string }

/** A conversation all of whose turns are judged. */
export interface ConversationTurn {
  readonly say: string
  readonly files?: readonly SentFile[]
  readonly expect: readonly ExpectedStep[]
  /** Pieces that the reply holds in this order. */
  readonly replyHolds: readonly string[]
}

export interface Conversation {
  readonly title: string
  readonly models: readonly string[]
  readonly turns: readonly ConversationTurn[]
}

/** Numbers the cases of a category; new ones go to the end, so that ids stay. */
export const section = (
  category: string,
  drafts: readonly Draft[],
  prefix = '',
): readonly UtteranceCase[] =>
  drafts.map((draft, index) => ({
    ...draft,
    category,
    id: `${prefix}${category}-${String(index + 1).padStart(2, '0')}`,
  }))

type Input = Readonly<Record<string, unknown>>

const step =
  (status: StepStatus) =>
  (operation: OperationName, input: Input = {}): ExpectedStep => ({ operation, input, status })

export const done = step('done')
export const asks = step('needs_input')
export const confirms = step('needs_confirmation')
export const fails = step('failed')

export const predicts = (model: string, features: Input): ExpectedStep =>
  done('predict', { model, features })

export const asksToPredict = (model: string, features: Input): ExpectedStep =>
  asks('predict', { model, features })

export const explains = (model: string, features: Input): ExpectedStep =>
  done('explain_prediction', { model, features })

/** The features of one row, in signature order. */
export const churn = (tenure: number, monthly_charges: number, total_charges: number | null) => ({
  tenure,
  monthly_charges,
  total_charges,
})

export const price = (
  sqft_living: number,
  bedrooms: number,
  bathrooms: number,
  condition: number,
  age_years: number,
) => ({ sqft_living, bedrooms, bathrooms, condition, age_years })

export const iris = (
  sepal_length: number,
  sepal_width: number,
  petal_length: number,
  petal_width: number,
) => ({ sepal_length, sepal_width, petal_length, petal_width })

export const fraud = (amount: number, country: string, is_online: boolean, hour: number) => ({
  amount,
  country,
  is_online,
  hour,
})

export const loan = (
  income: number,
  loan_amount: number,
  credit_score: number,
  employment_years: number,
) => ({ income, loan_amount, credit_score, employment_years })

export const review = (text: string) => ({ text })
