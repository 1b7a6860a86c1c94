/**
 * What wraps the projects' keys. A key file is the first kind; a PKCS#11 token or a transit service, which
 * never give their key away, fit behind the same two calls.
 */
export interface MasterKey {
  /** Seals a project's key for the database. */
  wrap(key: Buffer, context: readonly string[]): Promise<string>;
  /** The key in a fresh Buffer, which the caller wipes. Throws `bug` when it was not wrapped by this key in this context. */
  unwrap(wrapped: string, context: readonly string[]): Promise<Buffer>;
  /** For messages to the operator: where this key comes from. */
  readonly source: string;
}
