import { isoMicroseconds } from "#base/clock.ts";
import type { RotationProgress } from "../../app/rotation.ts";

export function rotationView({ rotation, remaining }: RotationProgress): object {
  return {
    id: rotation.id,
    project_id: rotation.projectId,
    status: rotation.status,
    total: rotation.total,
    remaining,
    created: isoMicroseconds(rotation.createdAt),
    updated: isoMicroseconds(rotation.updatedAt),
  };
}
