import type { FastifyRequest } from "fastify";
import { CloudError } from "#base/errors.ts";
import { acceptsJson } from "./accept.ts";
import type { ErrorEnvelope } from "./envelopes.ts";
import { jsonBody, parseJson } from "./json-body.ts";
import type { Route } from "./operation.ts";

const json = "application/json";

/** What the headers must say to a service of `strictMedia`: Placement looks at them before it asks who may, and at the body after. */
export function mediaRequire(request: FastifyRequest, row: Route<unknown> | undefined): void {
  const { "content-type": contentType, "content-length": length, accept } = request.headers;
  if (Number(length) > 0 && (contentType ?? "") === "")
    throw new CloudError("invalid", "content-type header required when content-length > 0");
  if (row === undefined) return;
  if (row.method === "GET" && row.policy !== "public" && !acceptsJson(accept))
    throw new CloudError("not-acceptable", `Only ${json} is provided`);
  if (row.operation.body === undefined) return;
  const type = contentType?.split(";")[0]?.trim() ?? "";
  if (type !== json) {
    throw new CloudError(
      "unsupported-media",
      `The media type ${type === "" ? "None" : type} is not supported, use ${json}`,
    );
  }
}

/** The body of such a request, after `mediaRequire`. */
export function strictJsonBody(
  request: FastifyRequest,
  row: Route<unknown> | undefined,
  envelope: ErrorEnvelope,
): unknown {
  // There is no such route at this microversion, which is told next.
  if (row === undefined) return undefined;
  if (row.operation.body === undefined) return jsonBody(request);
  const bytes = (request.body as Buffer | undefined) ?? Buffer.alloc(0);
  return parseJson(bytes, (reason) => envelope.malformed?.(reason) ?? reason);
}
