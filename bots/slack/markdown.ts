// Our small markdown in Slack's two notations, with everything that Slack would act on made harmless.

const AMPERSAND = /&/g
const LESS = /</g
const GREATER = />/g
const BOLD = /\*\*(.+?)\*\*/g
const ESCAPED = /\\([\\`*_])/g
/** Marks that mean something in mrkdwn but stand for themselves in our text. */
const TILDE = /~/g

/** `<!channel>` and `<@U1>` in a model's title or a file's name must not call anybody. */
export function escapeSlack(text: string): string {
  return text.replace(AMPERSAND, '&amp;').replace(LESS, '&lt;').replace(GREATER, '&gt;')
}

/** For `markdown` blocks and streams, which read standard markdown: ours is a part of it. */
export function toMarkdown(text: string): string {
  return escapeSlack(text)
}

/** For section and context texts, which read mrkdwn: `*bold*`, and no backslashes. */
export function toMrkdwn(text: string): string {
  return escapeSlack(text).replace(TILDE, '∼').replace(BOLD, '*$1*').replace(ESCAPED, '$1')
}

/** What a person typed, as they meant it: entities back to characters, our own mention taken off. */
export function fromSlackText(text: string, botUserId: string | null): string {
  const mention = botUserId === null ? null : `<@${botUserId}>`
  const withoutMention = mention === null ? text : text.replaceAll(mention, ' ')
  return withoutMention
    .replace(LINK, (_, target: string, label: string | undefined) => label ?? target)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(SPACES, ' ')
    .trim()
}

/** Only what has a scheme: `<blank>` is a word that somebody wrote. */
const LINK = /<([a-z][a-z0-9+.-]*:[^|>]+)(?:\|([^>]*))?>/gi
const SPACES = /[ \t]{2,}/g
