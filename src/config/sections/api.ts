import { integer, text } from "../option.ts";

/** [api] */
export const apiSection = {
  listen_address: text("127.0.0.1"),
  listen_port: integer(8_700, 1, 65_535),
  /** What clients are told, when it is not the address itself: https://cloud.example.org */
  public_endpoint: text(undefined),
};
