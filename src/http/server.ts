import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { CloudError } from "#base/errors.ts";
import { newRequestId } from "#base/ids.ts";
import { createPolicy, type Policy } from "#policy/index.ts";
import { createDoor } from "./door.ts";
import { renderError } from "./errors.ts";
import { handleRequest } from "./handle.ts";
import { clientErrorAnswer } from "./client-error.ts";
import { microversionHeaders, negotiateMicroversion } from "./microversions.ts";
import type { Route } from "./operation.ts";
import { projectPathRewrite } from "./project-path.ts";
import { serviceAt, type HttpServerOptions, type Service } from "./service.ts";

/** JSON bodies above this are 413. */
const jsonBodyLimit = 1024 * 1024;

declare module "fastify" {
  interface FastifyRequest {
    requestId: string;
    startedAt: number;
  }
}

type Begin = (request: FastifyRequest, reply: FastifyReply, service: Service | undefined) => void;

/** All services on one port; not yet listening. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const policy =
    options.policy ??
    createPolicy(Object.assign({}, ...options.services.map((service) => service.policyRules)));
  const byPrefix = [...options.services].sort((a, b) => b.prefix.length - a.prefix.length);
  const serviceOf = (request: FastifyRequest): Service | undefined => serviceAt(byPrefix, request.url);
  // Not a hook, which costs every request more than what it does.
  const begin: Begin = (request, reply, service) => {
    request.requestId = newRequestId();
    request.startedAt = options.clock.now();
    reply.header("x-openstack-request-id", request.requestId);
    const { requestIdHeader: older, vary } = service ?? {};
    if (older !== undefined) reply.header(older, request.requestId);
    if (vary !== undefined) reply.header("Vary", vary);
  };
  const app = Fastify({
    bodyLimit: jsonBodyLimit,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    forceCloseConnections: "idle",
    exposeHeadRoutes: false,
    rewriteUrl: ({ url = "/" }) => projectPathRewrite(byPrefix, url),
    clientErrorHandler: (error, socket) => clientErrorAnswer(byPrefix, error, socket),
    // What the router itself refuses: a malformed URL, a parameter that is too long.
    frameworkErrors(error, request, reply) {
      const at = { request: request as FastifyRequest, reply: reply as FastifyReply };
      const service = serviceOf(at.request);
      begin(at.request, at.reply, service);
      renderError(error, { ...at, service, ...options });
    },
  });
  app.removeAllContentTypeParsers();
  app.decorateRequest("requestId", "");
  app.decorateRequest("startedAt", 0);
  mountRoutes(app, { ...options, policy, begin });
  const methodsAt = new Map(options.services.map((service) => [service, methodsAtOf(service)]));
  app.setNotFoundHandler(async (request, reply) => {
    const service = serviceOf(request);
    begin(request, reply, service);
    const error =
      (await refusal(options, service, request)) ??
      versionBeforeRouting(service, request, reply) ??
      notFoundError(service && methodsAt.get(service), request);
    return renderError(error, { service, request, reply, ...options });
  });
  app.setErrorHandler((error, request, reply) => {
    const service = serviceOf(request);
    // A body that is too large, or broken off, comes to no handler.
    if (request.requestId === "") begin(request, reply, service);
    return renderError(error, { service, request, reply, ...options });
  });
  return app;
}

function mountRoutes(
  app: FastifyInstance,
  options: HttpServerOptions & {
    readonly policy: Policy;
    readonly begin: Begin;
  },
): void {
  // What parses bodies is a scope's, and a scope for each route took longer than all else of a start.
  for (const raw of [false, true])
    app.register(async (scope) => {
      addBodyParsers(scope, raw);
      for (const service of options.services)
        for (const [key, routes] of groupByUrl(service.routes)) {
          if (routes.some((row) => row.operation.rawBody !== undefined) !== raw) continue;
          const [method = "GET", path = ""] = key.split(" ");
          const door = createDoor(options, service, routes);
          scope.route({
            method: method,
            url: `${service.prefix}${routerPath(path)}`,
            ...(raw ? { bodyLimit: Number.MAX_SAFE_INTEGER } : {}),
            // Fastify would look at what a promise gives, which is nothing but that all is sent.
            handler(request, reply) {
              options.begin(request, reply, service);
              handleRequest(door, request, reply).catch((error: unknown) => reply.send(error));
            },
          });
        }
    });
}

/** A colon within a part of the path (`sealstone:tpm`) begins no parameter; the router wants it doubled. */
function routerPath(path: string): string {
  return path.replaceAll(/(?<=[^/]):/g, "::");
}

/** Rows that share method and path (actions, microversion ranges) are one URL for the router. */
function groupByUrl(routes: Service["routes"]): Map<string, Route<unknown>[]> {
  const groups = new Map<string, Route<unknown>[]>();
  for (const row of routes) {
    const key = `${row.method} ${row.path}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return groups;
}

/** Raw routes get the request's stream; the others a Buffer, parsed after authentication. */
function addBodyParsers(scope: FastifyInstance, raw: boolean): void {
  if (raw) scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
  else scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

/**
 * In front of every service but Keystone stands keystonemiddleware: without a valid token nothing is said of which paths
 * there are.
 */
async function refusal(
  options: HttpServerOptions,
  service: Service | undefined,
  request: FastifyRequest,
): Promise<unknown> {
  if (!service || service.type === "identity") return undefined;
  const token = request.headers["x-auth-token"];
  if (typeof token !== "string" || token === "")
    return new CloudError("unauthenticated", "The request you have made requires authentication.");
  try {
    await options.authenticate(token);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Says which microversion answers, or why none does. */
function versionBeforeRouting(
  service: Service | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): unknown {
  if (service?.microversions?.beforeRouting !== true) return undefined;
  try {
    reply.headers(microversionHeaders(service, negotiateMicroversion(service, request.headers)));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Which methods a path of the service has, in the order of its routes; `path` is without a query. */
type MethodsAt = (path: string) => ReadonlySet<string>;

function methodsAtOf({ prefix, routes, strictSlashes }: Service): MethodsAt {
  const end = strictSlashes === true ? "" : "/?";
  let rows: readonly { readonly method: string; readonly pattern: RegExp }[] | undefined;
  return (path) => {
    rows ??= routes.map((row) => ({
      method: row.method,
      pattern: new RegExp(`^${prefix + row.path.replaceAll(/(?<=\/):[a-z_]+/gi, "[^/]+")}${end}$`),
    }));
    return new Set(rows.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method));
  };
}

function notFoundError(methodsAt: MethodsAt | undefined, request: FastifyRequest): CloudError {
  const methods = methodsAt?.(request.url.split("?")[0] ?? "") ?? new Set();
  if (methods.size === 0) return new CloudError("not-found", "The resource could not be found.");
  return new CloudError(
    "method-not-allowed",
    `The method ${request.method} is not allowed for this resource.`,
    {
      data: { allow: [...methods].join(", ") },
    },
  );
}
