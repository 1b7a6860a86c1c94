/** What a config drive says, in the messages between the control plane and a host, which makes the drive. */
import { Type, type Static } from "typebox";

/** All but what is secret (nova.api.metadata.base.InstanceMetadata). */
export const ConfigDriveFacts = Type.Object({
  name: Type.String(),
  hostname: Type.String(),
  projectId: Type.String(),
  reservationId: Type.String(),
  /** 0 when absent. */
  launchIndex: Type.Optional(Type.Integer()),
  availabilityZone: Type.String(),
  flavorName: Type.String(),
  imageId: Type.String(),
  kernelId: Type.Optional(Type.String()),
  ramdiskId: Type.Optional(Type.String()),
  /** Where Nova says that the flavor's empty disks are; absent: it has none. */
  ephemeralDevice: Type.Optional(Type.String()),
  swapDevice: Type.Optional(Type.String()),
  metadata: Type.Record(Type.String(), Type.String()),
  keypair: Type.Optional(Type.Object({ name: Type.String(), type: Type.String(), publicKey: Type.String() })),
  /** Base64. */
  userData: Type.Optional(Type.String()),
});
export type ConfigDriveFacts = Static<typeof ConfigDriveFacts>;

/** What a request alone says and the cloud never keeps: as JSON in a box that is sealed to the host. */
export const ConfigDriveInjection = Type.Object({
  adminPass: Type.Optional(Type.String()),
  /** `contents` is base64. */
  files: Type.Array(Type.Object({ path: Type.String(), contents: Type.String() })),
});
export type ConfigDriveInjection = Static<typeof ConfigDriveInjection>;

/** What such a box is bound to. */
export function configDriveAssociatedData(serverId: string): string {
  return `sealstone config drive for server ${serverId}`;
}
