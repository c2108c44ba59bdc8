// Compares XGBoost versions as files write them: `1.7.6`, `1.2`, or none before 1.0.

/** False for files that name no version, which are all older than 1.0. */
export function isAtLeast(
  version: string | null,
  major: number,
  minor: number,
  patch = 0,
): boolean {
  if (version === null) return false
  const [fileMajor = 0, fileMinor = 0, filePatch = 0] = version.split('.').map(Number)
  if (fileMajor !== major) return fileMajor > major
  return fileMinor === minor ? filePatch >= patch : fileMinor > minor
}
