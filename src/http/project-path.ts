/** Paths of older clients name a project: `/compute/v2.1/PROJECT/servers` is `/compute/v2.1/servers` (nova.api.openstack.ProjectMapper). */
import type { FastifyRequest } from "fastify";
import { CloudError } from "#base/errors.ts";
import type { Caller } from "./context.ts";
import { serviceAt, type Service } from "./service.ts";

const named = /^(\/v[\d.]+)\/([0-9a-f]{32})(?=[/?]|$)/;

function ofService({ prefix }: Service, url: string): RegExpExecArray | null {
  return named.exec(url.slice(prefix.length));
}

/** The path without its project. */
export function projectPathRewrite(byPrefix: readonly Service[], url: string): string {
  const service = serviceAt(byPrefix, url);
  if (service?.projectPaths !== true) return url;
  const found = ofService(service, url);
  return found ? `${service.prefix}${found[1]}${url.slice(service.prefix.length + found[0].length)}` : url;
}

/** Throws `invalid` when the path names another project than the token's. */
export function projectPathPermit(service: Service, request: FastifyRequest, { projectId }: Caller): void {
  if (service.projectPaths !== true || request.originalUrl === request.url) return;
  const project = ofService(service, request.originalUrl)?.[2];
  if (project === undefined || project === projectId) return;
  throw new CloudError(
    "invalid",
    `Malformed request URL: URL's project_id '${project}' doesn't match Context's project_id '${projectId ?? "None"}'`,
  );
}
