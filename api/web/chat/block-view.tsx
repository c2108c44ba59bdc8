// Draws each kind of block; the table of kinds is total, so a new kind does not compile until it has its look.

import { Alert, Button } from '@mantine/core'
import { useState } from 'react'
import type { Block, Cell, Field } from '#core/presentation/blocks.ts'
import { formatNumber } from '#core/presentation/numbers.ts'
import { download } from '../client/download.ts'
import { Icon } from '../shell/icons.tsx'
import { Bars } from './bars.tsx'
import { CodeBox } from './code-box.tsx'
import { keyed } from './keyed.ts'
import { Markdown } from './markdown.tsx'

export interface BlockViewProps {
  readonly block: Block
  /** What a choice sends when it is clicked. */
  readonly say: (message: string) => void
  readonly busy: boolean
}

export function BlockView({ block, say, busy }: BlockViewProps) {
  switch (block.kind) {
    case 'text':
      return <Markdown text={block.text} />
    case 'fields':
      return (
        <section>
          <BlockTitle text={block.title} />
          <FieldList items={block.items} />
        </section>
      )
    case 'table':
      return <TableBlock block={block} />
    case 'bars': {
      const { title, maximum, format, items } = block
      return <Bars title={title} maximum={maximum} format={format} items={items} />
    }
    case 'contributions':
      return (
        <section>
          <Bars
            title={block.title}
            maximum={Math.max(...block.items.map(({ value }) => Math.abs(value)))}
            format="number"
            items={block.items}
            twoSided
          />
          <Omitted count={block.omitted} words="that moved it less" />
        </section>
      )
    case 'code':
      return (
        <CodeBox
          text={block.text}
          language={block.language}
          {...(block.title !== undefined && { title: block.title })}
        />
      )
    case 'link':
      return <LinkBlock label={block.label} href={block.href} />
    case 'choices':
      return (
        <div className="choices">
          <BlockTitle text={block.title} />
          {block.items.map(({ label, message }) => (
            <Button
              key={`${label} ${message}`}
              variant="default"
              size="compact-sm"
              radius="xl"
              disabled={busy}
              onClick={() => say(message)}
              title={label === message ? undefined : message}
            >
              <span dir="auto">{label}</span>
            </Button>
          ))}
        </div>
      )
    case 'notice':
      return <NoticeBlock block={block} />
  }
}

function Omitted({ count, words }: { count: number | undefined; words: string }) {
  if (count === undefined || count === 0) return null
  return (
    <p className="quiet">
      and {formatNumber(count)} {words}
    </p>
  )
}

function BlockTitle({ text }: { text: string | undefined }) {
  return text === undefined ? null : <h3 className="block-title">{text}</h3>
}

export function FieldList({ items }: { items: readonly Field[] }) {
  return (
    <dl className="fields">
      {keyed(items).map(({ item: { label, value, tone }, key }) => (
        <div key={key}>
          <dt dir="auto">{label}</dt>
          <dd dir="auto" data-tone={tone}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function TableBlock({ block }: { block: Extract<Block, { kind: 'table' }> }) {
  const { title, columns, rows, omitted } = block
  return (
    <article className="card table-card" aria-label={title ?? 'Table'}>
      <BlockTitle text={title} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="table-scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {keyed(columns).map(({ item: { label, align }, key }) => (
                <th key={key} scope="col" data-align={align} dir="auto">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {keyed(rows).map(({ item: row, key: line }) => (
              <tr key={line}>
                {keyed(row).map(({ item: cell, key: place }) => (
                  <td key={place} data-align={columns[Number(place)]?.align} dir="auto">
                    {cellText(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Omitted count={omitted} words="more" />
    </article>
  )
}

function cellText(cell: Cell): string {
  if (cell === null) return '–'
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  return typeof cell === 'number' ? formatNumber(cell) : cell
}

const SAFE_ADDRESS = /^(?:https?:\/\/|\/(?!\/)|#)/i

const UPLOADS = '/api/uploads/'

function DownloadBlock({ label, href }: { label: string; href: string }) {
  const [problem, setProblem] = useState<string | null>(null)
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => void download(href).then(setProblem)}
      >
        <span dir="auto">{label}</span>
      </Button>
      {problem !== null && (
        <p className="field-error" role="alert">
          {problem}
        </p>
      )}
    </>
  )
}

/** Addresses come from operations, but names in them come from files: only the web's own schemes become links. */
function LinkBlock({ label, href }: { label: string; href: string }) {
  if (!SAFE_ADDRESS.test(href)) return <p className="quiet">{label}</p>
  if (href.startsWith(UPLOADS)) return <DownloadBlock label={label} href={href} />
  return (
    <p>
      <a className="link-block" href={href} target="_blank" rel="noopener noreferrer">
        <Icon name="link" size={16} />
        <span dir="auto">{label}</span>
        <span className="visually-hidden"> (opens in a new tab)</span>
      </a>
    </p>
  )
}

const TONES = {
  warning: { color: 'yellow', icon: 'warning' },
  error: { color: 'red', icon: 'warning' },
  success: { color: 'parley', icon: 'check' },
} as const

function NoticeBlock({ block }: { block: Extract<Block, { kind: 'notice' }> }) {
  const { color, icon } = TONES[block.tone]
  return (
    <Alert
      className="notice"
      data-tone={block.tone}
      color={color}
      variant="light"
      icon={<Icon name={icon} />}
      role={block.tone === 'error' ? 'alert' : 'note'}
    >
      <Markdown text={block.text} />
      {block.details !== undefined && block.details.length > 0 && (
        <ul className="notice-details">
          {block.details.map((detail) => (
            <li key={detail} dir="auto">
              {detail}
            </li>
          ))}
        </ul>
      )}
    </Alert>
  )
}
