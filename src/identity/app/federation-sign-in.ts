import type { Db } from "#db/index.ts";
import type { FederationProtocol, IdentityProvider } from "../domain/federation.ts";
import { mappingEvaluate, MappingFailure, type Mapped } from "../domain/mapping-evaluate.ts";
import type { Mapping, MappingUser } from "../domain/mapping.ts";
import { groupFind, groupList } from "../store/groups.ts";
import type { IdentityCtx } from "./context.ts";
import { forbidden, unauthenticated } from "./failures.ts";
import { shadowUserEnsure } from "./federated-user.ts";
import { protocolFetch } from "./federation-protocol.ts";
import { identityProviderFetch } from "./identity-provider.ts";
import { mappingFetch } from "./mapping.ts";
import { domainResolve, requireEnabled, userResolve, type SignedIn } from "./sign-in.ts";

type Attributes = ReadonlyMap<string, string>;

export interface FederatedWay {
  readonly providerId: string;
  readonly protocolId: string;
}

/**
 * Whoever the provider vouches for, by what its proxy said (`assertionReceive`). Throws `not-found` for a provider, protocol
 * or mapping that is not there, `forbidden` for one that is disabled or another's, else `unauthenticated`.
 */
export async function federatedSignIn(
  ctx: IdentityCtx,
  way: FederatedWay,
  attributes: Attributes,
): Promise<SignedIn> {
  const { db } = ctx.deps.database;
  const provider = await identityProviderFetch(db, way.providerId);
  if (!provider.enabled) throw forbidden(`Identity Provider ${provider.id} is disabled`);
  const protocol = await protocolFetch(db, provider.id, way.protocolId);
  requireProvider(ctx, { provider, protocol }, attributes);
  const mapped = evaluate(ctx, await mappingFetch(db, protocol.mappingId), attributes);
  const proof = { methods: [protocol.id], parent: undefined };
  if (mapped.user.type === "local") {
    const local = await localUser(ctx, mapped.user);
    return { ...proof, user: local, verified: local };
  }
  const groupIds = await groupIdsOf(ctx, mapped);
  const user = await shadowUserEnsure(ctx, { provider, protocol }, mapped);
  await requireEnabled(ctx, user);
  const federation = { providerId: provider.id, protocolId: protocol.id, groupIds };
  return { ...proof, user, verified: user, federation };
}

/** Where both say how, the assertion must be one of this provider's. */
function requireProvider(
  ctx: IdentityCtx,
  { provider, protocol }: { readonly provider: IdentityProvider; readonly protocol: FederationProtocol },
  attributes: Attributes,
): void {
  const own = protocol.remoteIdAttribute ?? "";
  const name = own === "" ? ctx.deps.federation?.remoteIdAttribute : own;
  if (name === undefined || provider.remoteIds.length === 0) return;
  const remoteId = attributes.get(name) ?? "";
  if (remoteId === "") throw unauthenticated(ctx, `the assertion has no ${name}`);
  if (provider.remoteIds.includes(remoteId)) return;
  throw forbidden("Incoming identity provider identifier not included among the accepted identifiers.");
}

function evaluate(ctx: IdentityCtx, mapping: Mapping, attributes: Attributes): Mapped {
  // As Keystone has it, one header has several values with semicolons between them.
  const assertion = new Map(
    [...attributes].map(([name, value]) => [name, value.split(";").filter((one) => one !== "")]),
  );
  try {
    return mappingEvaluate(mapping, assertion);
  } catch (error) {
    if (!(error instanceof MappingFailure)) throw error;
    throw unauthenticated(ctx, `mapping ${mapping.id}: ${error.message}`);
  }
}

async function localUser(ctx: IdentityCtx, { id, name, domain }: MappingUser) {
  const user = await userResolve(ctx.deps.database.db, { id, name, domain });
  if (!user) throw unauthenticated(ctx, "the mapping names a local user that is not there");
  await requireEnabled(ctx, user);
  return user;
}

/** A group that is named by its id must be there; one of a name that there is none of is left out, as in Keystone. */
async function groupIdsOf(ctx: IdentityCtx, mapped: Mapped): Promise<readonly string[]> {
  const { db } = ctx.deps.database;
  for (const id of mapped.groupIds) {
    if (!(await groupFind(db, id)))
      throw unauthenticated(ctx, `the mapping names group ${id}, which is not there`);
  }
  const named: string[] = [];
  for (const { name, domain } of mapped.groupNames) {
    const id = await groupIdByName(db, name, domain);
    if (id !== undefined) named.push(id);
    else ctx.log.info({ group: name }, "a mapping names a group that is not there");
  }
  return [...new Set([...mapped.groupIds, ...named])];
}

async function groupIdByName(
  db: Db,
  name: string,
  ref: Parameters<typeof domainResolve>[1],
): Promise<string | undefined> {
  const domain = await domainResolve(db, ref);
  const [group] = domain ? await groupList(db, { name, domainId: domain.id }) : [];
  return group?.id;
}
