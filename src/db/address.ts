import type { Secret } from "#base/secret.ts";

/** Where a database is; as `config/` reads it. */
export type DatabaseAddress =
  /** A file, made 0600. */
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgresql"; readonly url: Secret<string> };

/** What to call it in messages: never with a password. */
export function databaseLabel(address: DatabaseAddress): string {
  if (address.kind === "sqlite") return address.path;
  // Only these parts of the URL are shown: a password may also stand in its query.
  const url = URL.parse(address.url.expose().replace("@/", "@socket/"));
  if (!url) return "postgresql";
  const socket = url.searchParams.get("host");
  const place = socket ?? decodeURIComponent(url.host);
  const user = url.searchParams.get("user") ?? decodeURIComponent(url.username);
  return `PostgreSQL database ${decodeURIComponent(url.pathname.slice(1))} at ${user === "" ? "" : `${user}@`}${place}`;
}
