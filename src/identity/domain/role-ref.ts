/** How a request names a role: by one of the two. */
export interface RoleRef {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}
