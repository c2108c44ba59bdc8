// Our small markdown in Discord's: bold and code stay, and nothing that came from a file or a person becomes a mark.

const TOKENS = /`([^`]+)`|\*\*(.+?)\*\*|\\([\\`*_])|(https?:\/\/[^\s<>()]+)/g
const MARKS = /[\\*_~|`<>[\]]/g
/** Marks that only count at the start of a line: headings, quotes, lists, small print. */
const LINE_MARKS = /^([^\S\n]*)([#+-])/gm

// biome-ignore lint/suspicious/noControlCharactersInRegex: taking control characters out is the purpose
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

const BACKTICKS = /`{2,}/g

/** **bold**, `code`, line breaks and addresses keep their meaning; every other character stands for itself. */
export function toDiscordMarkdown(markdown: string): string {
  const text = markdown.replace(CONTROL, '')
  let out = ''
  let end = 0
  for (const found of text.matchAll(TOKENS)) {
    const [whole, code, bold, escaped, address] = found
    out += escapeDiscord(text.slice(end, found.index))
    if (code !== undefined) out += `\`${code}\``
    else if (bold !== undefined) out += `**${escapeDiscord(withoutEscapes(bold))}**`
    else if (escaped !== undefined) out += `\\${escaped}`
    else out += address ?? whole
    end = found.index + whole.length
  }
  return (out + escapeDiscord(text.slice(end))).replace(LINE_MARKS, '$1\\$2')
}

const ESCAPED = /\\([\\`*_])/g

function withoutEscapes(text: string): string {
  return text.replace(ESCAPED, '$1')
}

/** Plain text: no mention, heading, quote, link or style can come of it. */
export function escapeDiscord(text: string): string {
  return text.replace(CONTROL, '').replace(MARKS, '\\$&')
}

/** A code block that its own text cannot end early. */
export function codeBlock(text: string, language = ''): string {
  const inside = text.replace(CONTROL, '').replace(BACKTICKS, (run) => run.split('').join('\u200b'))
  return `\`\`\`${language}\n${inside}\n\`\`\``
}
