import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { SecretBox } from "#base/secret-box.ts";
import type { Database, Migrations } from "#db/index.ts";
import { keyManagerEnvelope, type Service } from "#http/index.ts";
import { createPolicy, type Policy } from "#policy/index.ts";
import type { KeyManagerDeps } from "./app/deps.ts";
import { createOrderWork } from "./app/order-work.ts";
import { createRotationWork } from "./app/rotation-work.ts";
import { masterKeyOpen } from "./crypto/master-key-open.ts";
import { createPayloadVault } from "./crypto/payload-vault.ts";
import { secretsKept } from "./app/secret-access.ts";
import { microversions } from "./domain/microversions.ts";
import { keyManagerPolicyRules } from "./policy-rules.ts";
import { keyManagerRoutes } from "./routes.ts";
import { createSecrets, type Secrets } from "./app/secrets-face.ts";
import { keyManager } from "./store/migrations/0004-key-manager.ts";
import { keyManagerContainers } from "./store/migrations/0031-key-manager-containers.ts";
import { keyManagerOrders } from "./store/migrations/0032-key-manager-orders.ts";
import { keyManagerRotations } from "./store/migrations/0033-key-manager-rotations.ts";
import { keyManagerSecretUses } from "./store/migrations/0030-key-manager-secret-uses.ts";

export { keyManagerPolicyRules } from "./policy-rules.ts";
export type { SecretInput, Secrets, ServiceSecrets } from "./app/secrets-face.ts";
export type { SecretAlso } from "./app/secret.ts";

export const keyManagerMigrations: Migrations = {
  "0004-key-manager": keyManager,
  "0030-key-manager-secret-uses": keyManagerSecretUses,
  "0031-key-manager-containers": keyManagerContainers,
  "0032-key-manager-orders": keyManagerOrders,
  "0033-key-manager-rotations": keyManagerRotations,
};

export interface KeyManager {
  readonly service: Service<KeyManagerDeps>;
  readonly secrets: Secrets;
  /** Of the master key, for what other services of this process keep. */
  readonly box: SecretBox;
  /** Takes up orders and rotations that a stopped process left, and looks for such from time to time. */
  start(): void;
  /** Ends after the order and the piece of a rotation under way. */
  stop(): Promise<void>;
}

/**
 * Barbican's v1 API, and the same for the other services of this process. The master key file is made, 0600,
 * at the first start. Throws when it is readable by others or of a wrong size (`invalid`), lost, or not the
 * one that the database's secrets were sealed with (`conflict`).
 */
export async function createKeyManager(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly masterKeyPath: string;
  /** The operator's; absent: the default rules. Must know the service's `policyRules`. */
  readonly policy?: Policy | undefined;
}): Promise<KeyManager> {
  const { database, clock, log } = options;
  const masterKey = await masterKeyOpen({ database, clock, path: options.masterKeyPath });
  const vault = createPayloadVault({ database, clock, masterKey });
  const orders = createOrderWork({ database, clock, log, vault });
  const rotations = createRotationWork({ database, clock, log, vault });
  const deps: KeyManagerDeps = {
    database,
    kept: secretsKept(database, clock),
    log,
    vault,
    orders,
    rotations,
  };
  const policy = options.policy ?? createPolicy(keyManagerPolicyRules);
  return {
    service: {
      type: "key-manager",
      prefix: "/key-manager",
      envelope: keyManagerEnvelope,
      microversions,
      routes: keyManagerRoutes,
      policyRules: keyManagerPolicyRules,
      deps,
    },
    secrets: createSecrets({ deps, clock, policy }),
    start() {
      orders.start();
      rotations.start();
    },
    async stop() {
      await Promise.all([orders.stop(), rotations.stop()]);
    },
    box: {
      seal: (plaintext, context) => masterKey.key.wrap(plaintext, ["box", ...context]),
      open: (sealed, context) => masterKey.key.unwrap(sealed, ["box", ...context]),
    },
  };
}
