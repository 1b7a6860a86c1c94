import { STATUS_CODES } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { atLeast } from "#http/context.ts";
import { versionOf, type Answer, type Row } from "./rows.ts";

type Shape = (status: number, row: Pick<Row, "newest">) => Readonly<Record<string, unknown>>;

const novaKeys: Readonly<Record<number, string>> = {
  400: "badRequest",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
  501: "notImplemented",
};
const text = "a text";
const title = (status: number): string => STATUS_CODES[status] ?? "";

/** The bodies of the real services' refusals; `a text` stands for any. */
const shapes: Readonly<Record<string, Shape>> = {
  identity: (status) => ({ error: { code: status, message: text, title: title(status) } }),
  compute: (status) => ({ [novaKeys[status] ?? "computeFault"]: { code: status, message: text } }),
  image: (status) => ({ message: text, code: `${status} ${title(status)}`, title: title(status) }),
  "key-manager": (status) => ({ code: status, title: title(status), description: text }),
  sealstone: (status) => ({
    errors: [{ status, code: text, title: title(status), detail: text, request_id: text }],
  }),
  placement: (status, { newest }) => ({
    errors: [
      {
        status,
        title: title(status),
        detail: text,
        request_id: text,
        // An error in the negotiation itself is answered as at no microversion.
        ...(status !== 406 && newest !== undefined && atLeast({ microversion: versionOf(newest) }, "1.23")
          ? { code: text }
          : {}),
        ...(status === 406 ? { max_version: text, min_version: text } : {}),
      },
    ],
  }),
};

/** What is wrong with a refusal, `undefined` when it is the service's own. */
export function envelopeFault(
  service: string,
  answer: Answer,
  { status, version }: { readonly status: number; readonly version: string | undefined },
): string | undefined {
  if (answer.status !== status) return `${answer.status} instead of ${status}: ${answer.text.slice(0, 200)}`;
  if (answer.headers["x-openstack-request-id"] === undefined) return "no X-OpenStack-Request-Id";
  if (status === 401 && !String(answer.headers["www-authenticate"] ?? "").startsWith("Keystone uri="))
    return "401 without WWW-Authenticate";
  // keystonemiddleware answers for every service, in Keystone's form.
  const shape = (status === 401 ? shapes["identity"] : shapes[service])?.(status, { newest: version });
  if (shape === undefined) return `test/every-route/envelopes.ts does not know the errors of ${service}`;
  if (isDeepStrictEqual(blur(answer.json), shape)) return undefined;
  return `${answer.text.slice(0, 200)} instead of ${JSON.stringify(shape)}`;
}

/** Every text that is no status line becomes `a text`. */
function blur(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => blur(item));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blur(inner, name)]));
  if (typeof value !== "string" || value === "") return value;
  return key === "title" || /^\d{3} /.test(value) ? value : text;
}
