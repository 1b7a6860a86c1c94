import { LibvirtConnection, secretList } from "#libvirt/index.ts";

/** While `work` runs, libvirt is asked for its secrets again and again: for how long it had one for this TPM, ms. */
export async function secretVisibleMs(
  socketPath: string,
  serverId: string,
  work: () => Promise<unknown>,
): Promise<{ readonly visibleMs: number; readonly looks: number }> {
  await using libvirt: LibvirtConnection = await LibvirtConnection.open({ socketPath });
  const ended = new AbortController();
  const done = work().finally(() => ended.abort());
  let [first, last, looks] = [0, 0, 0];
  while (!ended.signal.aborted) {
    const secrets = await secretList(libvirt);
    looks += 1;
    if (secrets.some(({ usageType, usageId }) => usageType === "vtpm" && usageId === serverId)) {
      last = performance.now();
      if (first === 0) first = last;
    }
  }
  await done;
  return { visibleMs: last - first, looks };
}
