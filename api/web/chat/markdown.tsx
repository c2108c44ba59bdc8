// Draws the small markdown of answers as React elements: paragraphs, lists, bold, code. Never HTML, never links.

import { Fragment } from 'react'
import { CodeBox } from './code-box.tsx'
import { keyed } from './keyed.ts'
import { type Part, parseMarkdown, type Span } from './parse-markdown.ts'

export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose" dir="auto">
      {keyed(parseMarkdown(text)).map(({ item, key }) => (
        <PartView key={key} part={item} />
      ))}
    </div>
  )
}

function PartView({ part }: { part: Part }) {
  switch (part.kind) {
    case 'paragraph':
      return (
        <p>
          {keyed(part.lines).map(({ item, key }) => (
            <Fragment key={key}>
              {key !== '0' && <br />}
              <Spans spans={item} />
            </Fragment>
          ))}
        </p>
      )
    case 'heading':
      return (
        <p className="prose-heading">
          <Spans spans={part.spans} />
        </p>
      )
    case 'code':
      return <CodeBox text={part.text} language={part.language} />
    case 'list': {
      const items = keyed(part.items).map(({ item, key }) => (
        <li key={key}>
          <Spans spans={item} />
        </li>
      ))
      return part.ordered ? <ol>{items}</ol> : <ul>{items}</ul>
    }
  }
}

function Spans({ spans }: { spans: readonly Span[] }) {
  return keyed(spans).map(({ item, key }) => <SpanView key={key} span={item} />)
}

function SpanView({ span: { kind, text } }: { span: Span }) {
  switch (kind) {
    case 'plain':
      return text
    case 'bold':
      return <strong>{text}</strong>
    case 'code':
      return <code>{text}</code>
  }
}
