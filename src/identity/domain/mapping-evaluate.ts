import type {
  MappingDomain,
  MappingGroup,
  MappingLocal,
  MappingProject,
  MappingRemote,
  MappingRule,
  MappingUser,
  Mapping,
} from "./mapping.ts";
import { mappingPattern } from "./mapping-pattern.ts";

/** What an identity provider says of somebody, by the attribute's name. */
export type Assertion = ReadonlyMap<string, readonly string[]>;

export interface MappedGroupName {
  readonly name: string;
  readonly domain: MappingDomain;
}

/** Whom the rules make of an assertion. */
export interface Mapped {
  readonly user: MappingUser;
  readonly groupIds: readonly string[];
  readonly groupNames: readonly MappedGroupName[];
  readonly projects: readonly MappingProject[];
}

/** The rules make nobody of an assertion, or ask for what it does not have. */
export class MappingFailure extends Error {}

/** Keystone's rules: each that the assertion meets adds what it says; the first user and the last projects count. Throws MappingFailure. */
export function mappingEvaluate({ rules, schemaVersion }: Mapping, assertion: Assertion): Mapped {
  const locals = rules.flatMap((rule) => applied(rule, assertion));
  const last = locals.at(-1);
  if (!last) throw new MappingFailure("Could not map any federated user properties to identity values.");
  const inheritsDomain = schemaVersion !== "1.0";
  const projects = locals.findLast((local) => local.projects !== undefined);
  const user = locals.find((local) => local.user !== undefined)?.user ?? {};
  const groups = locals.flatMap(({ group }) => (group ? [group] : []));
  return {
    user: inheritsDomain ? withDomain(user, last.domain) : user,
    groupIds: unique([
      ...groups.flatMap(({ id }) => (id === undefined ? [] : [id])),
      ...locals.flatMap(({ groupIds }) => groupIds),
    ]),
    groupNames: [...groups.flatMap(named), ...locals.flatMap(groupNamesOf)],
    projects: (projects?.projects ?? []).map((project) =>
      inheritsDomain ? withDomain(project, projects?.domain) : project,
    ),
  };
}

/** A `local` with the assertion's values in their places. */
interface Local {
  readonly user: MappingUser | undefined;
  readonly group: MappingGroup | undefined;
  readonly groups: readonly string[];
  readonly groupIds: readonly string[];
  readonly projects: readonly MappingProject[] | undefined;
  readonly domain: MappingDomain | undefined;
}

function applied({ local, remote }: MappingRule, assertion: Assertion): Local[] {
  const values: (readonly string[])[] = [];
  for (const requirement of remote) {
    const found = assertion.get(requirement.type) ?? [];
    if (found.length === 0) return [];
    const met = requirementMeet(requirement, found);
    if (met === undefined) return [];
    if (met !== "met") values.push(met);
  }
  return local.map((one) => filled(one, values));
}

/** Undefined: not met. Those that ask for values hand none on. */
function requirementMeet(
  remote: MappingRemote,
  found: readonly string[],
): readonly string[] | "met" | undefined {
  const { any_one_of: any, not_any_of: none, blacklist, whitelist, regex = false } = remote;
  if (any) return found.some(fitting(any, regex)) ? "met" : undefined;
  if (none) return found.some(fitting(none, regex)) ? undefined : "met";
  if (blacklist) {
    const refused = fitting(blacklist, regex);
    return found.filter((value) => !refused(value));
  }
  return whitelist ? found.filter(fitting(whitelist, regex)) : found;
}

function fitting(list: readonly string[], regex: boolean): (value: string) => boolean {
  if (!regex) return (value) => list.includes(value);
  const patterns = list.map(mappingPattern);
  return (value) => patterns.some((fits) => fits(value));
}

type Values = readonly (readonly string[])[];

function filled(local: MappingLocal, values: Values): Local {
  const { user, group, projects, domain } = local;
  return {
    user: user && (replaced(user, values) as MappingUser),
    group: group && (replaced(group, values) as MappingGroup),
    groups: listOf(local.groups, values),
    groupIds: listOf(local.group_ids, values),
    projects: projects && (replaced(projects, values) as readonly MappingProject[]),
    domain: domain && (replaced(domain, values) as MappingDomain),
  };
}

/** The same with `{n}` replaced in every text. */
function replaced(value: unknown, values: Values): unknown {
  if (typeof value === "string") return textOf(value, values);
  if (Array.isArray(value)) return value.map((inner) => replaced(inner, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, values)]));
}

const place = /\{(\d+)\}/gu;

/** A place in a text is for one value: several, or none, are nobody's name. */
function textOf(text: string, values: Values): string {
  return text.replaceAll(place, (_place, index: string) => {
    const [only, ...more] = valuesAt(values, Number(index));
    if (only === undefined || more.length > 0)
      throw new MappingFailure(
        `{${index}} in "${text}" stands for ${more.length === 0 ? "no" : "several"} values.`,
      );
    return only;
  });
}

/** `{0}` alone is a list of all its values. */
function listOf(text: string | undefined, values: Values): readonly string[] {
  if (text === undefined) return [];
  const [, index] = /^\{(\d+)\}$/u.exec(text.trim()) ?? [];
  return index === undefined ? [textOf(text, values)] : valuesAt(values, Number(index));
}

function valuesAt(values: Values, index: number): readonly string[] {
  const found = values[index];
  if (found) return found;
  throw new MappingFailure(`The mapping refers to a remote match that doesn't exist: {${index}}.`);
}

function groupNamesOf({ groups, domain }: Local): readonly MappedGroupName[] {
  if (groups.length === 0) return [];
  if (!domain)
    throw new MappingFailure("Invalid rule. Both 'groups' and 'domain' keywords must be specified.");
  return groups.map((name) => ({ name, domain }));
}

function named({ name, domain }: MappingGroup): readonly MappedGroupName[] {
  return name === undefined || !domain ? [] : [{ name, domain }];
}

function withDomain<T extends { readonly domain?: MappingDomain }>(
  thing: T,
  domain: MappingDomain | undefined,
): T {
  return thing.domain || !domain ? thing : { ...thing, domain };
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
