/**
 * The Debian packages that `buildGuest` needs on the machine. The kernel is not among them: installing one would
 * run its hooks (initramfs, boot loader), so it is fetched and unpacked instead.
 */
export const guestPackages: readonly string[] = ["busybox-static", "qemu-utils", "tpm2-tools", "xz-utils"];

/** Depends on the current kernel package of the distribution, whose name carries the version. */
export const kernelMetaPackage = "linux-image-cloud-amd64";

/** Fetched and unpacked too, where the distribution has them. */
export const tpm12Packages: readonly string[] = ["trousers", "tpm-tools"];
