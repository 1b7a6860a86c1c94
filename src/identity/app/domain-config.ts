import { CloudError } from "#base/errors.ts";
import type { Db, Tx } from "#db/index.ts";
import type { Sealed } from "#key-manager/index.ts";
import {
  configDefaults,
  configInvalid,
  configOptionSecret,
  configParse,
  configPartOf,
  configPartRequire,
  type ConfigPart,
  type DomainConfig,
} from "../domain/domain-config.ts";
import { defaultDomainId } from "../domain/resources.ts";
import { sealedContext } from "../domain/sealed-context.ts";
import {
  configOptionDelete,
  configOptionEnsure,
  configOptionList,
  type StoredOption,
} from "../store/domain-config.ts";
import type { IdentityCtx } from "./context.ts";
import { domainFetch } from "./domain.ts";
import { textSeal } from "./text-box.ts";

// The cloud keeps these options for whoever asks; it has no LDAP driver that would act on them.

/** Without the options that are secrets. */
export async function configFetch(ctx: IdentityCtx, domainId: string, part: ConfigPart): Promise<object> {
  const { db } = ctx.deps.database;
  await domainFetch(db, domainId);
  configPartRequire(part);
  const found = configPartOf(shown(await configOptionList(db, domainId)), part);
  if (!found) throw notThere(domainId, part);
  return found;
}

export function configDefault(part: ConfigPart): object {
  configPartRequire(part);
  const found = configPartOf(configDefaults, part);
  if (found) return found;
  const { group = "", option = "" } = part;
  throw configInvalid(`Reading the default for option ${option} in group ${group} is not supported`);
}

/** The rule for passwords, which the users of the default domain may know. There is none. */
export function configSecurityCompliance(domainId: string, option: string | undefined): object {
  if (domainId !== defaultDomainId)
    throw configInvalid(
      "Reading security compliance information for any domain other than the default domain is not allowed or supported",
    );
  const readable = { password_regex: null, password_regex_description: null };
  const found = configPartOf({ security_compliance: readable }, { group: "security_compliance", option });
  if (found) return found;
  throw configInvalid(
    "Reading security compliance values other than password_regex and password_regex_description is not allowed",
  );
}

/** In place of whatever the domain had. */
export async function configReplace(
  ctx: IdentityCtx,
  domainId: string,
  body: unknown,
): Promise<{ readonly config: object; readonly made: boolean }> {
  await domainFetch(ctx.deps.database.db, domainId);
  const given = await optionsOf(ctx, domainId, configParse(body));
  return ctx.deps.database.transaction(async (tx) => {
    const options = await given(tx);
    const old = await configOptionList(tx, domainId);
    await configOptionDelete(tx, domainId, {});
    await configOptionEnsure(tx, domainId, options);
    return { config: shown(options), made: old.length === 0 };
  });
}

/** Adds to what the domain has; a part that is named must be there already, and the body be of it alone. */
export async function configUpdate(
  ctx: IdentityCtx,
  domainId: string,
  input: { readonly part: ConfigPart; readonly body: unknown },
): Promise<object> {
  const { part, body } = input;
  const { group, option } = part;
  await domainFetch(ctx.deps.database.db, domainId);
  const config = configParse(group !== undefined && option !== undefined ? { [group]: body } : body);
  configPartRequire(part);
  refuseOthers(config, part);
  const given = await optionsOf(ctx, domainId, config);
  return ctx.deps.database.transaction(async (tx) => {
    await requirePart(tx, domainId, part);
    await configOptionEnsure(tx, domainId, await given(tx));
    return shown(await configOptionList(tx, domainId));
  });
}

export async function configDelete(ctx: IdentityCtx, domainId: string, part: ConfigPart): Promise<void> {
  configPartRequire(part);
  await ctx.deps.database.transaction(async (tx) => {
    await domainFetch(tx, domainId);
    await requirePart(tx, domainId, part);
    await configOptionDelete(tx, domainId, part);
  });
}

function refuseOthers(config: DomainConfig, { group, option }: ConfigPart): void {
  if (group === undefined) return;
  const [first, second] = Object.keys(config);
  if (first !== group || second !== undefined)
    throw configInvalid(`Trying to update group ${group}, so that, and only that, group must be specified`);
  const options = Object.keys(config[group] ?? {});
  if (option !== undefined && (options.length !== 1 || options[0] !== option))
    throw configInvalid(
      `Trying to update option ${option}, so that, and only that, option must be specified`,
    );
}

async function requirePart(db: Db, domainId: string, { group, option }: ConfigPart): Promise<void> {
  if (group === undefined) return;
  const fits = (one: StoredOption): boolean =>
    one.group === group && (option === undefined || one.option === option);
  if (!(await configOptionList(db, domainId)).some(fits)) throw notThere(domainId, { group, option });
}

/** As they are stored, in the transaction that does. */
async function optionsOf(
  ctx: IdentityCtx,
  domainId: string,
  config: DomainConfig,
): Promise<(tx: Tx) => Promise<StoredOption[]>> {
  const listed: (Omit<StoredOption, "value"> & { readonly value: string | Sealed })[] = [];
  for (const [group, options] of Object.entries(config)) {
    for (const [option, given] of Object.entries(options)) {
      const json = JSON.stringify(given);
      const context = sealedContext.domainConfig(domainId, group, option);
      const secret = configOptionSecret(group, option);
      const value = secret ? await textSeal(ctx.deps.box, json, context) : json;
      listed.push({ group, option, value });
    }
  }
  return (tx) =>
    Promise.all(
      listed.map(async ({ value, ...at }) => ({
        ...at,
        value: typeof value === "string" ? value : await value.text(tx),
      })),
    );
}

function shown(options: readonly StoredOption[]): DomainConfig {
  const config: Record<string, Record<string, unknown>> = {};
  for (const { group, option, value } of options) {
    if (configOptionSecret(group, option)) continue;
    config[group] = { ...config[group], [option]: JSON.parse(value) as unknown };
  }
  return config;
}

function notThere(domainId: string, { group, option }: ConfigPart): CloudError {
  const ofGroup = group === undefined ? "any options" : `group ${group}`;
  const what = option === undefined ? ofGroup : `option ${option} in group ${group}`;
  return new CloudError(
    "not-found",
    `Could not find ${what} in domain configuration for domain ${domainId}.`,
  );
}
