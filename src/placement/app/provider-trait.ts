import type { PlacementCtx } from "../deps.ts";
import { badRequest } from "../domain/errors.ts";
import { isCustomName } from "../domain/names.ts";
import type { Provider } from "../domain/provider.ts";
import { providerTraitDelete, providerTraitInsert, providerTraitList } from "../store/provider-traits.ts";
import { providerFetch, providerFetchAt, providerTouch } from "./provider.ts";
import { traitsMissing } from "./trait.ts";

export interface ProviderTraits {
  readonly provider: Provider;
  readonly traits: readonly string[];
}

function standardFirst(left: string, right: string): number {
  return Number(isCustomName(left)) - Number(isCustomName(right)) || (left < right ? -1 : 1);
}

export async function providerTraitsShow(ctx: PlacementCtx, uuid: string): Promise<ProviderTraits> {
  const { db } = ctx.deps.database;
  const provider = await providerFetch(db, uuid);
  const rows = await providerTraitList(db, [provider.uuid]);
  return { provider, traits: rows.map((row) => row.trait) };
}

/** Without a generation (DELETE) nothing is compared. A set that changes nothing counts as no change. */
export async function providerTraitsSet(
  ctx: PlacementCtx,
  uuid: string,
  wanted: { readonly traits: readonly string[]; readonly generation: number | undefined },
): Promise<ProviderTraits> {
  const nowMs = ctx.deps.clock.now();
  return ctx.deps.database.transaction(async (tx) => {
    const stale =
      "Resource provider's generation already changed. Please update the generation and try again.";
    const provider =
      wanted.generation === undefined
        ? await providerFetch(tx, uuid)
        : await providerFetchAt(tx, uuid, wanted.generation, stale);
    const missing = await traitsMissing(tx, wanted.traits);
    if (missing.length > 0) throw badRequest(`No such trait ${missing.join(", ")}`);
    const rows = await providerTraitList(tx, [provider.uuid]);
    const [had, traits] = [
      new Set(rows.map((row) => row.trait)),
      [...new Set(wanted.traits)].sort(standardFirst),
    ];
    const gone = [...had].filter((trait) => !traits.includes(trait));
    const added = traits.filter((trait) => !had.has(trait));
    if (gone.length === 0 && added.length === 0) return { provider, traits };
    await providerTraitDelete(tx, provider.uuid, gone);
    for (const trait of added) {
      await providerTraitInsert(tx, { provider_uuid: provider.uuid, trait, from_host: 0, created_at: nowMs });
    }
    return { provider: await providerTouch(tx, provider, nowMs), traits };
  });
}
