// Reads the facts that a scikit-learn style model leaves in the `scikit_learn` attribute when it is saved (1.0 and later).

import type { Budget } from '../limits.ts'
import { type DocumentObject, type DocumentValue, isNumericArray, isObject } from './document.ts'
import { readJsonDocument } from './json.ts'
import { BARE_BOOSTER, WRAPPER_ROLES, type Wrapper } from './wrapper.ts'

/** From 1.4 on the attribute names the kind of estimator only. */
const CLASS_OF_KIND: Readonly<Record<string, string>> = {
  classifier: 'XGBClassifier',
  regressor: 'XGBRegressor',
  ranker: 'XGBRanker',
}

/** A saved model that no wrapper wrote is a bare Booster. */
export function readSavedWrapper(attributes: ReadonlyMap<string, string>, budget: Budget): Wrapper {
  const saved = attributes.get('scikit_learn')
  if (saved === undefined) return BARE_BOOSTER
  const facts = readJsonDocument(new TextEncoder().encode(saved), budget)
  if (!isObject(facts)) return BARE_BOOSTER
  const className = savedClass(facts)
  if (className === null) return BARE_BOOSTER
  return {
    ...BARE_BOOSTER,
    className,
    role: WRAPPER_ROLES[className] ?? 'none',
    missing: finiteNumber(facts.entries.get('missing')),
    labels: savedLabels(facts),
    bestTreeLimit: finiteNumber(facts.entries.get('best_ntree_limit')),
    parallelTrees: finiteNumber(facts.entries.get('num_parallel_tree')),
  }
}

function savedClass(facts: DocumentObject): string | null {
  const type = facts.entries.get('type')
  if (typeof type === 'string' && Object.hasOwn(WRAPPER_ROLES, type)) return type
  const kind = facts.entries.get('_estimator_type')
  return typeof kind === 'string' && Object.hasOwn(CLASS_OF_KIND, kind)
    ? (CLASS_OF_KIND[kind] ?? null)
    : null
}

function savedLabels(facts: DocumentObject): readonly string[] | null {
  const encoder = facts.entries.get('_le')
  const classes = isObject(encoder) ? encoder.entries.get('classes_') : undefined
  if (isNumericArray(classes)) return Array.from(classes, String)
  if (typeof classes !== 'object' || classes === null || classes.kind !== 'list') return null
  return classes.items.every((item) => typeof item === 'string') ? classes.items : null
}

function finiteNumber(value: DocumentValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
