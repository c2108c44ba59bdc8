// Compares XGBoost versions as files write them: `1.7.6`, `1.2`, or none before 1.0.

/** False for files that name no version, which are all older than 1.0. */
export function isAtLeast(version: string | null, major: number, minor: number): boolean {
  if (version === null) return false
  const [fileMajor = 0, fileMinor = 0] = version.split('.').map(Number)
  return fileMajor > major || (fileMajor === major && fileMinor >= minor)
}
