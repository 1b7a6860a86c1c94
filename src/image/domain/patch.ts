import { Check } from "typebox/value";
import { CloudError } from "#base/errors.ts";
import { requireWritable } from "./attributes.ts";
import { imageBody, type AttributeValue } from "./image-schema.ts";

/** The two drafts of JSON patch that Glance reads: media type → draft (Image API reference, "Update image"). */
export const patchDrafts: Readonly<Record<string, 4 | 10>> = {
  "application/openstack-images-v2.0-json-patch": 4,
  "application/openstack-images-v2.1-json-patch": 10,
};

export type Change =
  | {
      readonly op: "add" | "replace";
      readonly name: string;
      readonly value: AttributeValue;
      readonly draft: 4 | 10;
    }
  | { readonly op: "remove"; readonly name: string };

const operations = ["add", "remove", "replace"] as const;
type PatchOp = (typeof operations)[number];

/** Throws `invalid` or `forbidden` in Glance's words. */
export function parsePatch(body: unknown, draft: 4 | 10): readonly Change[] {
  if (!Array.isArray(body)) throw invalid("Request body must be a JSON array of operation objects.");
  return body.map((raw: unknown) => parseChange(raw, draft));
}

function parseChange(raw: unknown, draft: 4 | 10): Change {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw))
    throw invalid("Operations must be JSON objects.");
  const change = raw as Record<string, unknown>;
  const op = draft === 10 ? opOfDraft10(change) : opOfDraft4(change);
  const pointer = draft === 10 ? change["path"] : change[op];
  if (typeof pointer !== "string") throw invalid("Unable to find 'path' in JSON Schema change");
  const name = nameOf(pointer);
  requireWritable(name, false);
  if (op === "remove") return { op, name };
  if (!("value" in change)) throw invalid(`Operation "${op}" requires a member named "value".`);
  const value = change["value"];
  if (!Check(imageBody, { [name]: value })) {
    throw invalid(
      `The value ${JSON.stringify(value)} does not fit attribute '${name}'; see /v2/schemas/image.`,
    );
  }
  return { op, name, value: value as AttributeValue, draft };
}

function opOfDraft10(change: Record<string, unknown>): PatchOp {
  const found = operations.find((op) => op === change["op"]);
  if (found) return found;
  const allowed = `It must be one of the following: ${operations.join(", ")}.`;
  if (change["op"] === undefined) throw invalid(`Unable to find \`op\` in JSON Schema change. ${allowed}`);
  throw invalid(`Invalid operation: \`${JSON.stringify(change["op"]).replaceAll('"', "")}\`. ${allowed}`);
}

function opOfDraft4(change: Record<string, unknown>): PatchOp {
  const found = operations.filter((op) => op in change);
  if (found.length === 1 && found[0]) return found[0];
  const count = found.length === 0 ? "exactly" : "only";
  throw invalid(`Operation objects must contain ${count} one member named "add", "remove", or "replace".`);
}

/** A JSON pointer (RFC 6901) of depth one; an image has no deeper part that can be changed alone. */
function nameOf(pointer: string): string {
  if (!pointer.startsWith("/")) throw invalid(`Pointer \`${pointer}\` does not start with "/".`);
  if (/~(?![01])/.test(pointer)) {
    throw invalid(`Pointer \`${pointer}\` contains "~" not part of a recognized escape sequence.`);
  }
  const [name = "", ...deeper] = pointer.slice(1).split("/");
  const decoded = name.replaceAll("~1", "/").replaceAll("~0", "~").trim();
  if (deeper.length > 0 || decoded === "")
    throw invalid(`Invalid JSON pointer for this resource: '${pointer}'`);
  return decoded;
}

function invalid(message: string): CloudError {
  return new CloudError("invalid", message);
}
