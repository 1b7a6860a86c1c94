import { CloudError } from "#base/errors.ts";
import type { Caller } from "#http/index.ts";

export type ImageStatus = "queued" | "saving" | "active" | "deactivated";
export type ImageVisibility = "public" | "community" | "shared" | "private";

/** Glance's nullable attributes are null here too, because clients see the null. */
export interface Image {
  readonly id: string;
  readonly name: string | null;
  readonly status: ImageStatus;
  readonly visibility: ImageVisibility;
  /** Project; null for an image that only an administrator may change. */
  readonly owner: string | null;
  readonly isProtected: boolean;
  readonly isHidden: boolean;
  readonly diskFormat: string | null;
  readonly containerFormat: string | null;
  readonly minDiskGiB: number;
  readonly minRamMiB: number;
  readonly sizeBytes: number | null;
  readonly virtualSizeBytes: number | null;
  readonly md5: string | null;
  readonly sha512: string | null;
  /** Names the file of the data, or of the upload that runs. */
  readonly dataId: string | null;
  readonly properties: Readonly<Record<string, string | null>>;
  readonly tags: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An image as one viewer found it. */
export interface SeenImage extends Image {
  /** The viewer's project, when the image is shared with it. */
  readonly memberId?: string;
}

/** Glance's state machine, as far as data comes by upload alone (glance.domain.Image.valid_state_targets). */
const transitions: Readonly<Record<ImageStatus, readonly ImageStatus[]>> = {
  queued: ["saving"],
  saving: ["active", "queued"],
  active: ["deactivated"],
  deactivated: ["active"],
};

/** Throws `conflict` in Glance's words when the state machine has no such step. */
export function requireTransition(from: ImageStatus, to: ImageStatus): void {
  if (transitions[from].includes(to)) return;
  throw new CloudError("conflict", `Image status transition from ${from} to ${to} is not allowed`);
}

/** Whose eyes look: an administrator sees all images, everybody else what belongs to the project or is open. */
export interface Viewer {
  readonly isAdmin: boolean;
  readonly projectId: string | undefined;
}

/** For callers without a policy at hand; the same as Glance's rule `context_is_admin`. */
export function viewerOf(caller: Caller): Viewer {
  return {
    isAdmin: caller.roles.some((role) => role.toLowerCase() === "admin"),
    projectId: caller.projectId,
  };
}

export function isOwner(image: Image, viewer: Viewer): boolean {
  return image.owner !== null && image.owner === viewer.projectId;
}

/** Without regard to whom the image is shared with. */
export function isVisible(image: Image, viewer: Viewer): boolean {
  if (viewer.isAdmin || isOwner(image, viewer)) return true;
  return image.visibility === "public" || image.visibility === "community";
}

export function imageNotFound(imageId: string): CloudError {
  return new CloudError("not-found", `No image found with ID ${imageId}`);
}
