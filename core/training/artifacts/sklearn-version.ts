// Which scikit-learn a written file is for.

/** Loads without a warning in this release, and in every other from 1.3 on with one. */
export const DEFAULT_SKLEARN_VERSION = '1.6.1'

const VERSION = /^(\d+)\.(\d+)(?:\.\d+)?$/

/** Of the form 1.6 or 1.6.1, and at least 1.2. */
export function isSupportedVersion(version: string): boolean {
  return VERSION.test(version) && !isBefore(version, [1, 2])
}

export function isBefore(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, ownMajor = '', ownMinor = ''] = VERSION.exec(version) ?? []
  return Number(ownMajor) < major || (Number(ownMajor) === major && Number(ownMinor) < minor)
}
