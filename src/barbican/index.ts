export { secretsBesideEmbedded } from "./beside-embedded.ts";
export type { BarbicanOptions } from "./options.ts";
export { createBarbicanSecrets } from "./secrets.ts";
