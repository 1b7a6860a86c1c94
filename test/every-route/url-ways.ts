import type { Fixtures } from "./fixtures.ts";
import { requestOfAdmin } from "./good-request.ts";
import { pathOf } from "./path-parameters.ts";
import { isFirstOfPath, isFirstOfUrl, versionOf, type Request, type Row } from "./rows.ts";
import type { Probe, Way } from "./walk.ts";

export const unknownMicroversion: Way = {
  name: "unknown microversion",
  probes: (row, fixtures) => {
    const range = row.service.microversions;
    if (!range || !isFirstOfUrl(row)) return [];
    const good = requestOfAdmin(row, fixtures);
    const { legacyHeader: legacy } = range;
    const asked = (version: string): Request => ({ ...good, version });
    const askedAsOld = (version: string): Request[] =>
      legacy === undefined
        ? []
        : [{ ...good, version: undefined, headers: { ...good.headers, [legacy]: version } }];
    const newer = `${versionOf(range.min).major}.999`;
    return [
      ...[asked(newer), ...askedAsOld("99.0")].map((request) => ({ request, expect: 406 })),
      ...[asked("two"), ...askedAsOld("two")].map((request) => ({ request, expect: 400 })),
    ];
  },
};

/** A URL is not there at a microversion that has none of its rows. */
export const otherMicroversion: Way = {
  name: "microversion before and after the route's",
  probes: (row, fixtures) => {
    const range = row.service.microversions;
    if (!range) return [];
    const twins = twinsOf(row).filter(({ method }) => method === row.route.method);
    const [min, max] = [versionOf(range.min), versionOf(range.max)];
    const before = Math.min(...twins.map(({ since }) => versionOf(since ?? range.min).minor)) - 1;
    const after = Math.max(...twins.map(({ until }) => versionOf(until ?? range.max).minor)) + 1;
    const request = requestOfAdmin(row, fixtures);
    return [before, after]
      .filter((minor) => minor >= min.minor && minor <= max.minor)
      .map((minor) => ({ request: { ...request, version: `${min.major}.${minor}` }, expect: 404 }));
  },
};

/** No name has a U+0000, which PostgreSQL cannot even compare with one. */
export const impossibleName: Way = {
  name: "U+0000 in the path",
  probes: (row, fixtures) => {
    const last = row.route.path.split("/").findLastIndex((part) => part.startsWith(":"));
    if (last === -1) return [];
    const path = pathOf(row, fixtures).path.split("/").with(last, "a%00b").join("/");
    return [{ request: { ...requestOfAdmin(row, fixtures), url: row.service.prefix + path }, expect: 404 }];
  },
};

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** 405 and what is allowed; without a token nothing is said of it, but by Keystone. */
export const otherMethod: Way = {
  name: "method that the path does not have",
  probes: (row, fixtures) => {
    if (!isFirstOfPath(row)) return [];
    const allowed = new Set(twinsOf(row).map(({ method }) => method));
    const url = row.service.prefix + pathOf(row, fixtures).path;
    return methods
      .filter((method) => !allowed.has(method))
      .flatMap((method) => refusedUrl(row, fixtures, { method, url }, 405));
  },
};

/** The same below each path. */
export const otherPath: Way = {
  name: "path that is not there",
  probes: (row, fixtures) => {
    if (!isFirstOfPath(row)) return [];
    const { method } = row.route;
    const url = `${row.service.prefix}${pathOf(row, fixtures).path}/no/such/path`;
    return refusedUrl(row, fixtures, { method, url }, 404);
  },
};

function refusedUrl(
  row: Row,
  { tokens }: Fixtures,
  request: Pick<Request, "method" | "url">,
  status: 404 | 405,
): Probe[] {
  const asked = { ...request, version: row.newest };
  return [
    { what: request.method, request: asked, expect: row.service.type === "identity" ? status : 401 },
    { what: request.method, request: { ...asked, token: tokens.admin }, expect: status },
  ];
}

/** Rows of the same path; `/servers/:id` is also that of `/servers/detail`. */
function twinsOf({ service, route }: Row): Row["service"]["routes"] {
  return service.routes.filter(({ path }) =>
    new RegExp(`^${path.replaceAll(/(?<=\/):\w+/g, "[^/]+")}$`, "u").test(route.path),
  );
}
