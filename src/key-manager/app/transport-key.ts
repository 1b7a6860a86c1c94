import { CloudError } from "#base/errors.ts";
import { isUuid4, newUuid } from "#base/ids.ts";
import type { Listed, Page } from "../domain/page.ts";
import type { TransportKey } from "../domain/transport-key.ts";
import {
  transportKeyDelete as rowDelete,
  transportKeyFind,
  transportKeyInsert,
  transportKeyList as rowList,
} from "../store/transport-keys.ts";
import type { KeyManagerCtx } from "./deps.ts";

export async function transportKeyCreate(
  ctx: KeyManagerCtx,
  given: Pick<TransportKey, "pluginName" | "transportKey">,
): Promise<TransportKey> {
  const key = { ...given, id: newUuid(), createdAt: ctx.clock.now() };
  await ctx.deps.database.transaction((tx) => transportKeyInsert(tx, key));
  return key;
}

export async function transportKeyFetch(ctx: KeyManagerCtx, id: string): Promise<TransportKey> {
  const key = await transportKeyFind(ctx.deps.database.db, idParse(id));
  if (!key) throw notFound();
  return key;
}

export function transportKeyList(
  ctx: KeyManagerCtx,
  pluginName: string | undefined,
  page: Page,
): Promise<Listed<TransportKey>> {
  return rowList(ctx.deps.database.db, pluginName, page);
}

export async function transportKeyDelete(ctx: KeyManagerCtx, text: string): Promise<void> {
  const id = idParse(text);
  if (!(await ctx.deps.database.transaction((tx) => rowDelete(tx, id)))) throw notFound();
}

function idParse(text: string): string {
  if (isUuid4(text)) return text;
  throw new CloudError("not-found", "Not Found. Provided transport key id is invalid.");
}

function notFound(): CloudError {
  return new CloudError("not-found", "Not Found. Transport Key not found.");
}
