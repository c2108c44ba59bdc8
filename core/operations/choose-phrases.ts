// Which model suggests: the one that was named, the deployed one, or the pair that comes with Parley.

import { fail, type Outcome, succeed } from '#core/errors.ts'
import type { PhraseModel } from '#core/phrases/phrase-model.ts'
import { leaseModel } from './find-model.ts'
import type { Lease, Ports } from './operation.ts'

/** Preferred where several are deployed: the name of the pair that comes with Parley. */
const USUAL_NAME = 'positive-phrases'

export interface ChosenPhrases {
  readonly phrases: PhraseModel
  readonly modelVersion: string
  /** Call when the request is over. */
  release(): void
}

export async function choosePhrases(
  ports: Ports,
  name: string | undefined,
  version: number | undefined,
): Promise<Outcome<ChosenPhrases>> {
  if (name !== undefined) return chooseNamed(ports, name, version)
  const deployed = ports.serving.loaded('fill_mask')
  const usual = deployed.find((one) => one === USUAL_NAME) ?? deployed[0]
  if (usual === undefined) return chooseBundled(ports)
  if (deployed.length > 1 && usual !== USUAL_NAME) {
    return fail('conflict', `${deployed.join(' and ')} all suggest phrases; say which as model.`, [
      { path: 'model', message: `can be ${deployed.join(', ')}` },
    ])
  }
  const lease = ports.serving.leaseNow(usual)
  // Undeployed since the list was made.
  return lease === null ? chooseBundled(ports) : fromLease(lease)
}

async function chooseBundled({ phrases }: Ports): Promise<Outcome<ChosenPhrases>> {
  const bundled = await phrases.bundled()
  if (!bundled.ok) return bundled
  return succeed({
    phrases: bundled.value,
    modelVersion: bundled.value.modelVersion,
    release: () => undefined,
  })
}

async function chooseNamed(
  ports: Ports,
  name: string,
  version: number | undefined,
): Promise<Outcome<ChosenPhrases>> {
  const leased = await leaseModel(ports, name, version)
  return leased.ok ? fromLease(leased.value) : leased
}

function fromLease(lease: Lease): Outcome<ChosenPhrases> {
  const { phrases } = lease.model
  if (phrases !== undefined) {
    const { modelVersion } = lease.version
    return succeed({ phrases, modelVersion, release: () => lease.release() })
  }
  lease.release()
  return fail('conflict', `${lease.version.model} fills no blanks; it predicts from its inputs.`, [
    { path: 'model', message: 'must be a model that fills blanks, or be left out' },
  ])
}
