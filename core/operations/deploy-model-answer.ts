// How a deployment reads: what was loaded, what it expects, where it answers, and what to do next.

import { unknownNamesWarning } from '#core/formats/signature.ts'
import type { Block, Presentation } from '#core/presentation/blocks.ts'
import { joinSome, libraryName } from '#core/presentation/phrases.ts'
import type { Deployment } from './deploy-model.ts'
import { rowInWords } from './example-row.ts'

/** Beyond this, a sentence is no longer read; `describe_model` has them all. */
const MAX_INPUTS_NAMED = 12

export function presentDeployment(deployment: Deployment): Presentation {
  const blocks = warningsOf(deployment).map(
    (text): Block => ({ kind: 'notice', tone: 'warning', text }),
  )
  blocks.push({ kind: 'choices', items: nextSteps(deployment) })
  return {
    text: [loaded(deployment), expects(deployment), whereItIs(deployment)].join(' '),
    blocks,
  }
}

/** What the sentences say already is not said twice. */
function warningsOf({ warnings, names_known, inputs }: Deployment): string[] {
  return names_known
    ? warnings
    : warnings.filter((text) => text !== unknownNamesWarning(inputs.length))
}

function loaded({ result, library, name, version }: Deployment): string {
  switch (result) {
    case 'new_version':
      return version === 1
        ? `I've loaded your ${libraryName(library)} model.`
        : `I've loaded your ${libraryName(library)} model as version ${version} of ${name}.`
    case 'already_stored':
      return `This file is already stored as version ${version} of ${name}, so nothing was added.`
    case 'redeployed':
      return `Version ${version} of ${name} is live again.`
  }
}

function expects({ inputs, names_known }: Deployment): string {
  const names = joinSome(
    inputs.filter((input) => input.unused !== true).map(({ name }) => name),
    MAX_INPUTS_NAMED,
  )
  if (names_known) return `It expects ${names}.`
  return `Its file has no feature names, so it expects ${names} for now. Tell me their names in the order of the training columns, for example “the features are age, income, …”, and I will use those.`
}

function whereItIs({ deployed, endpoint, result, name }: Deployment): string {
  if (!deployed) return `It is stored but not deployed; say “deploy ${name}” when it should answer.`
  const verb = result === 'new_version' ? 'is now deployed' : 'answers'
  return `It ${verb} at ${endpoint ?? ''}. How would you like to test it?`
}

/** More inputs than this do not fit on a button. */
const MAX_INPUTS_ON_BUTTON = 8

function nextSteps({ name, deployed, inputs, example }: Deployment) {
  if (!deployed) return [{ label: `Deploy ${name}`, message: `Deploy ${name}` }]
  const describe = { label: 'What it needs', message: `What inputs does the ${name} model need?` }
  if (inputs.length > MAX_INPUTS_ON_BUTTON) return [describe]
  return [
    {
      label: 'Try an example',
      message: `Make a prediction with ${name}: ${rowInWords(example)}`,
    },
    describe,
  ]
}
