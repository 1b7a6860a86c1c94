/** A source of resources: here a compute host, or a part of one. */
export interface Provider {
  readonly uuid: string;
  readonly name: string;
  /** Grows with each change of the provider, its inventories, traits, allocations: the clients' optimistic lock. */
  readonly generation: number;
  readonly parentUuid: string | undefined;
  readonly rootUuid: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** `uuid` and what lies under it, of the providers of one tree. */
export function subtreeOf(uuid: string, tree: readonly Provider[]): Set<string> {
  const found = new Set([uuid]);
  let before = 0;
  while (found.size > before) {
    before = found.size;
    for (const { uuid: child, parentUuid } of tree) {
      if (parentUuid !== undefined && found.has(parentUuid)) found.add(child);
    }
  }
  return found;
}
