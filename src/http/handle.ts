import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { accessRulesEnforce } from "./access-rules.ts";
import { anonymous, type Caller, type Ctx } from "./context.ts";
import type { Door, Offer } from "./door.ts";
import { jsonBody } from "./json-body.ts";
import { logAnswer } from "./log-answer.ts";
import { mediaRequire, strictJsonBody } from "./media.ts";
import { Reply, type Operation, type Route } from "./operation.ts";
import { projectPathPermit } from "./project-path.ts";
import { requestContext } from "./request-context.ts";
import { sendTogether } from "./send.ts";
import { schemaAt, validate } from "./validate.ts";

/** Token, microversion, body, policy, operation, answer: in this order for every route; where media are strict, the body comes last. */
export async function handleRequest(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const known = door.isPublic ? anonymous : authenticateRequest(door, request);
  const caller = known instanceof Promise ? await known : known;
  projectPathPermit(door.service, request, caller);
  if (door.service.strictSlashes === true) requireNoSlash(door, request);
  const offer = door.offer(request.headers);
  const { microversion, rawBody: raw } = offer;
  reply.headers(offer.headers);
  const ctx = requestContext(door, { request, reply }, { caller, microversion });
  const params = pathParams(request);
  const strict = door.service.strictMedia === true;
  if (strict) await admit(ctx, request, offer.routes[0], params);
  const body = raw === undefined ? readBody(door, request, offer.routes[0]) : await rawBody(request, raw);
  const row = selectRow(offer, body);
  if (!strict) {
    const asked = enforcePolicy(ctx, row, params, body);
    if (asked !== undefined) await asked;
  }
  const input = { params, query: queryOf(request, row.operation), body, headers: request.headers };
  if (raw === undefined && row.operation.body) {
    const schema = schemaAt(row.operation.body, microversion);
    if (schema) validate(schema, requireBody(body), "the request body", door.service.envelope.mismatch);
  }
  const answer = answerOf(row.operation, await row.operation.handle(ctx, input));
  reply.code(answer.status);
  if (answer.body instanceof Readable) reply.raw.once("close", () => logAnswer(door, request, reply));
  else logAnswer(door, request, reply);
  sendTogether(reply, answer);
}

type PathParams = Readonly<Record<string, string>>;

/** At once where the target need not be read. */
function enforcePolicy(
  ctx: Ctx,
  row: Route<unknown>,
  params: PathParams,
  body: unknown,
): Promise<void> | undefined {
  const { policy } = row;
  if (policy === "public" || policy === "authenticated" || row.enforcedByApp === true) return undefined;
  const target = row.target?.({ ctx, params, body });
  if (target instanceof Promise) return target.then((found) => ctx.enforce(policy, found));
  ctx.enforce(policy, target);
  return undefined;
}

/** Everything that Placement looks at before the body. */
async function admit(
  ctx: Ctx,
  request: FastifyRequest,
  row: Route<unknown> | undefined,
  params: PathParams,
): Promise<void> {
  mediaRequire(request, row);
  if (!row) return;
  await enforcePolicy(ctx, row, params, undefined);
  await row.operation.precede?.(ctx, params);
}

/** No name has a U+0000, which PostgreSQL cannot even compare with one. */
function pathParams(request: FastifyRequest): PathParams {
  const params = request.params as PathParams;
  for (const name in params) {
    if (params[name]?.includes("\0") === true)
      throw new CloudError("not-found", "The resource could not be found.");
  }
  return params;
}

/** At once when the token is known; most are. */
function authenticateRequest(door: Door, request: FastifyRequest): Caller | Promise<Caller> {
  const token = request.headers["x-auth-token"];
  if (typeof token !== "string" || token === "")
    throw new CloudError("unauthenticated", "The request you have made requires authentication.");
  const caller = door.authenticate(token);
  const admitted = (who: Caller): Caller => {
    accessRulesEnforce(who, door.service, request);
    return who;
  };
  return caller instanceof Promise ? caller.then(admitted) : admitted(caller);
}

/** The router itself knows no difference. */
function requireNoSlash({ service }: Door, request: FastifyRequest): void {
  const path = request.url.split("?")[0] ?? "";
  // A version's root is written with a slash as often as without: `/compute/v2.1/`.
  if (path.endsWith("/") && !/^\/(v[\d.]+\/)?$/.test(path.slice(service.prefix.length)))
    throw new CloudError("not-found", "The resource could not be found.");
}

function readBody({ service }: Door, request: FastifyRequest, row: Route<unknown> | undefined): unknown {
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
  const whole = Buffer.concat(chunks);
  // It may be a secret, and the handler wipes only what it gets.
  for (const chunk of chunks) wipe(chunk);
  return whole;
}

function selectRow({ routes: rows, otherActions }: Offer, body: unknown): Route<unknown> {
  const [first] = rows;
  if (!first) throw new CloudError("not-found", "The resource could not be found.");
  if (first.action === undefined) return first;
  const keys = Object.keys((requireBody(body) as object | null) ?? {});
  const row = rows.find((candidate) => candidate.action === keys[0]);
  if (keys.length === 1 && row) return row;
  if (keys.length !== 1)
    throw new CloudError("invalid", "Malformed request body: it must name exactly one action.");
  // As in Nova, what another microversion has is a thing that is not there.
  if (otherActions.has(keys[0] ?? "")) throw new CloudError("not-found", "The resource could not be found.");
  throw new CloudError("invalid", `There is no such action: ${keys[0] ?? ""}`);
}

function requireBody(body: unknown): unknown {
  if (body !== undefined) return body;
  throw new CloudError("invalid", "Malformed request body: it is empty, a JSON object is needed.");
}

function queryOf({ query }: FastifyRequest, operation: Operation<unknown>): unknown {
  if (operation.query) validate(operation.query, query, "query parameters");
  return query;
}

function answerOf(operation: Operation<unknown>, result: unknown): Reply {
  if (result instanceof Reply) return result;
  return new Reply(operation.status ?? (result === undefined ? 204 : 200), result);
}
