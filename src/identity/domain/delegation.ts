/** A request that an application credential may make (Keystone's access rule). */
export interface AccessRule {
  readonly id: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

/** What a token was got with, when it was not its user's own sign-in. */
export interface DelegationRef {
  readonly kind: "application_credential" | "trust" | "oauth1";
  readonly id: string;
}

/** The same, with all that the token's answer shows. */
export type TokenDelegation =
  | {
      readonly kind: "application_credential";
      readonly id: string;
      readonly name: string;
      readonly unrestricted: boolean;
      /** Undefined: every request. */
      readonly accessRules: readonly AccessRule[] | undefined;
    }
  | {
      readonly kind: "trust";
      readonly id: string;
      readonly trustorUserId: string;
      readonly trusteeUserId: string;
      readonly impersonation: boolean;
    }
  | { readonly kind: "oauth1"; readonly id: string; readonly consumerId: string };
