import { isoMicroseconds } from "#base/clock.ts";
import type { ContainerInUse } from "../../app/container.ts";
import type { ContainerId } from "../../domain/container.ts";
import { secretRef } from "../secrets/view.ts";

export function containerRef(baseUrl: string, id: ContainerId): string {
  return `${baseUrl}/v1/containers/${id}`;
}

export function containerView(baseUrl: string, { container, consumers }: ContainerInUse): object {
  return {
    created: isoMicroseconds(container.createdAt),
    updated: isoMicroseconds(container.updatedAt),
    status: "ACTIVE",
    name: container.name ?? null,
    type: container.type,
    creator_id: container.creatorId,
    secret_refs: container.secrets.map(({ name, secretId }) => ({
      name: name ?? null,
      secret_ref: secretRef(baseUrl, secretId),
    })),
    consumers: consumers.map(({ name, url }) => ({ name, URL: url })),
    container_ref: containerRef(baseUrl, container.id),
  };
}
