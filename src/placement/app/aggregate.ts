import type { PlacementCtx } from "../deps.ts";
import type { Provider } from "../domain/provider.ts";
import { aggregateListOf, aggregatesReplace } from "../store/aggregates.ts";
import { providersMark } from "../store/changed.ts";
import { providerFetch, providerFetchAt, providerTouch } from "./provider.ts";

export interface ProviderAggregates {
  readonly provider: Provider;
  readonly aggregates: readonly string[];
}

export async function aggregatesShow(ctx: PlacementCtx, uuid: string): Promise<ProviderAggregates> {
  const { db } = ctx.deps.database;
  const provider = await providerFetch(db, uuid);
  return { provider, aggregates: await aggregateListOf(db, provider.uuid) };
}

/** Below 1.19 no generation is given, compared or counted. The names are kept and answered as they were written: with or without dashes. */
export async function aggregatesSet(
  ctx: PlacementCtx,
  uuid: string,
  wanted: { readonly aggregates: readonly string[]; readonly generation: number | undefined },
): Promise<ProviderAggregates> {
  const { aggregates } = wanted;
  return ctx.deps.database.transaction(async (tx) => {
    if (wanted.generation === undefined) {
      const provider = await providerFetch(tx, uuid);
      await aggregatesReplace(tx, provider.uuid, aggregates);
      await providersMark(tx, [provider.uuid]);
      return { provider, aggregates };
    }
    const stale =
      "Resource provider's generation already changed. Please update the generation and try again.";
    const provider = await providerFetchAt(tx, uuid, wanted.generation, stale);
    await aggregatesReplace(tx, provider.uuid, aggregates);
    return { provider: await providerTouch(tx, provider, ctx.deps.clock.now()), aggregates };
  });
}
