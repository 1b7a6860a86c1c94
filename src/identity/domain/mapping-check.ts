import { RE2JSException } from "re2js";
import { CloudError } from "#base/errors.ts";
import { mappingVersions, type Mapping, type MappingRemote } from "./mapping.ts";
import { mappingPattern } from "./mapping-pattern.ts";

/** Throws `invalid` for what the schema of a mapping cannot say: its version, and expressions that are none. */
export function mappingCheck({ rules, schemaVersion }: Mapping): void {
  if (!mappingVersions.some((version) => version === schemaVersion))
    throw new CloudError(
      "invalid",
      `Attribute mapping schema version '${schemaVersion}' is not one of ['${mappingVersions.join("', '")}']`,
    );
  for (const { local, remote } of rules) {
    for (const requirement of remote) checkExpressions(requirement);
    const named = local.flatMap(({ projects = [] }) => projects).find(({ domain }) => domain);
    if (named && schemaVersion === "1.0")
      throw new CloudError(
        "invalid",
        "Additional properties are not allowed ('domain' was unexpected): a project has one from schema version 2.0 on",
      );
  }
}

function checkExpressions(remote: MappingRemote): void {
  if (remote.regex !== true) return;
  const { any_one_of: any = [], not_any_of: none = [], blacklist = [], whitelist = [] } = remote;
  for (const expression of [...any, ...none, ...blacklist, ...whitelist]) {
    try {
      mappingPattern(expression);
    } catch (cause) {
      if (!(cause instanceof RE2JSException)) throw cause;
      throw new CloudError("invalid", `'${expression}' is not a 'regex': ${cause.message}`, { cause });
    }
  }
}
