import { STATUS_CODES } from "node:http";
import type { TSchema } from "typebox";
import type { ErrorCode } from "#base/errors.ts";
import { atLeast, type Microversion } from "./context.ts";
import { jsonschemaSentence, jsonschemaText, type SchemaError } from "./jsonschema-text.ts";
import { novaText } from "./nova-text.ts";
import { withoutSecrets } from "./secret-keys.ts";

/** The one place where a code becomes a status. */
export const statusOfCode: Readonly<Record<ErrorCode, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "unsupported-microversion": 406,
  "not-acceptable": 406,
  timeout: 504,
  "already-exists": 409,
  conflict: 409,
  "too-large": 413,
  "unsupported-media": 415,
  "range-not-satisfiable": 416,
  quota: 403,
  "no-capacity": 409,
  unavailable: 503,
  "not-implemented": 501,
  bug: 500,
};

export interface ErrorFacts {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly requestId: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Undefined when the request failed before it was negotiated. */
  readonly microversion?: Microversion | undefined;
}

/** How one service words its errors. */
export interface ErrorEnvelope {
  body(facts: ErrorFacts): unknown;
  /** For clients that like it at least as well as JSON, where the service does so. */
  html?(facts: ErrorFacts): string;
  // Accept: */* asks for JSON.
  readonly anyIsJson?: true;
  forbidden(rule: string): string;
  /** Of a body that is no JSON. */
  malformed?(reason: string): string;
  /** Of a body that does not fit its schema. */
  readonly mismatch?: (schema: TSchema, value: unknown, errors: readonly SchemaError[]) => string;
  /** Of a microversion that is none, or that is not offered. */
  microversion?(asked: string, fault: "malformed" | "unsupported"): string;
}

const novaKeys: Readonly<Record<number, string>> = {
  400: "badRequest",
  401: "unauthorized",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
  415: "badMediaType",
  429: "overLimit",
  501: "notImplemented",
  503: "serviceUnavailable",
};

