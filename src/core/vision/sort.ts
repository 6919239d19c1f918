/** The order of an estate's photos by what the caller says about them (scoring-api.md section 7.2). No picture is read. */

export interface SortItem {
  /** Whatever the caller calls the picture; repeats are fine. */
  identifier: string
  /** Compared to the letter; need not be one of the 23. */
  label: string
  /** Finite. */
  score: number
}

export interface SortOptions {
  /** Labels that come first, in this order; those that no item has are ignored. */
  preferences: readonly string[]
  /** How many labels show their best picture at the top. */
  amount: number
  /** Labels that are not shown at the top. */
  blacklist: readonly string[]
  /** Tells of each label's items, the best first, which show what an earlier one of them shows: these go behind the others. */
  copiesIn?: (items: readonly SortItem[]) => readonly boolean[]
}

export interface SortedItem extends SortItem {
  top: boolean
}

/** Every item once: the best of each of the first labels, then room by room. O(n log n). */
export function sortItems(items: readonly SortItem[], options: SortOptions): SortedItem[] {
  const groups = inOrder(groupsOf(items, options.copiesIn), options.preferences)
  const blacklist = new Set(options.blacklist)
  const shown = groups.filter(([label]) => !blacklist.has(label)).slice(0, options.amount)
  const top = shown.flatMap(([, group]) => group.slice(0, 1))
  const used = new Set(top)
  const rest = groups.flatMap(([, group]) => group.filter((item) => !used.has(item)))
  return [...top.map((item) => ({ ...item, top: true })), ...rest.map((item) => ({ ...item, top: false }))]
}

type Group = readonly [label: string, items: readonly SortItem[]]

/** By label in the order of first appearance; inside by score, equals as they came. */
function groupsOf(items: readonly SortItem[], copiesIn: SortOptions['copiesIn']): Group[] {
  const groups = new Map<string, SortItem[]>()
  for (const item of items) {
    const group = groups.get(item.label)
    // A copy: the same object may stand in the list twice, and yet both are items.
    if (group === undefined) groups.set(item.label, [{ ...item }])
    else group.push({ ...item })
  }
  return [...groups].map(([label, group]) => {
    group.sort((one, other) => other.score - one.score)
    return [label, copiesIn === undefined ? group : copiesLast(group, copiesIn(group))]
  })
}

function copiesLast(group: readonly SortItem[], isCopy: readonly boolean[]): SortItem[] {
  return [...group.filter((_, place) => !isCopy[place]), ...group.filter((_, place) => isCopy[place])]
}

/** Preferred labels as preferred, the others by the score of their best item; equals by first appearance. */
function inOrder(groups: readonly Group[], preferences: readonly string[]): Group[] {
  const places = new Map(preferences.map((label, place) => [label, place]))
  const best = ([, [first]]: Group) => first?.score ?? 0
  return groups.toSorted((one, other) => {
    const [place = Infinity, otherPlace = Infinity] = [places.get(one[0]), places.get(other[0])]
    return place === otherPlace ? best(other) - best(one) : place - otherPlace
  })
}
