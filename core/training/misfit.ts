// Which models can learn what a plan asks for.

import { MODELS, type ModelName } from './hyperparameters.ts'
import type { TrainingPlan } from './plan.ts'

/** Why this model cannot learn that, as a sentence that names what can; null where it can. */
export function findMisfit(
  model: ModelName,
  { task, target, features }: Pick<TrainingPlan, 'task' | 'target' | 'features'>,
): string | null {
  const { title, predicts } = MODELS[model]
  if (task === 'regression' && predicts === 'classes') {
    return `${target} is a number, and ${title} predicts classes. Take ridge, knn, rf or hgb.`
  }
  if (task !== 'regression' && predicts === 'values') {
    return `${target} has classes, and ${title} predicts numbers. Take logreg, knn, rf or hgb.`
  }
  if (model === 'tfidf' && features.length !== 1) {
    return `tfidf learns from one column of texts, and there are ${features.length} features. Name the one with --features.`
  }
  if (model !== 'tfidf' && task === 'text_classification') {
    return `${features[0]} is free text, which ${title} cannot read. Take tfidf.`
  }
  return null
}
