export { sealKeyPairLoad } from "./key-pair.ts";
export { boxOpen, boxSeal } from "./box.ts";
export type { SealKeyPair } from "./key-pair.ts";
