import { operation } from "#http/index.ts";
import { catalogOfToken } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { assertionReceive } from "../../app/federation-proxy.ts";
import { federatedSignIn } from "../../app/federation-sign-in.ts";
import { tokenIssue } from "../../app/token.ts";
import { issuedReply, receiptReply } from "../auth/token-issue.ts";
import { pathParam } from "../input.ts";

/** For the proxy that did the sign-in: its headers say whose it was. GET or POST, as browsers and clients are sent here. */
export const protocolAuth = operation({
  status: 201,
  handle: async (ctx: IdentityCtx, { params, headers }) => {
    const attributes = assertionReceive(ctx, headers);
    const way = { providerId: pathParam(params, "idp_id"), protocolId: pathParam(params, "protocol_id") };
    const signedIn = await federatedSignIn(ctx, way, attributes);
    const issued = await tokenIssue(ctx, signedIn, { scope: { kind: "default" } });
    if ("required" in issued) return receiptReply(issued);
    return issuedReply(issued, await catalogOfToken(ctx, issued.token));
  },
});
