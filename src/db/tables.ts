/**
 * Every table of the database. Each store file adds its own:
 *
 *     declare module "#db/tables.ts" {
 *       interface Tables { projects: ProjectRow }
 *     }
 */
// oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-empty-interface
export interface Tables {}
