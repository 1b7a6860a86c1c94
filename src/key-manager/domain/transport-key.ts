/** A public key that a store's plug-in takes secrets under. Nothing here asks for one: the embedded store has none. */
export interface TransportKey {
  readonly id: string;
  readonly pluginName: string;
  readonly transportKey: string;
  readonly createdAt: number;
}
