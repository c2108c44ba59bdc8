// What the Python object around a Booster says: its class, its labels, what stands for missing, and which trees it uses.

/** The same facts from a pickled object and from the `scikit_learn` attribute of a saved model. */
export interface Wrapper {
  /** `XGBClassifier`, `Booster`… */
  readonly className: string
  readonly role: 'classifier' | 'regressor' | 'none'
  /** A value that stands for missing beside NaN; null when there is none. */
  readonly missing: number | null
  /** Labels in the order of the classes, where the object holds an encoder of its own. */
  readonly labels: readonly string[] | null
  /** Up to 1.3, after early stopping: how many trees a group to use. */
  readonly bestTreeLimit: number | null
  /** 1.4 and later: the round that was best, as the Python object has it; the file's attribute goes before. */
  readonly bestIteration: number | null
  readonly parallelTrees: number | null
  /** Up to 1.3 names lie beside the model. */
  readonly featureNames: readonly string[] | null
  readonly featureTypes: readonly string[] | null
  /** From 0.80 to 1.5 the Booster's state names its booster; a legacy file without is of 0.7, which used all trees. */
  readonly namesBooster: boolean
}

/** Class → what its predict gives; these names are all that Parley takes for an XGBoost object. */
export const WRAPPER_ROLES: Readonly<Record<string, Wrapper['role']>> = {
  XGBClassifier: 'classifier',
  XGBRFClassifier: 'classifier',
  XGBRegressor: 'regressor',
  XGBRFRegressor: 'regressor',
  XGBRanker: 'regressor',
  XGBModel: 'none',
  Booster: 'none',
}

/** A Booster that nothing is around. */
export const BARE_BOOSTER: Wrapper = {
  className: 'Booster',
  role: 'none',
  missing: null,
  labels: null,
  bestTreeLimit: null,
  bestIteration: null,
  parallelTrees: null,
  featureNames: null,
  featureTypes: null,
  namesBooster: false,
}
