/** Something that a compute host must have. */
export interface Requirement {
  readonly name: string;
  readonly ok: boolean;
  /** What was found, for a person. */
  readonly found: string;
  /** The command or setting that mends it. */
  readonly fix: string;
  /** False for what only vTPMs need while the host is configured to offer none. */
  readonly needed: boolean;
}
