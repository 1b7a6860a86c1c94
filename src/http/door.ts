import type { IncomingHttpHeaders } from "node:http";
import type { Policy } from "#policy/index.ts";
import { compareMicroversions, microversionOf, type Microversion } from "./context.ts";
import { microversionHeaders, negotiateMicroversion } from "./microversions.ts";
import type { Operation, Route } from "./operation.ts";
import type { HttpServerOptions, Service } from "./service.ts";

/** What is the same for all requests of one method and path. */
export interface Door extends HttpServerOptions {
  readonly policy: Policy;
  readonly service: Service;
  /** Whether none of its routes needs a token. */
  readonly isPublic: boolean;
  offer(headers: IncomingHttpHeaders): Offer;
}

/** What a microversion makes of it. */
export interface Offer {
  readonly microversion: Microversion;
  /** That say so in the answer. */
  readonly headers: Readonly<Record<string, string>>;
  readonly routes: readonly Route<unknown>[];
  /** Actions that other microversions have. */
  readonly otherActions: ReadonlySet<string>;
  readonly rawBody: Operation<unknown>["rawBody"];
}

/** `routes`: the rows of this method and path. */
export function createDoor(
  options: HttpServerOptions & { readonly policy: Policy },
  service: Service,
  routes: readonly Route<unknown>[],
): Door {
  const offers = new Map<number, Offer>();
  return {
    ...options,
    service,
    isPublic: routes.every((row) => row.policy === "public"),
    offer(headers) {
      const version = negotiateMicroversion(service, headers);
      const key = version.major * 1_000 + version.minor;
      const known = offers.get(key);
      if (known) return known;
      const offer = offerOf(service, routes, version);
      offers.set(key, offer);
      return offer;
    },
  };
}

function offerOf(service: Service, routes: readonly Route<unknown>[], microversion: Microversion): Offer {
  const offered = routes.filter((row) => inRange(row, microversion));
  return {
    microversion,
    headers: microversionHeaders(service, microversion),
    routes: offered,
    otherActions: new Set(routes.flatMap(({ action }) => action ?? [])),
    rawBody: offered[0]?.operation.rawBody,
  };
}

function inRange(row: Route<unknown>, version: Microversion): boolean {
  const { since, until } = row;
  return (
    (since === undefined || compareMicroversions(version, microversionOf(since)) >= 0) &&
    (until === undefined || compareMicroversions(version, microversionOf(until)) <= 0)
  );
}
