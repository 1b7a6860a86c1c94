import { join, resolve } from "node:path";
import { Secret } from "#base/secret.ts";
import { ConfigError } from "./config-error.ts";

/** Where the database is: a file of this process alone, or a server for any number of control planes. */
export type DatabaseAddress =
  | { readonly kind: "sqlite"; readonly path: string }
  /** The URL may hold a password. */
  | { readonly kind: "postgresql"; readonly url: Secret<string> };

const allowed = "sqlite:////absolute/path or postgresql://user:password@host:port/name";

/** `[database] connection`. Throws ConfigError, which repeats no more than the URL's scheme: the rest may hold a password. */
export function databaseAddressOf(
  connection: string | undefined,
  place: string,
  statePath: string,
): DatabaseAddress {
  if (connection === undefined) return { kind: "sqlite", path: join(statePath, "sealstone.sqlite") };
  const path = /^sqlite:\/\/(\/.*)$/.exec(connection)?.[1];
  if (path !== undefined) return { kind: "sqlite", path: resolve(path.replace(/^\/(?=\/)/, "")) };
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(connection)?.[1];
  const found = scheme === undefined ? "no URL" : `a ${scheme} URL`;
  const refused = (what: string): ConfigError =>
    new ConfigError(place, `[database] connection: found ${what}, allowed is ${allowed}`);
  if (!/^postgres(ql)?:\/\//i.test(connection)) throw refused(found);
  const wrong = mistakeIn(connection);
  if (wrong !== undefined) throw refused(`${found} ${wrong}`);
  return { kind: "postgresql", url: new Secret(connection) };
}

function mistakeIn(connection: string): string | undefined {
  // A user without a host, as in postgresql://user@/name?host=/run/postgresql, is libpq's form for a unix socket.
  const url = URL.parse(connection.replace("@/", "@socket/"));
  if (!url) return "that cannot be read (a special character of a password is written as %XX)";
  if (!isDecodable([url.username, url.password, url.hostname, url.pathname].join("")))
    return "with a % that is not followed by two hexadecimal digits";
  if (url.pathname.length < 2) return "without the name of a database";
  return undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    // URIError, the answer.
    return false;
  }
}
