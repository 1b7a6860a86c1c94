import { Type, type Static } from "typebox";
import { wipe } from "#base/secret.ts";
import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretCreate } from "../../app/secret.ts";
import { isoTimeParse } from "../../domain/iso-time.ts";
import { payloadOfJson } from "../../domain/payload.ts";
import { invalidObject, secretTypes, type SecretFacts } from "../../domain/secret.ts";
import { secretRef } from "./view.ts";

const Text = Type.String({ maxLength: 255 });

/** barbican.common.validators.NewSecretValidator: unknown fields are let through. */
const body = Type.Object(
  {
    name: Type.Optional(Type.Union([Text, Type.Null()])),
    secret_type: Type.Optional(Type.Enum([...secretTypes])),
    algorithm: Type.Optional(Text),
    bit_length: Type.Optional(Type.Integer({ minimum: 1, maximum: 32_767 })),
    mode: Type.Optional(Text),
    expiration: Type.Optional(Text),
    // Checked by `payloadOfJson`: the validator's messages quote what they refuse.
    payload: Type.Optional(Type.Unknown()),
    payload_content_type: Type.Optional(Type.Union([Text, Type.Null()])),
    payload_content_encoding: Type.Optional(Text),
  },
  { title: "Secret" },
);

export const secretCreateOperation = operation({
  body,
  handle: async (ctx: KeyManagerCtx, input) => {
    const facts = factsOf(input.body);
    const payload = payloadOfJson({
      payload: input.body.payload,
      contentType: input.body.payload_content_type,
      encoding: input.body.payload_content_encoding,
    });
    try {
      const ref = secretRef(ctx.baseUrl, await secretCreate(ctx, { facts, payload }));
      return new Reply(201, { secret_ref: ref }, { Location: ref });
    } finally {
      if (payload) wipe(payload.bytes);
    }
  },
});

function factsOf(fields: Static<typeof body>): SecretFacts {
  return {
    name: fields.name?.trim(),
    secretType: fields.secret_type ?? "opaque",
    algorithm: fields.algorithm?.trim(),
    bitLength: fields.bit_length,
    mode: fields.mode?.trim(),
    expiresAt: expirationOf(fields.expiration?.trim()),
  };
}

function expirationOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const timeMs = isoTimeParse(text);
  if (timeMs === undefined) throw invalidObject("Secret", "Invalid date for 'expiration'", "expiration");
  return timeMs;
}
