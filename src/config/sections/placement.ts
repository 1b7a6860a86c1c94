import { boolean } from "../option.ts";

/** [placement] */
export const placementSection = {
  /** Which candidates a `limit` leaves: the first by name, or any. */
  randomize_allocation_candidates: boolean(false),
};
