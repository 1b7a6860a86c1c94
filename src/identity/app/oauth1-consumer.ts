import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import { Secret } from "#base/secret.ts";
import type { Db } from "#db/index.ts";
import type { Consumer } from "../domain/oauth1.ts";
import type { Extra } from "../domain/resources.ts";
import { sealedContext } from "../domain/sealed-context.ts";
import {
  consumerDelete as rowDelete,
  consumerFind,
  consumerInsert,
  consumerList as rowList,
  consumerUpdate as rowUpdate,
} from "../store/oauth1-consumers.ts";
import type { IdentityCtx } from "./context.ts";
import { textOpen, textSeal } from "./text-box.ts";

export interface ConsumerChange {
  readonly description?: string | undefined;
  readonly extra: Extra;
}

export async function consumerFetch(db: Db, id: string): Promise<Consumer> {
  const consumer = await consumerFind(db, id);
  if (!consumer) throw new CloudError("not-found", "Consumer not found");
  return consumer;
}

export function consumerList(ctx: IdentityCtx): Promise<Consumer[]> {
  return rowList(ctx.deps.database.db);
}

/** The answer alone has the secret. */
export async function consumerCreate(
  ctx: IdentityCtx,
  input: ConsumerChange,
): Promise<{ readonly consumer: Consumer; readonly secret: Secret<string> }> {
  const [id, secret] = [newHexId(), new Secret(newHexId())];
  const sealed = await textSeal(ctx.deps.box, secret.expose(), sealedContext.consumer(id));
  const { description, extra } = input;
  const consumer = await ctx.deps.database.transaction(async (tx) => {
    const made = { id, secretBox: await sealed.text(tx), description, extra };
    await consumerInsert(tx, made);
    return made;
  });
  return { consumer, secret };
}

export async function consumerUpdate(
  ctx: IdentityCtx,
  id: string,
  change: ConsumerChange,
): Promise<Consumer> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await consumerFetch(tx, id);
    const description = change.description ?? old.description;
    const consumer = { ...old, description, extra: { ...old.extra, ...change.extra } };
    await rowUpdate(tx, consumer);
    return consumer;
  });
}

/** With what users authorized it to, and the tokens got by that. */
export async function consumerDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await consumerFetch(tx, id);
    await rowDelete(tx, id);
  });
}

export async function consumerSecret(ctx: IdentityCtx, { id, secretBox }: Consumer): Promise<string> {
  return textOpen(ctx.deps.box, secretBox, sealedContext.consumer(id));
}
