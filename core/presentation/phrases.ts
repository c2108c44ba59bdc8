// Small pieces of English that several answers share: lists, plurals, articles, library names.

/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[], conjunction = 'and'): string {
  if (words.length <= 1) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1) ?? ''}`
}

/** The first few of a long list: `a, b, c and 22 more`. */
export function joinSome(words: readonly string[], most: number): string {
  if (words.length <= most) return words.join(', ')
  return `${words.slice(0, most).join(', ')} and ${words.length - most} more`
}

/** `1 version`, `2 versions`; `plural` for words that do not just take an s. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? singular : plural}`
}

const SPOKEN_WITH_VOWEL = /^(?:8|11(?!\d)|18(?!\d)|[aeiouAEIOU])/

/** `a 23%`, `an 8%`, `an 18%`, `an 80%`, `an iris`. */
export function withArticle(text: string): string {
  return `${SPOKEN_WITH_VOWEL.test(text) ? 'an' : 'a'} ${text}`
}

export function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

const LIBRARY_NAMES: Readonly<Record<string, string>> = {
  xgboost: 'XGBoost',
  lightgbm: 'LightGBM',
  sklearn: 'scikit-learn',
  'scikit-learn': 'scikit-learn',
  onnx: 'ONNX',
}

export function libraryName(library: string): string {
  return LIBRARY_NAMES[library] ?? library
}

const TASK_NAMES: Readonly<Record<string, string>> = {
  binary_classification: 'yes/no classification',
  multiclass_classification: 'classification',
  regression: 'regression',
  fill_mask: 'word suggestion',
  text_classification: 'text classification',
}

export function taskName(task: string): string {
  return TASK_NAMES[task] ?? task
}

const MARKDOWN_MARKS = /([\\`*])/g

/** Text that came from a file or a person, inside our small markdown: its marks stand for themselves. */
export function escapeMarkdown(text: string): string {
  return text.replace(MARKDOWN_MARKS, '\\$1')
}
