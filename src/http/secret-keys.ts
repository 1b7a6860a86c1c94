/** Keys whose values must not come back in a message: passwords, tokens, payloads, credentials. */
export const secretKey = /pass|^(token|payload|secret|blob)$/i;

/** A copy of JSON whose secret values are a word. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      secretKey.test(key) ? "[hidden]" : withoutSecrets(inner),
    ]),
  );
}
