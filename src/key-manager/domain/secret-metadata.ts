import { CloudError } from "#base/errors.ts";

/** What users note of a secret: keys in lower case. */
export type SecretMetadata = Readonly<Record<string, string>>;

/** barbican.common.validators.NewSecretMetadataValidator. */
export function secretMetadataParse(given: Readonly<Record<string, unknown>>): SecretMetadata {
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const name = metadataKeyParse(key);
      if (typeof value !== "string")
        throw new CloudError("invalid", "Invalid Metadata. Keys and Values must be Strings.");
      return [name, value.trim()];
    }),
  );
}

/** The key as it is kept. It is a part of a URL, so it has only what a URL may have. */
export function metadataKeyParse(key: string): string {
  if (!/^[A-Za-z0-9_-]*$/.test(key)) throw new CloudError("invalid", "Invalid Key. Key must be URL safe.");
  return key.toLowerCase();
}
