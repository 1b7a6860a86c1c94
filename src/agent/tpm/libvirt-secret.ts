import {
  isNoSecret,
  secretDefine,
  secretList,
  secretLookupByUsage,
  secretSetValue,
  secretUndefine,
} from "#libvirt/index.ts";
import type { LibvirtConnection, SecretReference } from "#libvirt/index.ts";
import { swtpmBeganWatch } from "./swtpm-began.ts";
import { element, xmlPrint } from "../domain-xml/element.ts";

/** Ephemeral: never on libvirtd's disk; private: nobody reads its value back (https://libvirt.org/formatsecret.html). */
export function vtpmSecretXml(serverId: string, secretId: string): string {
  return xmlPrint(
    element("secret", { ephemeral: "yes", private: "yes" }, [
      element("uuid", {}, secretId),
      element("description", {}, `vTPM passphrase of server ${serverId}`),
      element("usage", { type: "vtpm" }, [element("name", {}, serverId)]),
    ]),
  );
}

/**
 * Gives libvirt the passphrase while `work` needs it, and takes it away whatever becomes of the work: a running
 * swtpm does without. With the domain's name it is taken away as soon as swtpm has it, which is before QEMU starts.
 */
export async function withVtpmSecret<T>(
  libvirt: LibvirtConnection,
  secret: {
    readonly serverId: string;
    readonly secretId: string;
    readonly passphrase: Uint8Array;
    readonly domainName?: string;
  },
  work: () => Promise<T>,
): Promise<T> {
  const { serverId, secretId, passphrase, domainName } = secret;
  // A usage belongs to one secret: one of another UUID that was left behind would be in the way.
  const left = await vtpmSecretFind(libvirt, serverId);
  if (left !== undefined && left.uuid !== secretId) await vtpmSecretRemove(libvirt, left);
  const ended = new AbortController();
  let early: Promise<void> | undefined;
  try {
    const began = domainName === undefined ? undefined : await swtpmBeganWatch(domainName, ended.signal);
    const handle = await secretDefine(libvirt, vtpmSecretXml(serverId, secretId));
    await secretSetValue(libvirt, handle, passphrase);
    early = began?.().then(() => vtpmSecretRemove(libvirt, { uuid: secretId }));
    // What fails of it is made up for below.
    early?.catch(() => undefined);
    return await work();
  } finally {
    ended.abort();
    await early?.catch(() => undefined);
    await vtpmSecretRemove(libvirt, { uuid: secretId });
  }
}

/** The secret of a server's TPM, if libvirt holds one. */
export async function vtpmSecretFind(
  libvirt: LibvirtConnection,
  serverId: string,
): Promise<SecretReference | undefined> {
  try {
    return await secretLookupByUsage(libvirt, "vtpm", serverId);
  } catch (error) {
    if (isNoSecret(error)) return undefined;
    throw error;
  }
}

export async function vtpmSecretRemove(libvirt: LibvirtConnection, secret: SecretReference): Promise<void> {
  try {
    await secretUndefine(libvirt, secret);
  } catch (error) {
    if (!isNoSecret(error)) throw error;
  }
}

/** The servers for whose TPM libvirt holds a secret, whoever's they are. */
export async function vtpmSecretServers(
  libvirt: LibvirtConnection,
): Promise<ReadonlyMap<string, SecretReference>> {
  const secrets = await secretList(libvirt);
  return new Map(
    secrets.filter(({ usageType }) => usageType === "vtpm").map((secret) => [secret.usageId, secret]),
  );
}
