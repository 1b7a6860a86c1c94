import { Type, type Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { orderCreate } from "../../app/order.ts";
import { contentTypeFind, contentTypesText } from "../../domain/content-type.ts";
import { isoTimeParse } from "../../domain/iso-time.ts";
import { orderTypes, type OrderMeta } from "../../domain/order.ts";
import { invalidObject } from "../../domain/secret.ts";
import { orderRef } from "./view.ts";

const Text = Type.String({ maxLength: 255 });

/** barbican.common.validators.TypeOrderValidator: unknown fields are let through. */
const body = Type.Object(
  {
    type: Type.Enum([...orderTypes]),
    meta: Type.Object({
      name: Type.Optional(Type.Union([Text, Type.Null()])),
      algorithm: Text,
      bit_length: Type.Integer({ minimum: 1, maximum: 32_767 }),
      mode: Type.Optional(Type.Union([Text, Type.Null()])),
      expiration: Type.Optional(Type.Union([Text, Type.Null()])),
      payload_content_type: Type.Optional(Type.Union([Text, Type.Null()])),
      passphrase: Type.Optional(Type.Union([Text, Type.Null()])),
      payload: Type.Optional(Type.Null()),
    }),
  },
  { title: "Order" },
);

export const orderCreateOperation = operation({
  body,
  handle: async (ctx: KeyManagerCtx, input) => {
    const { type } = input.body;
    const meta = metaOf(input.body.meta, ctx.clock.now());
    const { passphrase = null } = input.body.meta;
    // The wire format is JSON: until here it was a string.
    const bytes = passphrase === null || passphrase === "" ? undefined : Buffer.from(passphrase, "utf8");
    try {
      const ref = orderRef(ctx.baseUrl, await orderCreate(ctx, { type, meta, passphrase: bytes }));
      return new Reply(202, { order_ref: ref }, { Location: ref });
    } finally {
      if (bytes) wipe(bytes);
    }
  },
});

function metaOf(given: Static<typeof body>["meta"], now: number): OrderMeta {
  if (given.algorithm.trim() === "") throw refused("'algorithm' is required field", "meta");
  if (given.bit_length % 8 !== 0)
    throw new CloudError("invalid", "Provided field value is not supported: bit_length is no multiple of 8.");
  return {
    name: given.name?.trim() ?? null,
    algorithm: given.algorithm.trim(),
    bit_length: given.bit_length,
    ...(typeof given.mode === "string" ? { mode: given.mode.trim() } : {}),
    ...contentTypeOf(given.payload_content_type),
    expiration: expirationOf(given.expiration?.trim(), now),
  };
}

function contentTypeOf(text: string | null | undefined): Pick<OrderMeta, "payload_content_type"> {
  if (text === undefined || text === null || text === "") return {};
  if (contentTypeFind(text)) return { payload_content_type: text };
  throw refused(`payload_content_type is not one of ${contentTypesText}`, "payload_content_type");
}

function expirationOf(text: string | undefined, now: number): string | null {
  if (text === undefined || text === "") return null;
  const timeMs = isoTimeParse(text);
  if (timeMs === undefined) throw refused("Invalid date for 'expiration'", "expiration");
  if (timeMs <= now) throw refused("'expiration' is before current time", "expiration");
  const fraction = (/\.(\d+)/.exec(text)?.[1] ?? "").padEnd(6, "0").slice(0, 6);
  return `${new Date(timeMs).toISOString().slice(0, 19)}${Number(fraction) === 0 ? "" : `.${fraction}`}`;
}

function refused(reason: string, property: string): CloudError {
  return invalidObject("Secret' within 'Order", reason, property);
}
