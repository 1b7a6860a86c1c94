/** What a sealed passphrase is bound to: a box made for one server opens for no other. */
export function vtpmAssociatedData(serverId: string): string {
  return `sealstone vtpm passphrase for server ${serverId}`;
}
