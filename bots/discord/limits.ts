// Every limit that Discord sets, in one table, and the few that are ours; sources are Discord's API reference.

/** What Discord refuses to exceed. Lengths are UTF-16 units. */
export const DISCORD = {
  /** Of all components of one message, nested ones counted. */
  componentsPerMessage: 40,
  /** Of all text displays of one message together. */
  textPerMessage: 4000,
  buttonsPerRow: 5,
  buttonLabel: 80,
  customId: 100,
  autocompleteChoices: 25,
  choiceName: 100,
  choiceText: 100,
  commandName: 32,
  description: 100,
  optionsPerCommand: 25,
  stringOption: 6000,
  modalInputs: 5,
  modalTitle: 45,
  inputLabel: 45,
  inputDescription: 100,
  inputPlaceholder: 100,
  selectOptions: 25,
  selectOptionText: 100,
  filesPerMessage: 10,
  /** Bots may not post larger files in a server without boosts. */
  fileBytes: 10 * 1024 * 1024,
  /** A token of an interaction works this long after the interaction. */
  interactionMs: 15 * 60 * 1000,
} as const

/** One text display: several fit a message, so that a long answer is cut between its parts, not inside. */
export const TEXT_PIECE = 1900

/** A longer answer floods a channel; the rest is asked for. */
export const MAX_MESSAGES = 5

/** Rows of buttons below an answer. */
export const MAX_BUTTON_ROWS = 3

/** Five edits in five seconds are allowed in a channel; people there need some of them too. */
export const EDIT_INTERVAL_MS = 1500

/** Most answers are there by then, and one message is kinder than a message that changes. */
export const INTERIM_AFTER_MS = 1000

/** Discord gives up on an interaction after three seconds; two of them are left for the way there. */
export const ACKNOWLEDGE_AFTER_MS = 1000

/** Discord shows "is typing" for ten seconds. */
export const TYPING_INTERVAL_MS = 8000
