import type { TokenDelegation } from "../../domain/delegation.ts";

/** What Keystone adds to a token that was not got by its user's own sign-in. */
export function delegationView(delegation: TokenDelegation | undefined): object {
  switch (delegation?.kind) {
    case undefined:
      return {};
    case "application_credential": {
      const { id, name, unrestricted, accessRules } = delegation;
      const rules = accessRules ? { access_rules: accessRules } : {};
      return { application_credential: { id, name, restricted: !unrestricted, ...rules } };
    }
    case "trust":
      return {
        "OS-TRUST:trust": {
          id: delegation.id,
          impersonation: delegation.impersonation,
          trustor_user: { id: delegation.trustorUserId },
          trustee_user: { id: delegation.trusteeUserId },
        },
      };
    case "oauth1":
      return { "OS-OAUTH1": { access_token_id: delegation.id, consumer_id: delegation.consumerId } };
  }
}
