import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import {
  defaultDomainConfig,
  domainConfigRequire,
  optionPathName,
  optionPathRequire,
  type DomainConfig,
  type OptionPath,
} from "../domain/domain-config.ts";
import { domainOptionDelete, domainOptionList, domainOptionSet } from "../store/domain-options.ts";
import type { IdentityCtx } from "./context.ts";
import { domainFetch } from "./domain.ts";

/*
 * Keystone's options of one domain are kept and shown, and as in a Keystone without
 * `domain_specific_drivers_enabled` nothing reads them: the users of every domain are in this database.
 */

/** What holds where a domain has no options of its own. */
export function domainConfigDefault(path: OptionPath): object {
  optionPathRequire(path);
  return shownAt(path, defaultDomainConfig);
}

export async function domainConfigFetch(
  ctx: IdentityCtx,
  domainId: string,
  path: OptionPath,
): Promise<object> {
  const { db } = ctx.deps.database;
  await domainFetch(db, domainId);
  optionPathRequire(path);
  return shownAt(path, await requireOptions(db, domainId, path));
}

/** In place of the options that there are. True when there were some. */
export async function domainConfigCreate(
  ctx: IdentityCtx,
  domainId: string,
  config: DomainConfig,
): Promise<boolean> {
  domainConfigRequire(config);
  return ctx.deps.database.transaction(async (tx) => {
    await domainFetch(tx, domainId);
    const old = await domainOptionList(tx, domainId);
    await domainOptionDelete(tx, domainId);
    await domainOptionSet(tx, domainId, config);
    return Object.keys(old).length > 0;
  });
}

/** Answers all options of the domain. A group or option that is named must be there already. */
export async function domainConfigUpdate(
  ctx: IdentityCtx,
  domainId: string,
  path: OptionPath,
  config: DomainConfig,
): Promise<DomainConfig> {
  domainConfigRequire(config, path);
  return ctx.deps.database.transaction(async (tx) => {
    await domainFetch(tx, domainId);
    if (path.group !== undefined) await requireOptions(tx, domainId, path);
    await domainOptionSet(tx, domainId, config);
    return domainOptionList(tx, domainId);
  });
}

export async function domainConfigDelete(
  ctx: IdentityCtx,
  domainId: string,
  path: OptionPath,
): Promise<void> {
  optionPathRequire(path);
  await ctx.deps.database.transaction(async (tx) => {
    await domainFetch(tx, domainId);
    if (path.group !== undefined) await requireOptions(tx, domainId, path);
    await domainOptionDelete(tx, domainId, path);
  });
}

async function requireOptions(db: Db, domainId: string, path: OptionPath): Promise<DomainConfig> {
  const found = await domainOptionList(db, domainId, path);
  if (Object.keys(found).length > 0) return found;
  throw new CloudError(
    "not-found",
    `Could not find ${optionPathName(path)} in domain configuration for domain ${domainId}.`,
  );
}

/** One option is shown without its group. */
function shownAt({ group, option }: OptionPath, config: DomainConfig): object {
  if (group === undefined) return config;
  const options = config[group] ?? {};
  return option === undefined ? { [group]: options } : { [option]: options[option] };
}
