import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CloudError } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { Policy, PolicyTarget } from "#policy/index.ts";
import { accessRulesEnforce } from "./access-rules.ts";
import {
  anonymous,
  compareMicroversions,
  microversionOf,
  type Caller,
  type Ctx,
  type Microversion,
} from "./context.ts";
import { jsonBody } from "./json-body.ts";
import { strictJsonBody } from "./media.ts";
import { microversionHeaders, negotiateMicroversion } from "./microversions.ts";
import { Reply, type Operation, type Route } from "./operation.ts";
import { ReadyJson } from "./ready-json.ts";
import type { HttpServerOptions, Service } from "./service.ts";
import { schemaAt, validate } from "./validate.ts";

export interface Handling extends HttpServerOptions {
  readonly policy: Policy;
  readonly service: Service;
  /** The rows of this method and path. */
  readonly routes: readonly Route<unknown>[];
  /** Whether none of them needs a token. */
  readonly isPublic: boolean;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Token, microversion, body, policy, operation, answer: in this order for every route. */
export async function handleRequest(at: Handling): Promise<FastifyReply> {
  const caller = await authenticateRequest(at);
  requireNoSlash(at);
  const microversion = negotiateMicroversion(at.service, at.request.headers);
  at.reply.headers(microversionHeaders(at.service, microversion));
  const offered = at.routes.filter((row) => inRange(row, microversion));
  const ctx = requestContext(at, caller, microversion);
  const params = pathParams(at.request);
  const raw = offered[0]?.operation.rawBody;
  const body = raw === undefined ? readBody(at, offered[0]) : await rawBody(at.request, raw);
  const row = selectRow(offered, body);
  if (row.policy !== "public" && row.policy !== "authenticated" && row.enforcedByApp !== true) {
    ctx.enforce(row.policy, row.target?.(params));
  }
  await row.operation.precede?.(ctx, params);
  const input = { params, query: queryOf(at, row.operation), body, headers: at.request.headers };
  if (raw === undefined && row.operation.body) {
    const schema = schemaAt(row.operation.body, microversion);
    if (schema) validate(schema, requireBody(body), "the request body", at.service.envelope.mismatch);
  }
  return send(at.reply, row.operation, await row.operation.handle(ctx, input));
}

/** No name has a U+0000, which PostgreSQL cannot even compare with one. */
function pathParams(request: FastifyRequest): Readonly<Record<string, string>> {
  const params = request.params as Readonly<Record<string, string>>;
  if (Object.values(params).every((value) => !value.includes("\0"))) return params;
  throw new CloudError("not-found", "The resource could not be found.");
}

async function authenticateRequest(at: Handling): Promise<Caller> {
  const token = at.request.headers["x-auth-token"];
  if (at.isPublic) return anonymous;
  if (typeof token === "string" && token !== "") {
    const caller = await at.authenticate(token);
    accessRulesEnforce(caller, at.service, at.request);
    return caller;
  }
  throw new CloudError("unauthenticated", "The request you have made requires authentication.");
}

/** The router itself knows no difference. */
function requireNoSlash({ service, request }: Handling): void {
  const path = request.url.split("?")[0] ?? "";
  // A version's root is written with a slash as often as without: `/compute/v2.1/`.
  const isRoot = /^\/(v[\d.]+\/)?$/.test(path.slice(service.prefix.length));
  if (service.strictSlashes === true && path.endsWith("/") && !isRoot)
    throw new CloudError("not-found", "The resource could not be found.");
}

function inRange(row: Route<unknown>, version: Microversion): boolean {
  const { since, until } = row;
  return (
    (since === undefined || compareMicroversions(version, microversionOf(since)) >= 0) &&
    (until === undefined || compareMicroversions(version, microversionOf(until)) <= 0)
  );
}

function requestContext(at: Handling, caller: Caller, microversion: Microversion): Ctx {
  const { requestId } = at.request;
  const target: PolicyTarget = {
    project_id: caller.projectId,
    user_id: caller.userId,
    domain_id: caller.domainId,
  };
  const inScope =
    at.service.projectTokensOnly !== true || !(caller.systemScope || caller.domainId !== undefined);
  const allows = (rule: string, other?: PolicyTarget): boolean =>
    inScope && at.policy.allows(rule, caller, other ?? target);
  // Most requests need neither a logger of their own nor the signal.
  let log: Logger | undefined;
  let signal: AbortSignal | undefined;
  return {
    deps: at.service.deps as unknown,
    requestId,
    caller,
    microversion,
    allows,
    enforce(rule, other) {
      if (!allows(rule, other)) throw new CloudError("forbidden", at.service.envelope.forbidden(rule));
    },
    get log() {
      return (log ??= at.log.child({ requestId, userId: caller.userId, projectId: caller.projectId }));
    },
    clock: at.clock,
    get signal() {
      return (signal ??= goneSignal(at.reply));
    },
    prefix: at.service.prefix,
    baseUrl: `${at.request.protocol}://${at.request.host}${at.service.prefix}`,
  };
}

function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const leave = (): void => gone.abort(new CloudError("timeout", "The client closed the connection."));
  const { raw } = reply;
  if (raw.destroyed && !raw.writableFinished) leave();
  else raw.once("close", () => raw.writableFinished || leave());
  return gone.signal;
}

