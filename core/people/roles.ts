// The roles a person can have, in order, and the strongest of several.

/** From the one who may least: a viewer reads and predicts, a deployer changes, an admin deletes and gives keys. */
export const ROLES = ['viewer', 'deployer', 'admin'] as const

export type Role = (typeof ROLES)[number]

/** 0 for a viewer; a role may do whatever a lower one may. */
export function rankOf(role: Role): number {
  return ROLES.indexOf(role)
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text)
}
