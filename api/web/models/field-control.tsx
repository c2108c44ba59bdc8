// The control of one input of a model: a number, a choice, yes or no, or text, with its unit and range as hints.

import {
  Autocomplete,
  NumberInput,
  SegmentedControl,
  Select,
  Slider,
  Textarea,
} from '@mantine/core'
import { type KeyboardEvent, useId } from 'react'
import { formatGiven } from '#core/presentation/numbers.ts'
import type { InputDescription } from '../client/api.ts'

export interface FieldControlProps {
  readonly input: InputDescription
  readonly value: string | number | boolean | null
  readonly error: string | undefined
  readonly change: (value: string | number | boolean | null) => void
  /** A slider below a number whose range is known, to try values one after another. */
  readonly slides?: boolean
}

/** The hint below its control keeps controls of one row in line. */
const ORDER: ('label' | 'input' | 'description' | 'error')[] = [
  'label',
  'input',
  'error',
  'description',
]
/** A list longer than this is searched, not read. */
const SEARCH_FROM = 8
const WORDS_OF_A_NAME = 3
/** A text field grows with what is typed, and then scrolls. */
const PROSE_ROWS = 3
const MAX_ROWS = 12
/** Options drawn at once; typing finds the others. */
const MAX_OPTIONS = 200

export function FieldControl(props: FieldControlProps) {
  const { input, value, change } = props
  // Some models take a missing value that their training data never had: it must be meant, not forgotten.
  const asksForMissing = input.nullable === true && !input.optional && value === ''
  return (
    <div>
      <Control {...props} />
      {props.slides === true && <RangeSlider {...props} />}
      {asksForMissing && (
        <button type="button" className="text-button small" onClick={() => change(null)}>
          Send {input.name} as missing
        </button>
      )}
    </div>
  )
}

function Control({ input, value, error, change }: FieldControlProps) {
  const common = {
    label: <FieldLabel input={input} />,
    description: hintOf(input),
    error,
    inputWrapperOrder: ORDER,
    required: !input.optional,
    withAsterisk: false,
    'data-field': input.name,
  }
  const text = typeof value === 'boolean' || value === null ? '' : value
  if (input.allowed !== undefined) {
    return (
      <Select
        {...common}
        data={input.allowed.map(String)}
        value={String(text) === '' ? null : String(text)}
        onChange={(next) => change(next === null ? '' : Number(next))}
        clearable={input.optional}
        placeholder={input.optional || value === null ? 'missing' : 'Choose one'}
        comboboxProps={{ withinPortal: true }}
      />
    )
  }
  if (input.categories !== undefined && input.open === true) {
    return (
      <Autocomplete
        {...common}
        data={[...new Set(input.categories)]}
        value={String(text)}
        onChange={change}
        limit={MAX_OPTIONS}
        placeholder="Choose one, or type another"
        comboboxProps={{ withinPortal: true }}
      />
    )
  }
  if (input.categories !== undefined) {
    return (
      <Select
        {...common}
        data={[...new Set(input.categories)]}
        value={String(text) === '' ? null : String(text)}
        onChange={(next) => change(next ?? '')}
        clearable={input.optional}
        searchable={input.categories.length > SEARCH_FROM}
        limit={MAX_OPTIONS}
        placeholder={input.optional || value === null ? 'missing' : 'Choose one'}
        comboboxProps={{ withinPortal: true }}
      />
    )
  }
  if (input.type === 'boolean') {
    return <YesOrNo input={input} value={value} error={error} change={change} />
  }
  const placeholder = input.optional || value === null ? 'missing' : exampleOf(input)
  if (input.type === 'string') {
    return (
      <Textarea
        {...common}
        value={String(text)}
        dir="auto"
        placeholder={placeholder}
        onChange={(event) => change(event.currentTarget.value)}
        onKeyDown={sendOnEnter}
        autosize
        minRows={isSentence(input.example) ? PROSE_ROWS : 1}
        maxRows={MAX_ROWS}
      />
    )
  }
  return (
    <NumberInput
      {...common}
      value={text}
      onChange={change}
      allowDecimal={input.type !== 'integer'}
      placeholder={placeholder}
      hideControls
      inputMode="decimal"
      autoComplete="off"
    />
  )
}

/** As in the chat: Enter sends, Shift and Enter begins a line. */
function sendOnEnter(event: KeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
  event.preventDefault()
  event.currentTarget.form?.requestSubmit()
}

/** A name has a word or two; whoever shows a sentence wants one. */
function isSentence(example: InputDescription['example']): boolean {
  return typeof example === 'string' && example.split(' ').length > WORDS_OF_A_NAME
}

function FieldLabel({ input: { name, unit, optional } }: { input: InputDescription }) {
  return (
    <span className="field-label">
      <bdi>{name}</bdi>
      {unit !== undefined && <span className="field-unit">{unit}</span>}
      {optional && <span className="field-optional">may be missing</span>}
    </span>
  )
}

/** A hundred steps from the smallest to the largest value of training; whole ones for whole numbers. */
function RangeSlider({ input, value, change }: FieldControlProps) {
  const { name, type, minimum, maximum } = input
  const isNumber = type === 'float' || type === 'integer'
  if (!isNumber || minimum === undefined || maximum === undefined || !(maximum > minimum))
    return null
  const step = type === 'integer' ? 1 : Number(((maximum - minimum) / 100).toPrecision(2))
  const position = value === '' || value === null ? minimum : Number(value)
  return (
    <Slider
      className="field-slider"
      size="sm"
      min={minimum}
      max={maximum}
      step={step}
      value={Math.min(maximum, Math.max(minimum, position))}
      onChange={change}
      label={null}
      thumbLabel={`${name}, from ${formatGiven(minimum)} to ${formatGiven(maximum)}`}
    />
  )
}

/** Three states where the value may be missing, so that "no" and "not known" stay apart. */
function YesOrNo({ input, value, error, change }: FieldControlProps) {
  const id = useId()
  const choices = [
    { value: 'true', label: 'Yes' },
    { value: 'false', label: 'No' },
    ...(input.optional ? [{ value: '', label: 'Not known' }] : []),
  ]
  return (
    <div className="yes-no">
      <span id={id}>
        <FieldLabel input={input} />
      </span>
      <SegmentedControl
        size="sm"
        data={choices}
        value={value === '' || value === null ? '' : String(value)}
        onChange={(next) => change(next === '' ? '' : next === 'true')}
        aria-labelledby={id}
      />
      {error !== undefined && <span className="field-error">{error}</span>}
    </div>
  )
}

function hintOf({ description, minimum, maximum }: InputDescription): string | undefined {
  const range =
    minimum === undefined || maximum === undefined
      ? ''
      : `${formatGiven(minimum)} to ${formatGiven(maximum)} in training`
  const parts = [description ?? '', range].filter((part) => part !== '')
  return parts.length === 0 ? undefined : parts.join('. ')
}

function exampleOf({ example }: InputDescription): string {
  return example === undefined || example === null ? '' : `such as ${example}`
}
