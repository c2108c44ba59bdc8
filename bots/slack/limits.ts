// Slack's published limits, in one table; the renderer cuts to them and the tests hold every request against them.

export const SLACK_LIMITS = {
  /** https://docs.slack.dev/reference/block-kit/blocks */
  blocksInMessage: 50,
  blocksInView: 100,
  blockId: 255,
  markdownText: 12_000,
  sectionText: 3_000,
  sectionFields: 10,
  sectionField: 2_000,
  headerText: 150,
  contextElements: 10,
  actionElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  actionId: 255,
  linkUrl: 3_000,
  /** Data rows beside the header. */
  tableRows: 100,
  tableColumns: 20,
  /** All cells of one message's tables together. */
  tableCharacters: 10_000,
  /** `text` of a message; longer ones are cut by Slack itself. */
  messageText: 4_000,
  /** One call of a stream. */
  streamText: 12_000,
  selectOptions: 100,
  optionText: 75,
  inputLabel: 2_000,
  placeholder: 150,
  viewTitle: 24,
  privateMetadata: 3_000,
  suggestedPrompts: 4,
} as const

/** A stream dies after about five minutes; before that the text goes on in a new one. */
export const STREAM_LIFETIME_MS = 4 * 60 * 1000

/** Characters in one streamed message before a new one is begun: far below what Slack has been seen to cut. */
export const STREAM_CHARACTERS = 24_000

/** One append a second stays inside the tier of chat.appendStream for several people at once. */
export const STREAM_INTERVAL_MS = 1_000

/** What was typed into a form is checked in the form itself while it takes no longer than this. */
export const FORM_CHECK_MS = 1_500

/** Slack gives up on an answer after three seconds and sends the event again. */
export const ACKNOWLEDGE_MS = 2_500
