import { Socket } from "node:net";

type Sent = (error?: Error | null) => void;

/**
 * A socket that sends what is written in one go of JavaScript as one piece: statements that go out together are one call of the
 * kernel and wake the server once. (Over TLS, which takes the connection over, it is a plain one.)
 */
export class GatheringSocket extends Socket {
  #isGathering = false;

  override write(bytes: Uint8Array | string, sent?: Sent): boolean;
  override write(bytes: Uint8Array | string, encoding?: BufferEncoding, sent?: Sent): boolean;
  override write(bytes: Uint8Array | string, encoding?: BufferEncoding | Sent, sent?: Sent): boolean {
    if (!this.#isGathering) {
      this.#isGathering = true;
      this.cork();
      process.nextTick(() => {
        this.#isGathering = false;
        this.uncork();
      });
    }
    return typeof encoding === "function" ? super.write(bytes, encoding) : super.write(bytes, encoding, sent);
  }
}
