import type { TSchema } from "typebox";
import { parseMicroversion } from "#http/context.ts";
import type { Route } from "#http/index.ts";
import type { ApiService } from "./services.ts";
import { schemaMerge, versionBefore, type Json, type Versioned } from "./versioned-schema.ts";

type Row = Route<unknown>;

/** The service's API as an OpenAPI 3.1 document: what its route table and its schemas say, and no more. */
export function apiDocument(service: ApiService): Json {
  const { microversions } = service;
  return {
    openapi: "3.1.0",
    info: {
      title: service.title,
      version: service.version,
      description: description(service),
      ...(microversions
        ? { "x-openstack": { "min-ver": microversions.min, "max-ver": microversions.max } }
        : {}),
    },
    servers: [{ url: service.prefix }],
    security: [{ token: [] }],
    paths: paths(service.routes),
    components: {
      securitySchemes: { token: { type: "apiKey", in: "header", name: "X-Auth-Token" } },
      responses: responses(service),
    },
  };
}

function description({ microversions, type }: ApiService): string {
  return [
    "Made by `npm run docs:api` from the route table and the schemas that check requests.",
    "`x-openstack` names the policy rule and, where that is not always, the microversions.",
    ...(microversions
      ? [`A request asks for one by the header \`OpenStack-API-Version: ${type} X.Y\`.`]
      : []),
    ...(type === "identity" ? ["HEAD is answered wherever GET is."] : []),
    "Query parameters are named where a schema checks them.",
  ].join(" ");
}

function responses({ envelope }: ApiService): Json {
  const example = envelope.body({ status: 400, code: "invalid", message: "…", requestId: "req-…", data: {} });
  return {
    Success: { description: "Done" },
    Error: { description: "Refused", content: { "application/json": { example } } },
  };
}

function paths(routes: ApiService["routes"]): Json {
  const all = new Map<string, Row[]>();
  for (const row of routes as readonly Row[]) all.set(row.path, [...(all.get(row.path) ?? []), row]);
  const entries = [...all].map(([path, rows]) => {
    const parameters = [...path.matchAll(/(?<=\/):(\w+)/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    }));
    const methods = Map.groupBy(
      rows.filter((row) => !isHeadOfGet(row, rows)),
      ({ method }) => method.toLowerCase(),
    );
    const operations = [...methods].map(([method, of]) => [method, operationOf(of)] as const);
    return [
      path === "" ? "/" : path.replaceAll(/(?<=\/):(\w+)/g, "{$1}"),
      { ...(parameters.length > 0 ? { parameters } : {}), ...Object.fromEntries(operations) },
    ] as const;
  });
  return Object.fromEntries(entries);
}

/** Keystone answers every GET's HEAD: said once, in the description. */
function isHeadOfGet(head: Row, rows: readonly Row[]): boolean {
  return (
    head.method === "HEAD" && rows.some(({ method, policy }) => method === "GET" && policy === head.policy)
  );
}

/** Rows of one method and path: one, or actions, or ranges of microversions. */
function operationOf(rows: readonly Row[]): Json {
  const [first] = rows;
  const query = rows.flatMap((row) => queryOf(row));
  const bodies = rows.map((row) => bodyOf(row)).filter((body) => body !== undefined);
  const isPublic = rows.every(({ policy }) => policy === "public");
  const facts = rows.length === 1 && first ? factsOf(first) : {};
  const raw = first?.operation.rawBody !== undefined;
  const type = raw ? "application/octet-stream" : "application/json";
  const schema = bodies.length > 1 ? { oneOf: bodies } : bodies[0];
  const bodyless =
    rows.length > 1 && bodies.length < rows.length ? { rows: rows.map((row) => factsOf(row)) } : {};
  const openstack = { ...facts, ...bodyless };
  const status = statusOf(rows);
  return {
    ...(Object.keys(openstack).length > 0 ? { "x-openstack": openstack } : {}),
    ...(isPublic ? { security: [] } : {}),
    ...(query.length > 0 ? { parameters: query } : {}),
    ...(schema || raw ? { requestBody: { content: { [type]: schema ? { schema } : {} } } } : {}),
    responses: { [status]: ref(status < "400" ? "Success" : "Error"), default: ref("Error") },
  };

  function bodyOf(row: Row): Json | undefined {
    const body = row.operation.body && schemaOf(row);
    if (!body || rows.length === 1) return body;
    return { ...body, "x-openstack": { ...(body["x-openstack"] as Json | undefined), ...factsOf(row) } };
  }
}

function factsOf({ policy, since, until, action }: Row): Json {
  return {
    ...(action === undefined ? {} : { action }),
    ...(policy === "public" ? {} : { policy }),
    ...(since === undefined ? {} : { "min-ver": since }),
    ...(until === undefined ? {} : { "max-ver": until }),
  };
}

/** Known where the operation names it; others answer 200, 202 or 204. */
function statusOf(rows: readonly Row[]): string {
  const statuses = new Set(rows.map(({ operation }) => operation.status));
  const [only] = statuses;
  return statuses.size === 1 && only !== undefined ? String(only) : "2XX";
}

function ref(name: string): Json {
  return { $ref: `#/components/responses/${name}` };
}

function queryOf({ operation: { query } }: Row): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = plain(query) as {
    properties?: Readonly<Record<string, Json>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    ...(required.includes(name) ? { required: true } : {}),
    schema,
  }));
}

/** All microversions of the row's body in one schema. */
function schemaOf({ operation, since, until }: Row): Json {
  const { body } = operation;
  if (!Array.isArray(body)) return plain(body as TSchema);
  const changes = body as readonly { readonly from: string; readonly schema: TSchema }[];
  const versions = changes.map(({ from, schema }, index): Versioned<Json> => {
    const next = changes[index + 1]?.from;
    return { min: index === 0 ? undefined : from, max: next && versionBefore(next), value: plain(schema) };
  });
  // What is before or after the route's own range is never seen.
  return schemaMerge(
    versions.filter(
      ({ min, max }) => !(until && min && isAfter(min, until)) && !(since && max && isAfter(since, max)),
    ),
  );
}

function isAfter(left: string, right: string): boolean {
  const [one, other] = [parseMicroversion(left), parseMicroversion(right)];
  return one !== undefined && other !== undefined && one.minor > other.minor;
}

/** Without what TypeBox keeps in a schema beside the schema. */
function plain(schema: TSchema): Json {
  return JSON.parse(JSON.stringify(schema)) as Json;
}
