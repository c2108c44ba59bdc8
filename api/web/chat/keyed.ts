// Keys for lists whose items have no identity but their place: parts of a finished answer never change their order.

export interface Keyed<T> {
  readonly key: string
  readonly item: T
}

export function keyed<T>(items: readonly T[]): readonly Keyed<T>[] {
  return items.map((item, place) => ({ item, key: String(place) }))
}
