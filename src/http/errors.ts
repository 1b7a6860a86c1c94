import type { FastifyReply, FastifyRequest } from "fastify";
import { CloudError, errorText, isCloudError } from "#base/errors.ts";
import { prefersHtml } from "./accept.ts";
import { parseMicroversion, type Microversion } from "./context.ts";
import { identityEnvelope, statusOfCode } from "./envelopes.ts";
import { logAnswer } from "./log-answer.ts";
import { negotiateMicroversion } from "./microversions.ts";
import type { HttpServerOptions, Service } from "./service.ts";

/** Answers with the service's own envelope; what is no `CloudError` is a bug: logged whole, told to nobody. */
export function renderError(
  thrown: unknown,
  at: Pick<HttpServerOptions, "log" | "clock"> & {
    readonly service: Service | undefined;
    readonly request: FastifyRequest;
    readonly reply: FastifyReply;
  },
): FastifyReply {
  const error = isCloudError(thrown) ? thrown : fromFastify(thrown);
  const { requestId } = at.request;
  if (error.code === "bug") {
    const stack = (error.cause instanceof Error ? error.cause : error).stack;
    at.log.error({ requestId, detail: error.detail, stack }, "request failed with a bug");
  }
  const status = statusOfCode[error.code];
  // keystonemiddleware answers 401 for every service, in Keystone's form.
  const envelope = error.code === "unauthenticated" || !at.service ? identityEnvelope : at.service.envelope;
  if (error.code === "unauthenticated") {
    const origin = `${at.request.protocol}://${at.request.host}`;
    at.reply.header("WWW-Authenticate", `Keystone uri="${origin}/identity"`);
  }
  const legacyHeader = at.service?.microversions?.legacyHeader;
  if (legacyHeader !== undefined) at.reply.header("Vary", `OpenStack-API-Version, ${legacyHeader}`);
  const allow = error.data["allow"];
  if (typeof allow === "string") at.reply.header("Allow", allow);
  const facts = {
    status,
    code: error.code,
    message: error.message,
    requestId,
    data: error.data,
    microversion: answeredMicroversion(at.reply) ?? askedMicroversion(at.service, at.request),
  };
  const { accept } = at.request.headers;
  const likesHtml = prefersHtml(accept) && !(envelope.anyIsJson === true && accept === "*/*");
  const html = likesHtml ? envelope.html?.(facts) : undefined;
  at.reply.code(status);
  logAnswer(at, at.request, at.reply);
  return at.reply
    .header("content-type", html === undefined ? "application/json" : "text/html; charset=UTF-8")
    .send(Buffer.from(html ?? JSON.stringify(envelope.body(facts))));
}

/** `handleRequest` said it in the header as soon as it was negotiated. */
function answeredMicroversion(reply: FastifyReply): Microversion | undefined {
  const [, text] = String(reply.getHeader("OpenStack-API-Version") ?? "").split(" ");
  return parseMicroversion(text ?? "");
}

/** For what is refused before that: a body that is too large, a path that is not there. */
function askedMicroversion(
  service: Service | undefined,
  { headers }: FastifyRequest,
): Microversion | undefined {
  try {
    return service && negotiateMicroversion(service, headers);
  } catch (error) {
    if (isCloudError(error, "invalid", "unsupported-microversion")) return undefined;
    throw error;
  }
}

function fromFastify(thrown: unknown): CloudError {
  const code = (thrown as { code?: string }).code;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new CloudError("too-large", "The request body is larger than the limit of 1 MiB.", {
      cause: thrown,
    });
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return new CloudError("unsupported-media", "The Content-Type of the request is not supported.", {
      cause: thrown,
    });
  }
  const status = (thrown as { statusCode?: number }).statusCode;
  if (status !== undefined && status >= 400 && status < 500) {
    return new CloudError("invalid", `The request could not be read: ${errorText(thrown)}.`, {
      cause: thrown,
    });
  }
  return new CloudError(
    "bug",
    "An internal error occurred. The operator finds it in the log by the request id.",
    {
      cause: thrown,
    },
  );
}
