import { boolean, integer } from "../option.ts";

/** [placement] */
export const placementSection = {
  /** Which candidates a `limit` leaves: the first by name, or any. */
  randomize_allocation_candidates: boolean(false),
  /** Of Placement alone, without its path, beside the one port of all: OpenStack's packages serve it so at 8778. */
  listen_port: integer(undefined, 1, 65_535),
};
