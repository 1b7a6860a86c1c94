import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Database, Migrations } from "#db/index.ts";
import { keyManagerEnvelope, type Service } from "#http/index.ts";
import { createPolicy, type Policy } from "#policy/index.ts";
import type { KeyManagerDeps } from "./app/deps.ts";
import { createOrderWork } from "./app/order-work.ts";
import { createRotationWork } from "./app/rotation-work.ts";
import { createMasterRotation } from "./app/master-rotation-work.ts";
import { createMasterBox } from "./crypto/master-box.ts";
import { masterKeyFile } from "./crypto/master-key-file.ts";
import { masterKeyRingOpen } from "./crypto/master-key-ring.ts";
import type { MasterKeyHolder } from "./crypto/master-key.ts";
import { createPayloadVault } from "./crypto/payload-vault.ts";
import { secretsKept } from "./app/secret-access.ts";
import type { SealedValues } from "./domain/sealed-values.ts";
import type { SecretBox } from "./domain/secret-box.ts";
import { microversions } from "./domain/microversions.ts";
import { keyManagerPolicyRules, keyManagerPolicyTarget } from "./policy-rules.ts";
import { keyManagerRoutes } from "./routes.ts";
import { createSecrets, type Secrets } from "./app/secrets-face.ts";
import { masterKeyList } from "./store/master-keys.ts";
import { projectKeyValues } from "./store/project-key-values.ts";
import { keyManager } from "./store/migrations/0004-key-manager.ts";
import { keyManagerContainers } from "./store/migrations/0031-key-manager-containers.ts";
import { keyManagerMasterKeys } from "./store/migrations/0068-key-manager-master-keys.ts";
import { keyManagerOrders } from "./store/migrations/0032-key-manager-orders.ts";
import { keyManagerRotations } from "./store/migrations/0033-key-manager-rotations.ts";
import { keyManagerTransportKeys } from "./store/migrations/0069-key-manager-transport-keys.ts";
import { keyManagerSecretUses } from "./store/migrations/0030-key-manager-secret-uses.ts";

export { keyManagerPolicyRules } from "./policy-rules.ts";
export type { SealedValue, SealedValues } from "./domain/sealed-values.ts";
export type { Sealed, SecretBox } from "./domain/secret-box.ts";
export type { SecretInput, Secrets, ServiceSecrets } from "./app/secrets-face.ts";
export type { SecretAlso } from "./app/secret.ts";

export const keyManagerMigrations: Migrations = {
  "0004-key-manager": keyManager,
  "0030-key-manager-secret-uses": keyManagerSecretUses,
  "0031-key-manager-containers": keyManagerContainers,
  "0032-key-manager-orders": keyManagerOrders,
  "0033-key-manager-rotations": keyManagerRotations,
  "0068-key-manager-master-keys": keyManagerMasterKeys,
  "0069-key-manager-transport-keys": keyManagerTransportKeys,
};

export interface KeyManager {
  readonly service: Service<KeyManagerDeps>;
  readonly secrets: Secrets;
  /**
   * Of the master keys, for what other services of this process keep. Who gets one says where: a rotation moves what is
   * there, and an old key stays while anything there needs it. To be asked for before `start`.
   */
  boxFor(places: readonly SealedValues[]): SecretBox;
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
  /** Another place of the master keys than that file. */
  readonly masterKeys?: MasterKeyHolder | undefined;
  /** The operator's; absent: the default rules. Must know the service's `policyRules`. */
  readonly policy?: Policy | undefined;
}): Promise<KeyManager> {
  const { database, clock, log } = options;
  const holder = options.masterKeys ?? masterKeyFile(options.masterKeyPath);
  const ring = await masterKeyRingOpen({ database, clock, holder });
  const vault = createPayloadVault({ database, clock, ring });
  const orders = createOrderWork({ database, clock, log, vault });
  const rotations = createRotationWork({ database, clock, log, vault });
  const [first] = await masterKeyList(database.db);
  const box = createMasterBox(ring, first?.id ?? "");
  const sealedValues: SealedValues[] = [projectKeyValues];
  const masterRotation = createMasterRotation({ database, clock, log, ring, box, sealedValues });
  const deps: KeyManagerDeps = {
    database,
    kept: secretsKept(database, clock),
    log,
    vault,
    orders,
    rotations,
    ring,
    sealedValues,
    masterRotation,
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
      policyTarget: keyManagerPolicyTarget,
      deps,
    },
    secrets: createSecrets({ deps, clock, policy }),
    start() {
      orders.start();
      rotations.start();
      masterRotation.start();
    },
    async stop() {
      await Promise.all([orders.stop(), rotations.stop(), masterRotation.stop()]);
    },
    boxFor(places) {
      sealedValues.push(...places.map(ofBoxes));
      return {
        seal: (plaintext, context) => box.seal(plaintext, boxContext(context)),
        open: (sealed, context) => box.open(sealed, boxContext(context)),
      };
    },
  };
}

/** A box cannot be passed off as a project's key. */
function boxContext(context: readonly string[]): readonly string[] {
  return ["box", ...context];
}

/** The place, with the contexts that its boxes really have. */
function ofBoxes(place: SealedValues): SealedValues {
  return {
    ...place,
    async some(db, prefix, limit) {
      const found = await place.some(db, prefix, limit);
      return found.map((value) => ({ ...value, context: boxContext(value.context) }));
    },
  };
}
