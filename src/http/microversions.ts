import type { IncomingHttpHeaders } from "node:http";
import { CloudError } from "#base/errors.ts";
import { compareMicroversions, microversionOf, parseMicroversion, type Microversion } from "./context.ts";
import type { Service } from "./service.ts";

const none: Microversion = { major: 0, minor: 0 };

/**
 * The microversion that a request asks for (API-SIG microversion specification): header
 * `OpenStack-API-Version: compute 2.37`, or Nova's older one; `latest` is the newest.
 * A malformed one is `invalid`, one out of range `unsupported-microversion` (406).
 */
export function negotiateMicroversion(service: Service, headers: IncomingHttpHeaders): Microversion {
  const range = service.microversions;
  if (!range) return none;
  const [min, max] = [microversionOf(range.min), microversionOf(range.max)];
  const asked = requestedText(service, headers);
  if (asked === undefined) return microversionOf(range.default);
  if (asked === "latest") return max;
  const version = parseMicroversion(asked);
  if (!version) {
    const message =
      service.envelope.microversion?.(asked, "malformed") ??
      `API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`;
    throw new CloudError("invalid", message);
  }
  if (compareMicroversions(version, min) < 0 || compareMicroversions(version, max) > 0) {
    throw new CloudError(
      "unsupported-microversion",
      service.envelope.microversion?.(asked, "unsupported") ??
        `Version ${asked} is not supported by the API. Minimum is ${range.min} and maximum is ${range.max}.`,
      { data: { errorFields: { max_version: range.max, min_version: range.min } } },
    );
  }
  return version;
}

function requestedText(service: Service, headers: IncomingHttpHeaders): string | undefined {
  const standard = headers["openstack-api-version"];
  const legacy = service.microversions?.legacyHeader;
  const older = legacy === undefined ? undefined : headers[legacy.toLowerCase()];
  if (standard === undefined && older === undefined) return undefined;
  const entries = (Array.isArray(standard) ? standard.join(",") : (standard ?? "")).split(",");
  for (const entry of entries) {
    const [type, version] = entry.trim().split(/\s+/);
    if (type?.toLowerCase() === service.type && version !== undefined) return version.toLowerCase();
  }
  return typeof older === "string" ? older.trim().toLowerCase() : undefined;
}

/** The headers that say which microversion answered. */
export function microversionHeaders(
  service: Service,
  version: Microversion,
): Readonly<Record<string, string>> {
  const range = service.microversions;
  if (!range) return {};
  const text = `${version.major}.${version.minor}`;
  const legacy = range.legacyHeader;
  return {
    "OpenStack-API-Version": `${service.type} ${text}`,
    Vary: legacy === undefined ? "openstack-api-version" : `OpenStack-API-Version, ${legacy}`,
    ...(legacy === undefined ? {} : { [legacy]: text }),
  };
}
