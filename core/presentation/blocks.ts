// Neutral blocks that every operation presents its answer in; no platform is named here.

/** A piece of an answer. Each surface renders every kind; `renderPlainText` is the fallback all share. */
export type Block =
  /** Sentences in a small markdown: **bold**, `code`, line breaks. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fields'; readonly title?: string; readonly items: readonly Field[] }
  | {
      readonly kind: 'table'
      readonly title?: string
      readonly columns: readonly Column[]
      readonly rows: readonly (readonly Cell[])[]
      /** Rows that were left out, for "and 40 more". */
      readonly omitted?: number
    }
  /** Horizontal bars; `value` and `maximum` share a unit. Probabilities have maximum 1 and format 'percent'. */
  | {
      readonly kind: 'bars'
      readonly title?: string
      readonly maximum: number
      readonly format: 'percent' | 'number'
      readonly items: readonly {
        readonly label: string
        readonly value: number
        readonly emphasised?: boolean
      }[]
    }
  /** What moved an answer up or down: bars to both sides of zero, strongest first; the values share a unit. */
  | {
      readonly kind: 'contributions'
      readonly title?: string
      readonly items: readonly { readonly label: string; readonly value: number }[]
      readonly omitted?: number
    }
  | {
      readonly kind: 'code'
      readonly language: string
      readonly title?: string
      readonly text: string
    }
  | { readonly kind: 'link'; readonly label: string; readonly href: string }
  /** Things the person may say next; a surface shows buttons, a click sends `message`. */
  | { readonly kind: 'choices'; readonly title?: string; readonly items: readonly Choice[] }
  /** Something went wrong or needs care. */
  | {
      readonly kind: 'notice'
      readonly tone: 'warning' | 'error' | 'success'
      readonly text: string
      readonly details?: readonly string[]
    }

export interface Field {
  readonly label: string
  readonly value: string
  readonly tone?: 'good' | 'bad' | 'neutral'
}

export interface Column {
  readonly label: string
  readonly align?: 'left' | 'right'
}

export type Cell = string | number | boolean | null

export interface Choice {
  readonly label: string
  readonly message: string
}

/** The whole answer: one or two sentences a colleague would say, then blocks that back them. */
export interface Presentation {
  readonly text: string
  readonly blocks: readonly Block[]
}
