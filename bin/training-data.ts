// The data sets that can be trained on by name, and where they lie.

import { basename, join, resolve } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { nearestWord } from '#core/nearest.ts'
import type { DataSets } from '#core/operations/operation.ts'

interface DataSet {
  /** Whether it comes with Parley, or lies in the folder of example data. */
  readonly place: 'parley' | 'examples'
  readonly path: string
  readonly target: string
}

export const DATA_SETS: Readonly<Record<string, DataSet>> = {
  iris: { place: 'parley', path: 'models/iris/iris.csv', target: 'species' },
  churn: {
    place: 'examples',
    path: 'telco_churn/Telco-Customer-Churn.csv',
    target: 'Churn',
  },
  'house-price': { place: 'examples', path: 'kc_house/kc_house_data.csv', target: 'price' },
  'breast-cancer': {
    place: 'examples',
    path: 'breast_cancer/breast_cancer.csv',
    target: 'diagnosis',
  },
}

const ROOT = resolve(import.meta.dir, '..')
/** Beside a checkout, where nothing else is set. */
const NEIGHBOUR = resolve(ROOT, '../shared/data')

export interface FoundData {
  readonly name: string
  readonly path: string
  readonly target: string | null
}

/** A file of that name comes first, then a data set; `not_found` says what to do. */
export async function findDataSet(
  word: string,
  exampleData: string | null,
): Promise<Outcome<FoundData>> {
  const known = Object.hasOwn(DATA_SETS, word) ? DATA_SETS[word] : undefined
  if (known === undefined) {
    if (await Bun.file(word).exists()) {
      return succeed({ name: basename(word), path: word, target: null })
    }
    const near = nearestWord(word, Object.keys(DATA_SETS))
    const hint = near === null ? '' : ` Did you mean the data set ${near}?`
    return fail('not_found', `There is no file "${word}" here.${hint}`)
  }
  const folder = known.place === 'parley' ? ROOT : (exampleData ?? NEIGHBOUR)
  const path = join(folder, known.path)
  if (await Bun.file(path).exists()) return succeed({ name: word, path, target: known.target })
  return fail(
    'not_found',
    `The data of ${word} are not here. Set PARLEY_EXAMPLE_DATA to the folder that has ${known.path}, or name a file: parley train FILE.csv --target ${known.target}.`,
  )
}

/** The known data sets alone: nobody names a file of this machine from a chat. */
export function createDataSets(exampleData: string | null): DataSets {
  const names = Object.keys(DATA_SETS)
  return {
    names,
    async read(name) {
      if (!names.includes(name)) {
        const near = nearestWord(name, names)
        const hint = near === null ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`
        return fail('not_found', `I know no data called “${name}”. ${hint}`)
      }
      const found = await findDataSet(name, exampleData)
      if (!found.ok) return found
      const { path, target } = found.value
      return succeed({ fileName: basename(path), bytes: await Bun.file(path).bytes(), target })
    },
  }
}
