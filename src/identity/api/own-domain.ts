import type { IdentityCtx } from "../app/context.ts";

/** With a token for a domain Keystone's lists show what is in that domain, whatever the caller's roles. */
export function inOwnDomain({ caller }: IdentityCtx): (item: { readonly domainId: string }) => boolean {
  const { domainId } = caller;
  return domainId === undefined ? () => true : (item) => item.domainId === domainId;
}
