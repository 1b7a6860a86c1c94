/** What wraps the projects' keys and other services' boxes. */
export interface MasterKey {
  /** Seals a project's key, or what another service keeps, for the database. */
  wrap(key: Buffer, context: readonly string[]): Promise<string>;
  /** The key in a fresh Buffer, which the caller wipes. Throws `bug` when it was not wrapped by this key in this context. */
  unwrap(wrapped: string, context: readonly string[]): Promise<Buffer>;
}

/**
 * Where master keys are. A file is the first kind; a PKCS#11 token or a transit service, which never give a key away,
 * fit behind the same calls. Which key is which, and which of them wraps, the database knows (`MasterKeyRing`).
 */
export interface MasterKeyHolder {
  /** For messages to the operator. */
  readonly source: string;
  /** What is there now; none when it is empty. Throws `invalid` when what is there cannot be trusted. */
  load(): Promise<readonly MasterKey[]>;
  /** Makes the very first key, unless there is one: of two processes that start at once one makes it. */
  ensureFirst(): Promise<void>;
  /**
   * A new key, as a text for the database by which every process that has `by` gets it (`take`). A file's is the key
   * itself, wrapped by `by`; a token's would be a label.
   */
  make(by: MasterKey, context: readonly string[]): Promise<string>;
  take(handedOver: string, by: MasterKey, context: readonly string[]): Promise<MasterKey>;
  /** From now on these are there, and no others. A kill leaves what was there or these; durable when it resolves. */
  keep(keys: readonly MasterKey[]): Promise<void>;
}
