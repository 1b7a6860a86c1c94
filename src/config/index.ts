export { configLoad } from "./load.ts";
export type { Config } from "./load.ts";
