import { providerShow } from "../../app/provider.ts";
import type { RequestCtx } from "../../deps.ts";

/** 404 for a provider that is not there, whatever the body is. */
export function providerFirst(ctx: RequestCtx, params: Readonly<Record<string, string>>): Promise<unknown> {
  return providerShow(ctx, params["uuid"] ?? "");
}
