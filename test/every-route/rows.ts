import type { FastifyInstance } from "fastify";
import type { Route, Service } from "#http/index.ts";
import { compareMicroversions, parseMicroversion, type Microversion } from "#http/context.ts";

/** One row of a service's route table. */
export interface Row {
  readonly service: Service;
  readonly route: Route<unknown>;
  /** `compute POST /v2.1/servers/:id/action reboot`; rows of one URL at other microversions add their range. */
  readonly name: string;
  /** The newest microversion that has it; undefined in a service without microversions. */
  readonly newest: string | undefined;
}

export function rowsOf(services: readonly Service[]): Row[] {
  return services.flatMap((service) =>
    service.routes.map((route: Route<unknown>) => ({
      service,
      route,
      name: nameOf(service, route),
      newest: service.microversions && (route.until ?? service.microversions.max),
    })),
  );
}

function nameOf(service: Service, route: Route<unknown>): string {
  const name = [service.type, route.method, route.path, route.action].filter((part) => part !== undefined);
  const twins = service.routes.filter(
    ({ method, path, action }) => method === route.method && path === route.path && action === route.action,
  );
  return (twins.length > 1 ? [...name, `${route.since ?? ""}–${route.until ?? ""}`] : name).join(" ");
}

/** Rows of one path share what is decided before a row is chosen, and are asked once. */
export function isFirstOfPath({ service, route }: Row): boolean {
  return service.routes.find(({ path }) => path === route.path) === route;
}

export function isFirstOfUrl({ service, route }: Row): boolean {
  return service.routes.find(({ path, method }) => path === route.path && method === route.method) === route;
}

/** The newest microversion, and each in its range at which the schema of its body changes. */
export function versionsOf(row: Row): (string | undefined)[] {
  const body: unknown = row.route.operation.body;
  if (row.newest === undefined || !Array.isArray(body)) return [row.newest];
  const [first, last] = [versionOf(row.route.since ?? "0.0"), versionOf(row.newest)];
  const changes = (body as { from: string }[])
    .map(({ from }) => from)
    .filter(
      (from) =>
        compareMicroversions(versionOf(from), first) >= 0 && compareMicroversions(versionOf(from), last) < 0,
    );
  return [...changes, row.newest];
}

export function versionOf(text: string | undefined): Microversion {
  return parseMicroversion(text ?? "0.0") ?? { major: 0, minor: 0 };
}

export interface Request {
  readonly method: Route<unknown>["method"];
  /** With the service's prefix. */
  readonly url: string;
  readonly token?: string | undefined;
  readonly version?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Buffer | string | object | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly text: string;
  /** Undefined when the answer is no JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- answers have every shape
  readonly json: any;
}

function contentType(body: Buffer | string | object): string {
  return Buffer.isBuffer(body) ? "application/octet-stream" : "application/json";
}

/** Without a socket. */
export async function send(http: FastifyInstance, request: Request): Promise<Answer> {
  const { method, url, token, version, headers, body } = request;
  const [, type = ""] = /^\/([a-z-]+)/.exec(url) ?? [];
  const answer = await http.inject({
    method,
    url,
    headers: {
      ...(token === undefined ? {} : { "x-auth-token": token }),
      ...(version === undefined ? {} : { "openstack-api-version": `${type} ${version}` }),
      ...(body === undefined ? {} : { "content-type": contentType(body) }),
      ...headers,
    },
    ...(body === undefined
      ? {}
      : { payload: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body) }),
  });
  const isJson = answer.headers["content-type"]?.startsWith("application/json") === true;
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.payload,
    json: isJson && answer.payload !== "" ? (JSON.parse(answer.payload) as unknown) : undefined,
  };
}
