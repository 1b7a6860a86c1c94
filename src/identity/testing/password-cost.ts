import type { PasswordCost } from "../index.ts";

/** Of tests that are not about passwords, and sign in thousands of times: the least that argon2id takes. */
export const testPasswordCost: PasswordCost = { memory: 8, passes: 1, parallelism: 1 };
