import { Type, type Static } from "typebox";
import { metadataKeyParse } from "../../domain/secret-metadata.ts";

/** barbican.common.validators.NewSecretMetadatumValidator. */
export const metadatumBody = Type.Object(
  { key: Type.String({ maxLength: 255 }), value: Type.String({ maxLength: 255 }) },
  { additionalProperties: false, title: "SecretMetadatum" },
);

export function metadatumOf(body: Static<typeof metadatumBody>): {
  readonly key: string;
  readonly value: string;
} {
  return { key: metadataKeyParse(body.key.trim()), value: body.value.trim() };
}
