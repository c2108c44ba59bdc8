import { describe, expect, test } from 'bun:test'
import { writeJoblib } from '#core/training/artifacts/joblib.ts'
import {
  DEFAULT_SKLEARN_VERSION,
  isBefore,
  isSupportedVersion,
} from '#core/training/artifacts/sklearn-version.ts'
import { CASES, fitCase } from './cases.ts'
import report from './report.json'

/** Of the releases that check_all.py was run with: see report.json. */
const CHECKED = ['1.2.2', '1.3.2', '1.4.2', '1.5.2', '1.6.1', '1.7.2', '1.8.0', '1.9.1']

describe('a written pipeline', () => {
  const hashes: Readonly<Record<string, Readonly<Record<string, string>>>> = report.sha256
  const written = ['1.2.2', DEFAULT_SKLEARN_VERSION].flatMap((version) =>
    CASES.map((one) => ({ ...one, version })),
  )

  test.each(written)(
    '$name for $version has the bytes that scikit-learn was given',
    async (one) => {
      const bytes = writeJoblib(await fitCase(one), one.version)
      const hash = new Bun.CryptoHasher('sha256').update(bytes).digest('hex')
      expect(hash).toBe(hashes[one.version]?.[`${one.name}.joblib`] ?? 'run check_all.py')
    },
  )

  test('predicts in every release of scikit-learn what it predicts here', () => {
    expect(report.releases.map((release) => release['scikit-learn'])).toEqual(CHECKED)
    for (const release of report.releases) {
      expect(release).toMatchObject({ cases: CASES.length, failed: {} })
      expect(release.largest_gap).toBeLessThan(1e-9)
    }
  })
})

describe('the release a file is for', () => {
  test('is 1.2 or later', () => {
    expect(['1.2', '1.2.2', '1.10.0', '2.0'].every(isSupportedVersion)).toBe(true)
    expect(['1.1.3', '0.24', 'new', '1.6.1rc1', ''].some(isSupportedVersion)).toBe(false)
  })

  test('is compared by numbers', () => {
    expect(isBefore('1.2.2', [1, 3])).toBe(true)
    expect(isBefore('1.10.0', [1, 3])).toBe(false)
    expect(isBefore('2.0', [1, 3])).toBe(false)
  })
})
