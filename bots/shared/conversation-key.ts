// Which conversation a message belongs to, and who said it, from a platform's own verified ids.

export interface Place {
  readonly platform: 'slack' | 'discord'
  /** Team or guild; `dm` where the platform has none. */
  readonly workspace: string
  readonly channel: string
  /** The thread inside the channel, or null for the channel itself. */
  readonly thread: string | null
}

/**
 * The agent's conversation id: one for each person in each thread, so that two people in one channel never share a
 * memory, and a "yes" can only answer what was put to the one who says it.
 */
export function conversationKey(place: Place, user: string): string {
  const { platform, workspace, channel, thread } = place
  return [platform, workspace, channel, thread ?? 'channel', user].join(':')
}
