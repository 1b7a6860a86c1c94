import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Static, TSchema } from "typebox";
import type { PolicyTarget } from "#policy/index.ts";
import type { Ctx } from "./context.ts";

/** A body schema that holds from microversion `from` on, until the next entry. */
export interface VersionedSchema {
  readonly from: string;
  readonly schema: TSchema;
}

export interface Input<Body = unknown, Query = unknown> {
  /** Path parameters by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  readonly headers: IncomingHttpHeaders;
}

type Headers = Readonly<Record<string, string>>;

/** Known by being this very object: most answers say nothing else of themselves. */
export const noHeaders: Headers = {};

/** What a handler returns when JSON with the operation's status is not enough. */
export class Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;

  /** `body`: JSON value, Buffer, SecretBytes, Readable, or undefined for none. */
  constructor(status: number, body?: unknown, headers = noHeaders) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** Bytes of an answer that are wiped when the connection has taken them. */
export class SecretBytes {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** One operation of the API: its schemas and its handler. Validator, types and documentation come from here. */
// oxlint-disable-next-line typescript/no-explicit-any -- a route table holds operations of many inputs
export interface Operation<Deps, Body = any, Query = any> {
  /** JSON body; absent: no body is read. */
  readonly body?: TSchema | readonly VersionedSchema[];
  /** The body is not parsed: handed over as a stream, or as a Buffer of at most `bodyLimit` bytes. */
  readonly rawBody?: "stream" | "buffer";
  readonly query?: TSchema;
  /** Where media are strict: before the body is looked at, throws when what the path names is not there. */
  precede?(ctx: Ctx<Deps>, params: Input["params"]): Promise<unknown>;
  /** Of a plain return value; 200 by default, 204 when there is nothing to return. */
  readonly status?: number;
  handle(ctx: Ctx<Deps>, input: Input<Body, Query>): Promise<unknown>;
}

// The list is asked for first: to TypeScript every object is a `TSchema`, and so is a list.
// A list is asked for first: every object fits TypeBox's TSchema.
type BodyOf<S> = S extends readonly VersionedSchema[]
  ? Static<S[number]["schema"]>
  : S extends TSchema
    ? Static<S>
    : undefined;
type QueryOf<S> = S extends TSchema ? Static<S> : Readonly<Record<string, string | undefined>>;

/** Ties schemas and handler together, so that the handler's input is typed by them. */
export function operation<
  Deps,
  const B extends TSchema | readonly VersionedSchema[] | undefined = undefined,
  const Q extends TSchema | undefined = undefined,
>(definition: {
  readonly body?: B;
  readonly query?: Q;
  precede?(ctx: Ctx<Deps>, params: Input["params"]): Promise<unknown>;
  readonly status?: number;
  handle(ctx: Ctx<Deps>, input: Input<BodyOf<B>, QueryOf<Q>>): Promise<unknown>;
}): Operation<Deps> {
  return definition as Operation<Deps>;
}

/** An operation whose body is bytes: an image, a secret's payload. */
export function rawOperation<Deps, Kind extends "stream" | "buffer">(definition: {
  readonly rawBody: Kind;
  readonly status?: number;
  handle(
    ctx: Ctx<Deps>,
    input: Input<Kind extends "stream" ? Readable : Buffer, Record<string, string | undefined>>,
  ): Promise<unknown>;
}): Operation<Deps> {
  return definition as Operation<Deps>;
}

/** What the rule of a route is checked against. */
export interface TargetQuestion<Deps> {
  readonly ctx: Ctx<Deps>;
  readonly params: Readonly<Record<string, string>>;
  /** As it came: no schema has seen it yet. */
  readonly body: unknown;
}

export interface RouteOptions<Deps = unknown> {
  /** Name of the policy rule; "public" needs no token at all, "authenticated" any valid token. */
  readonly policy: string;
  /** What the rule is checked against at the door, from the path; default: the caller's own project and user. */
  target?(question: TargetQuestion<Deps>): PolicyTarget | Promise<PolicyTarget>;
  /** The app checks the rule itself, because its target must be read first. */
  readonly enforcedByApp?: boolean;
  /** First and last microversion that have this route. */
  readonly since?: string;
  readonly until?: string;
}

export interface Route<Deps> extends RouteOptions<Deps> {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  /** For `POST …/action`: the body's one key that selects this operation. */
  readonly action?: string;
  readonly operation: Operation<Deps>;
}

export function route<Deps>(
  method: Route<Deps>["method"],
  path: string,
  handler: Operation<Deps>,
  options: RouteOptions<Deps>,
): Route<Deps> {
  return { method, path, operation: handler, ...options };
}

/** A row for one key of a `POST …/action` body. */
export function action<Deps>(
  path: string,
  key: string,
  handler: Operation<Deps>,
  options: RouteOptions<Deps>,
): Route<Deps> {
  return { method: "POST", path, action: key, operation: handler, ...options };
}
