import type { Server, VmState } from "./server.ts";

const from: readonly VmState[] = ["active", "stopped", "paused", "suspended"];

/** nova.compute.api.API.snapshot and .backup: check_instance_state. A lock does not keep them away. */
export const createImageRule = { nova: "createImage", from };
export const createBackupRule = { nova: "createBackup", from };

/** nova.compute.utils.NON_INHERITABLE_IMAGE_PROPERTIES and the default of [DEFAULT] non_inheritable_image_properties. */
const notInherited: ReadonlySet<string> = new Set([
  "cache_in_nova",
  "bittorrent",
  // Of the one image that carries it.
  "sealstone:tpm",
  "cinder_encryption_key_id",
  "cinder_encryption_key_deletion_policy",
  "img_signature",
  "img_signature_hash_method",
  "img_signature_key_type",
  "img_signature_certificate_uuid",
]);

export type SnapshotType = "snapshot" | "backup";

/** Who asks, as far as the image says it. */
export interface SnapshotCaller {
  readonly userId: string;
  readonly userName: string;
  readonly projectId: string | undefined;
  readonly projectName: string | undefined;
}

/**
 * The properties of an image that is made of the server: what its own image has, what Nova adds
 * (nova.compute.utils.create_image), which TPM the server has, and over all what the user gives.
 */
export function snapshotProperties(
  server: Server,
  caller: SnapshotCaller,
  own: {
    readonly type: SnapshotType;
    readonly metadata: Readonly<Record<string, string>>;
    /** Whether the image carries the server's TPM; a word for its readers, the table is the truth. */
    readonly copyTpm?: boolean | undefined;
  },
): Record<string, string> {
  const { image, tpm } = server;
  const inherited = Object.entries(image.properties).filter(([name]) => !notInherited.has(name));
  const isOwners = caller.projectId === server.projectId;
  return {
    base_image_ref: image.id,
    ...Object.fromEntries(inherited),
    // Of the token, so said only when it is the owner's.
    ...(caller.userId === server.userId ? { owner_user_name: caller.userName } : {}),
    ...(isOwners && caller.projectName !== undefined ? { owner_project_name: caller.projectName } : {}),
    ...(tpm === undefined ? {} : { hw_tpm_version: tpm.version, hw_tpm_model: tpm.model }),
    instance_uuid: server.id,
    user_id: caller.userId,
    image_type: own.type,
    ...(own.copyTpm === true ? { "sealstone:tpm": "copy" } : {}),
    ...own.metadata,
    ...(isOwners ? {} : { instance_owner: server.projectId }),
  };
}
