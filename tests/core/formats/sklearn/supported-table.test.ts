// The page of what is read says what the fixtures say.

import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { METRIC_NAMES } from '#core/formats/sklearn/metrics.ts'
import { corpusFiles } from './corpus.ts'
import { REFUSED } from './refused-cases.ts'
import { supportedPage } from './supported-table.ts'

const PAGE = fileURLToPath(new URL('../../../../docs/supported-models.md', import.meta.url))

test('docs/supported-models.md is what the fixtures hold Parley to', () => {
  const page = supportedPage(corpusFiles('sklearn'), corpusFiles('lightgbm'), REFUSED)
  expect(readFileSync(PAGE, 'utf8')).toBe(page)
})

test('a case that is refused shows in the table', () => {
  const [file] = corpusFiles('sklearn')
  if (file === undefined) throw new Error('no fixtures')
  const [name = ''] = file.expected.covers
  const page = supportedPage([file], [], { [file.title]: 'in words' })
  expect(page).toContain(`| ${name} | no |`)
  expect(supportedPage([file], [], {})).toContain(`| ${name} | yes |`)
})

test('a case that is refused for one of its classes says nothing of the others', () => {
  const file = corpusFiles('sklearn').find(({ expected }) => expected.covers.length > 2)
  if (file === undefined) throw new Error('no fixture of several classes')
  const [, guilty = '', innocent = ''] = file.expected.covers
  const page = supportedPage([file], [], { [file.title]: `The ${guilty} cannot be read` })
  expect(page).toContain(`| ${guilty} | no |`)
  expect(page).not.toContain(`| ${innocent} |`)
})

/** Other names of metrics that have a fixture. */
const SYNONYMS = ['l1', 'l2', 'cityblock', 'infinity']

test('every metric of the page has a fixture', () => {
  const titles = corpusFiles('sklearn').map(({ title }) => title)
  const compared = (name: string) => titles.some((title) => title.startsWith(`knn_${name}`))
  expect(METRIC_NAMES.filter((name) => !SYNONYMS.includes(name) && !compared(name))).toEqual([])
})

/** What Parley promises to read, by scikit-learn's names. */
const PROMISED = `
  Pipeline ColumnTransformer FeatureUnion GridSearchCV RandomizedSearchCV HalvingGridSearchCV HalvingRandomSearchCV
  StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer PowerTransformer QuantileTransformer
  PolynomialFeatures KBinsDiscretizer Binarizer SimpleImputer KNNImputer OneHotEncoder OrdinalEncoder LabelEncoder
  TargetEncoder FunctionTransformer PCA TruncatedSVD SelectKBest SelectPercentile SelectFpr SelectFdr SelectFwe
  GenericUnivariateSelect SelectFromModel VarianceThreshold RFE RFECV SequentialFeatureSelector
  CountVectorizer TfidfVectorizer HashingVectorizer LinearRegression Ridge Lasso ElasticNet SGDClassifier SGDRegressor
  LogisticRegression LinearSVC LinearSVR SVC SVR KNeighborsClassifier KNeighborsRegressor GaussianNB MultinomialNB
  ComplementNB BernoulliNB DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor
  RandomForestClassifier RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor GradientBoostingClassifier
  GradientBoostingRegressor HistGradientBoostingClassifier HistGradientBoostingRegressor AdaBoostClassifier
  AdaBoostRegressor BaggingClassifier BaggingRegressor VotingClassifier VotingRegressor StackingClassifier
  StackingRegressor CalibratedClassifierCV MLPClassifier MLPRegressor LinearDiscriminantAnalysis
  QuadraticDiscriminantAnalysis IsolationForest KMeans MiniBatchKMeans MultiOutputRegressor RegressorChain
  TransformedTargetRegressor XGBClassifier XGBRegressor LGBMClassifier LGBMRegressor
`
  .trim()
  .split(/\s+/)

test('every promised class is compared with at least four releases', () => {
  const files = corpusFiles('sklearn').filter(({ title }) => REFUSED[title] === undefined)
  const releases = (name: string) =>
    new Set(
      files.flatMap(({ expected, version }) => (expected.covers.includes(name) ? version : [])),
    )
  expect(PROMISED.filter((name) => releases(name).size < 4)).toEqual([])
})
