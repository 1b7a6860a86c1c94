/** What a sealed passphrase is bound to: a box made for one server opens for no other. */
export function vtpmAssociatedData(serverId: string): string {
  return `sealstone vtpm passphrase for server ${serverId}`;
}

/** What a passphrase is bound to that a host keeps for itself (mode `host`): one server, one secret, and no box of the bus. */
export function keptAssociatedData(serverId: string, secretId: string): string {
  return `sealstone vtpm passphrase ${secretId} kept by the host of server ${serverId}`;
}
