/** Bytes that are no XDR of the expected type, or a value that the type cannot hold. */
export class XdrError extends Error {
  override readonly name = "XdrError";
}
