// A form made from a model's signature: values in, the answer below, and then what other values would change.

import { Alert, Button, Group, Textarea } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import type { Scalar } from '#core/model.ts'
import { PredictionCard } from '../chat/prediction-card.tsx'
import { type DescribedModel, type PredictOutput, predict } from '../client/api.ts'
import { Icon } from '../shell/icons.tsx'
import { useAppState } from '../state/app-state.ts'
import { FieldControl } from './field-control.tsx'
import {
  checkValues,
  emptyValues,
  errorsFromDetails,
  exampleValues,
  type FieldErrors,
  featuresOf,
  parseFeatures,
} from './form-values.ts'
import { WhatIf } from './what-if.tsx'

export interface TryFormProps {
  readonly model: DescribedModel
  /** Null asks the live version. */
  readonly version: number | null
  readonly toLive: () => void
}

/** With more inputs than this a form is slower to fill in than JSON is to paste. */
const MAX_FORM_INPUTS = 60

export function TryForm({ model, version, toLive }: TryFormProps) {
  const { inputs, example } = model
  const [values, setValues] = useState(() => exampleValues(inputs, example))
  const [asJson, setAsJson] = useState(inputs.length > MAX_FORM_INPUTS)
  const [json, setJson] = useState(() => JSON.stringify(example, null, 2))
  const { ask, asking, answer, asked, errors, problems, clearError } = useAsking(model, version)
  const number = version ?? (model.deployed ? null : model.version)

  const submit = () => {
    if (asJson) {
      const features = parseFeatures(json)
      return typeof features === 'string' ? ask(features) : ask(features, {})
    }
    return ask(featuresOf(inputs, values), checkValues(inputs, values))
  }
  const used = inputs.filter((input) => input.unused !== true)
  const now = featuresOf(inputs, values)
  const isValid = Object.keys(checkValues(inputs, values)).length === 0
  const differs = asked !== null && !asJson && isValid && !sameFeatures(asked, now)
  return (
    <form
      className="try-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      {number !== null && (
        <p className="version-note">
          <span>
            Asking version {number}
            {model.deployed ? ', which is not live.' : '. No version is live.'}
          </span>
          {version !== null && (
            <button type="button" className="text-button" onClick={toLive}>
              Back to the live one
            </button>
          )}
        </p>
      )}
      {asJson ? (
        <Textarea
          label="Features as JSON"
          className="json-features"
          autosize
          minRows={6}
          maxRows={16}
          spellCheck={false}
          value={json}
          onChange={(event) => setJson(event.currentTarget.value)}
        />
      ) : (
        <div className="form-fields">
          {used.map((input) => (
            <FieldControl
              key={input.name}
              input={input}
              slides={asked !== null}
              value={values[input.name] ?? ''}
              error={errors[input.name]}
              change={(value) => {
                setValues((all) => ({ ...all, [input.name]: value }))
                clearError(input.name)
              }}
            />
          ))}
        </div>
      )}
      <Group gap="xs">
        <Button type="submit" loading={asking}>
          Predict
        </Button>
        {!asJson && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            onClick={() => setValues(emptyValues(inputs))}
          >
            Clear
          </Button>
        )}
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          onClick={() => {
            setValues(exampleValues(inputs, example))
            setJson(JSON.stringify(example, null, 2))
          }}
        >
          Example
        </Button>
        {inputs.length <= MAX_FORM_INPUTS && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            onClick={() => {
              if (!asJson) setJson(JSON.stringify(featuresOf(inputs, values), null, 2))
              setAsJson(!asJson)
            }}
          >
            {asJson ? 'As a form' : 'As JSON'}
          </Button>
        )}
      </Group>
      <Problems problems={problems} />
      {differs && <WhatIf model={model} version={version} before={asked} after={now} />}
      {answer !== null && <PredictionCard output={answer} />}
    </form>
  )
}

function sameFeatures(
  left: Readonly<Record<string, Scalar>>,
  right: Readonly<Record<string, Scalar>>,
): boolean {
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...names].every((name) => (left[name] ?? null) === (right[name] ?? null))
}

function Problems({ problems }: { problems: readonly string[] }) {
  const [first, ...others] = problems
  if (first === undefined) return null
  return (
    <Alert
      color="red"
      variant="light"
      icon={<Icon name="warning" />}
      role="alert"
      className="notice"
      data-tone="error"
    >
      <p dir="auto">{first}</p>
      {others.length > 0 && (
        <ul className="notice-details">
          {others.map((text) => (
            <li key={text} dir="auto">
              {text}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  )
}

/** One question to the model at a time; its answer, or what is wrong and with which field. */
function useAsking(model: DescribedModel, version: number | null) {
  const { announcement } = useAppState()
  const [asking, setAsking] = useState(false)
  const [answer, setAnswer] = useState<PredictOutput | null>(null)
  /** The row of the answer that is shown. */
  const [asked, setAsked] = useState<Record<string, Scalar> | null>(null)
  const [errors, setErrors] = useState<FieldErrors>({})
  const [problems, setProblems] = useState<readonly string[]>([])
  const alive = useRef(true)
  useEffect(() => {
    alive.current = true
    return () => {
      alive.current = false
    }
  }, [])

  const refuse = (fields: FieldErrors, texts: readonly string[]) => {
    setErrors(fields)
    setProblems(texts)
    setAnswer(null)
    setAsked(null)
    const [field] = Object.keys(fields)
    if (field === undefined) return
    announcement.set(() => `${Object.keys(fields).length} of the values cannot be used.`)
    document.querySelector<HTMLElement>(`[data-field="${CSS.escape(field)}"]`)?.focus()
  }
  const ask = async (features: Record<string, Scalar> | string, found: FieldErrors = {}) => {
    if (typeof features === 'string') return refuse({}, [features])
    if (Object.keys(found).length > 0) return refuse(found, [])
    setAsking(true)
    const number = version ?? (model.deployed ? null : model.version)
    const result = await predict(model.name, features, number)
    if (!alive.current) return
    setAsking(false)
    if (result.ok) {
      setErrors({})
      setProblems([])
      setAnswer(result.value)
      setAsked(features)
      announcement.set(() => 'The prediction is below the form.')
      return
    }
    const { errors: fields, rest } = errorsFromDetails(model.inputs, result.problem.details)
    const explained = Object.keys(fields).length > 0 && rest.length === 0
    refuse(fields, explained ? [] : [result.problem.message, ...rest])
  }
  const clearError = (name: string) =>
    setErrors(({ [name]: _gone, ...others }: Record<string, string>) => others)
  return { ask, asking, answer, asked, errors, problems, clearError }
}