function title(status: number): string {
  return STATUS_CODES[status] ?? "Error";
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Keystone: `{"error": {"code", "message", "title"}}`. */
export const identityEnvelope: ErrorEnvelope = {
  body: ({ status, message }) => ({ error: { code: status, message, title: title(status) } }),
  forbidden: (rule) => `You are not authorized to perform the requested action: ${rule}.`,
};

/** Nova: `{"itemNotFound": {"code", "message"}}` (nova.api.openstack.wsgi.Fault). */
export const computeEnvelope: ErrorEnvelope = {
  body: ({ status, message }) => ({ [novaKeys[status] ?? "computeFault"]: { code: status, message } }),
  forbidden: (rule) => `Policy doesn't allow ${rule} to be performed.`,
  mismatch: (schema, value, errors) => novaText(schema, withoutSecrets(value), errors),
};

/** As webob. */
function htmlPage({ status, message }: ErrorFacts): string {
  const head = `${status} ${title(status)}`;
  return `<html>
 <head>
  <title>${head}</title>
 </head>
 <body>
  <h1>${head}</h1>
  ${escapeHtml(message)}<br /><br />


 </body>
</html>`;
}

/** Glance answers in webob's forms: JSON to clients that ask for it, else HTML, which python-glanceclient takes apart. */
export const imageEnvelope: ErrorEnvelope = {
  body: ({ status, message }) => ({ message, code: `${status} ${title(status)}`, title: title(status) }),
  html: htmlPage,
  forbidden: (rule) => `You are not authorized to complete ${rule} action.`,
};

/** Placement: `{"errors": [{"status", "title", "detail", "code", "request_id"}]}`; `code` since 1.23. */
export const placementEnvelope: ErrorEnvelope = {
  body: ({ status, message, requestId, data, microversion }) => ({
    errors: [
      {
        status,
        title: title(status),
        detail: message,
        request_id: requestId,
        ...(microversion && atLeast({ microversion }, "1.23")
          ? { code: data["placementCode"] ?? "placement.undefined_code" }
          : {}),
        ...(data["errorFields"] as object | undefined),
      },
    ],
  }),
  html: htmlPage,
  anyIsJson: true,
  forbidden: (rule) => `Policy does not allow ${rule} to be performed.`,
  malformed: (reason) => `Malformed JSON: ${reason}`,
  mismatch: (schema, value, errors) => `JSON does not validate: ${jsonschemaText(schema, value, errors)}`,
  microversion: (asked, fault) =>
    fault === "malformed"
      ? `Invalid microversion: invalid version string: ${asked}`
      : `Invalid microversion: Unacceptable version header: ${asked}`,
};

/** Barbican: `{"code", "title", "description"}`. */
export const keyManagerEnvelope: ErrorEnvelope = {
  body: ({ status, message }) => ({ code: status, title: title(status), description: message }),
  forbidden: (rule) =>
    `${keyManagerActions[rule] ?? rule} attempt not allowed - please review your user/project privileges`,
  mismatch(schema, value, errors) {
    const { sentence, property = "None" } = jsonschemaSentence(schema, withoutSecrets(value), errors);
    const { title: name = "object" } = schema as { readonly title?: string };
    return `Provided object does not match schema '${name}': ${sentence}. Invalid property: '${property}'`;
  },
};

/** Ours, in the form of the API-SIG's guideline on errors, `code` being ours: `{"errors": [{"status", "code", "title", "detail", "request_id"}]}`. */
export const sealstoneEnvelope: ErrorEnvelope = {
  body: ({ status, code, message, requestId }) => ({
    errors: [
      { status, code: `sealstone.${code}`, title: title(status), detail: message, request_id: requestId },
    ],
  }),
  forbidden: (rule) => `The policy rule ${rule} does not let you do this.`,
};

const keyManagerActions: Readonly<Record<string, string>> = {
  "secrets:post": "Secret creation",
  "secrets:get": "Secret(s) retrieval",
  "secret:get": "Secret retrieval",
  "secret:put": "Secret update",
  "secret:decrypt": "Secret payload retrieval",
  "secret:delete": "Secret deletion",
  "secret_acls:get": "SecretACL(s) retrieval",
  "secret_acls:put_patch": "SecretACL(s) Update",
  "secret_acls:delete": "SecretACL(s) deletion",
  "secret_meta:get": "Secret metadata retrieval",
  "secret_meta:post": "Secret metadatum creation",
  "secret_meta:put": "Secret metadata creation",
  "secret_meta:delete": "Secret metadatum removal",
  "secret_consumers:get": "SecretConsumers(s) retrieval",
  "secret_consumers:post": "SecretConsumer creation",
  "secret_consumers:delete": "SecretConsumer deletion",
  "consumer:get": "Consumer retrieval",
  "transport_keys:get": "Transport Key(s) retrieval",
  "transport_keys:post": "Transport Key Creation",
  "transport_key:get": "Transport Key retrieval",
  "transport_key:delete": "Transport Key deletion",
  "quotas:get": "Quotas",
  "project_quotas:get": "Project Quotas",
  "project_quotas:put": "Project Quotas",
  "project_quotas:delete": "Project Quotas",
  "containers:post": "Container creation",
  "containers:get": "Containers(s) retrieval",
  "container:get": "Container retrieval",
  "container:delete": "Container deletion",
  "container_secret:post": "Container Secret creation",
  "container_secret:delete": "Container Secret deletion",
  "container_consumers:get": "ContainerConsumers(s) retrieval",
  "container_consumers:post": "ContainerConsumer creation",
  "container_consumers:delete": "ContainerConsumer deletion",
  "container_acls:get": "ContainerACL(s) retrieval",
  "container_acls:put_patch": "ContainerACL(s) Update",
  "container_acls:delete": "ContainerACL(s) deletion",
  "orders:get": "Order(s) retrieval",
  "orders:post": "Order creation",
  "orders:put": "Order update",
  "order:get": "Order retrieval",
  "order:delete": "Order deletion",
  "secretstores:get": "List available secret stores",
  "secretstores:get_global_default": "Retrieve global default secret store",
  "secretstores:get_preferred": "Retrieve project preferred store",
  "secretstore:get": "Secret store retrieval",
  "secretstore_preferred:post": "Setting preferred secret store",
  "secretstore_preferred:delete": "Removing preferred secret store",
};
