import { expect, test } from "vitest";
import { Secret } from "#base/secret.ts";
import { passwordHash, passwordMatches, recommendedPasswordCost as cost } from "./password.ts";

test("a password matches its own hash only, and each hash has its own salt", async () => {
  const password = new Secret("correct horse ✓");
  const [first, second] = await Promise.all([passwordHash(password, cost), passwordHash(password, cost)]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(first).not.toBe(second);
  const answers = [
    passwordMatches(first, password, cost),
    passwordMatches(first, new Secret("correct horse"), cost),
    passwordMatches(undefined, password, cost),
    passwordMatches("no PHC string", password, cost),
  ];
  expect(await Promise.all(answers)).toEqual([true, false, false, false]);
});

test("a hash of other parameters is understood (a vector of the argon2 reference implementation)", async () => {
  const phc = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  expect(await passwordMatches(phc, new Secret("password"), cost)).toBe(true);
  expect(await passwordMatches(phc, new Secret("differentpassword"), cost)).toBe(false);
});