function readBody({ service, request }: Handling, row: Route<unknown> | undefined): unknown {
  return service.strictMedia === true ? strictJsonBody(request, row, service.envelope) : jsonBody(request);
}

/** Secrets' payloads are small; an image is a stream of any size. */
const rawBufferLimit = 1024 * 1024;

async function rawBody(request: FastifyRequest, kind: "stream" | "buffer"): Promise<Readable | Buffer> {
  const stream = (request.body as Readable | undefined) ?? Readable.from([]);
  if (kind === "stream") return stream;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > rawBufferLimit)
      throw new CloudError("too-large", "The request body is larger than the limit of 1 MiB.");
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function selectRow(rows: readonly Route<unknown>[], body: unknown): Route<unknown> {
  const [first] = rows;
  if (!first) throw new CloudError("not-found", "The resource could not be found.");
  if (first.action === undefined) return first;
  const keys = Object.keys((requireBody(body) as object | null) ?? {});
  const row = rows.find((candidate) => candidate.action === keys[0]);
  if (keys.length === 1 && row) return row;
  if (keys.length !== 1)
    throw new CloudError("invalid", "Malformed request body: it must name exactly one action.");
  throw new CloudError("invalid", `There is no such action: ${keys[0] ?? ""}`);
}

function requireBody(body: unknown): unknown {
  if (body !== undefined) return body;
  throw new CloudError("invalid", "Malformed request body: it is empty, a JSON object is needed.");
}

function queryOf(at: Handling, operation: Operation<unknown>): unknown {
  const query = at.request.query;
  if (operation.query) validate(operation.query, query, "query parameters");
  return query;
}

const asIs = (payload: unknown): string => payload as string;

function send(reply: FastifyReply, operation: Operation<unknown>, result: unknown): FastifyReply {
  const answer =
    result instanceof Reply
      ? result
      : new Reply(operation.status ?? (result === undefined ? 204 : 200), result);
  reply.code(answer.status).headers(answer.headers);
  const { body } = answer;
  if (body === undefined) return reply.send();
  if (Buffer.isBuffer(body) || body instanceof Readable) return reply.send(body);
  if (!reply.hasHeader("content-type")) reply.header("content-type", "application/json");
  if (body instanceof ReadyJson) return reply.send(body.bytes);
  // Without a serializer of our own Fastify adds a charset, which JSON has not and OpenStack does not send.
  return reply.serializer(asIs).send(JSON.stringify(body));
}
