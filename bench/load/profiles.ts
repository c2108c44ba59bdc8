// How many connections a load has at each moment of its run.

export const PROFILE_NAMES = ['ramp', 'soak', 'spike'] as const
export type ProfileName = (typeof PROFILE_NAMES)[number]

export interface Profile {
  readonly title: string
  /** Connections by the share of the run that is over, 0 to 1. */
  readonly connections: (share: number, most: number) => number
}

/** A spike is short and an eighth of it stays before and behind, so that the way back shows. */
const SPIKE_FROM = 0.4
const SPIKE_TO = 0.6
const QUIET_SHARE = 1 / 8
const RAMP_STEPS = 8

export const PROFILES = {
  ramp: {
    title: 'Ramp: more connections step by step',
    connections: (share, most) =>
      Math.max(1, Math.round((most * (Math.floor(share * RAMP_STEPS) + 1)) / RAMP_STEPS)),
  },
  soak: { title: 'Soak: the same load all the time', connections: (_share, most) => most },
  spike: {
    title: 'Spike: eight times as many connections for a fifth of the time',
    connections: (share, most) =>
      share >= SPIKE_FROM && share < SPIKE_TO ? most : Math.max(1, Math.round(most * QUIET_SHARE)),
  },
} as const satisfies Record<ProfileName, Profile>
