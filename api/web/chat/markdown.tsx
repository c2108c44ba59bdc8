// Draws the small markdown of answers as React elements: paragraphs, lists, bold, code. Never HTML, never links.

import { Fragment } from 'react'
import { CodeBox } from './code-box.tsx'
import { keyed } from './keyed.ts'
import { type Part, parseMarkdown, type Span } from './parse-markdown.ts'

/** In an answer a line's end is meant; a document that `flows` was only wrapped there. */
export function Markdown({ text, flows = false }: { text: string; flows?: boolean }) {
  return (
    <div className="prose" dir="auto">
      {keyed(parseMarkdown(text)).map(({ item, key }) => (
        <PartView key={key} part={item} flows={flows} />
      ))}
    </div>
  )
}

function PartView({ part, flows }: { part: Part; flows: boolean }) {
  switch (part.kind) {
    case 'paragraph':
      return (
        <p>
          {keyed(part.lines).map(({ item, key }) => (
            <Fragment key={key}>
              {key !== '0' && (flows ? ' ' : <br />)}
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
    case 'table':
      return <TableView table={part} />
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

function TableView({ table: { head, rows } }: { table: Extract<Part, { kind: 'table' }> }) {
  const isNamed = head.some((cell) => cell.length > 0)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <div className="table-scroll" tabIndex={0}>
      <table>
        {isNamed && (
          <thead>
            <tr>
              {keyed(head).map(({ item, key }) =>
                item.length === 0 ? (
                  <td key={key} />
                ) : (
                  <th key={key} scope="col">
                    <Spans spans={item} />
                  </th>
                ),
              )}
            </tr>
          </thead>
        )}
        <tbody>
          {keyed(rows).map(({ item: row, key }) => (
            <tr key={key}>
              {keyed(row).map(({ item, key: column }) => (
                <td key={column}>
                  <Spans spans={item} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
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
