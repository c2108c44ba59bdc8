// Finds and reads the permissions file, once, when Parley starts.

import { join } from 'node:path'
import { fail, type Outcome, succeed } from '#core/errors.ts'
import { DEFAULT_GRANTS, type Grants, readGrants } from '#core/people/grants-file.ts'
import type { Configuration } from './configuration.ts'

const FILE_NAME = 'parley.permissions.json'

/** The defaults where no file is in the data folder; a file that was named must be there. */
export async function loadGrants({
  dataFolder,
  permissionsFile,
}: Pick<Configuration, 'dataFolder' | 'permissionsFile'>): Promise<Outcome<Grants>> {
  const path = permissionsFile ?? join(dataFolder, FILE_NAME)
  const file = Bun.file(path)
  if (!(await file.exists())) {
    if (permissionsFile === null) return succeed(DEFAULT_GRANTS)
    return fail('invalid_input', `PARLEY_PERMISSIONS names ${path}, and there is no such file.`)
  }
  try {
    return readGrants(await file.text(), path)
  } catch {
    return fail('invalid_input', `The permissions file ${path} cannot be read.`)
  }
}
