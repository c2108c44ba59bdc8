// Draws the small markdown of answers as React elements: paragraphs, lists, bold, code. Never HTML, never links.

import { Fragment, type ReactNode } from 'react'
import { CodeBox } from './code-box.tsx'
import { keyed } from './keyed.ts'
import { parseMarkdown, type Span } from './parse-markdown.ts'

export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose" dir="auto">
      {keyed(parseMarkdown(text)).map(({ item: part, key }) => {
        switch (part.kind) {
          case 'paragraph':
            return <p key={key}>{lines(part.lines)}</p>
          case 'heading':
            return (
              <p key={key} className="prose-heading">
                {spans(part.spans)}
              </p>
            )
          case 'code':
            return <CodeBox key={key} text={part.text} language={part.language} />
          case 'list': {
            const items = keyed(part.items).map(({ item, key: place }) => (
              <li key={place}>{spans(item)}</li>
            ))
            return part.ordered ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>
          }
        }
      })}
    </div>
  )
}

function lines(all: readonly (readonly Span[])[]): ReactNode {
  return keyed(all).map(({ item: line, key }) => (
    <Fragment key={key}>
      {key !== '0' && <br />}
      {spans(line)}
    </Fragment>
  ))
}

function spans(all: readonly Span[]): ReactNode {
  return keyed(all).map(({ item: span, key }) => {
    switch (span.kind) {
      case 'plain':
        return <Fragment key={key}>{span.text}</Fragment>
      case 'bold':
        return <strong key={key}>{span.text}</strong>
      case 'code':
        return <code key={key}>{span.text}</code>
    }
  })
}
