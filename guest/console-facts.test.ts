import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseGuestFacts } from "./console-facts.ts";

async function sample(name: string): Promise<string> {
  return await readFile(join(import.meta.dirname, "samples", name), "utf8");
}

describe("a guest with a TPM 2.0, booted twice", () => {
  test("the first boot writes and seals, everything later reads and unseals the same", async () => {
    const blocks = parseGuestFacts(await sample("two-boots.txt"));
    expect(
      blocks.map(({ boots, seq, nv, secret }) => ({ boots, seq, nv: nv?.state, secret: secret?.state })),
    ).toEqual([
      { boots: 1, seq: 1, nv: "written", secret: "sealed" },
      { boots: 1, seq: 2, nv: "read", secret: "unsealed" },
      { boots: 2, seq: 1, nv: "read", secret: "unsealed" },
    ]);
    expect(new Set(blocks.map((block) => block.nv?.value))).toEqual(
      new Set(["3f30eb407bcb663d36863670cf709eb6"]),
    );
    expect(new Set(blocks.map((block) => block.secret?.value))).toEqual(
      new Set(["31df2407e27f36a19d0cb75e12d2646c"]),
    );
    expect(new Set(blocks.map((block) => block.bootId)).size).toBe(2);
    expect(blocks.flatMap((block) => block.problems)).toEqual([]);
  });

  test("each fact of a block has its place", async () => {
    const [block] = parseGuestFacts(await sample("two-boots.txt"));
    expect(block).toMatchObject({
      bootId: "1c96f554-e130-4ed2-8639-970084778b20",
      uptimeSeconds: 3.1,
      devices: ["/dev/tpm0", "/dev/tpmrm0"],
      tpmVersion: "2.0",
      ekSha256: "2cffb1fd7127b0bf16b30ebedfb04e6e306cbbedae70abd031408852aa61a099",
      certificateSha256: "7f84218718df9042fa0621e07236a3de77de59deae6f07bfa51fa221dec07519",
    });
    expect(block?.pcrs.size).toBe(8);
    expect(block?.pcrs.get("sha256:0")).toBe(
      "e21b703ee69c77476bccb43ec0336a9a1b2914b378944f7b00a10214ca8fea93",
    );
  });
});

test("a TPM 1.2 has a device, a version, an owner, an EK, SHA-1 PCRs, an NV value and a secret", async () => {
  const [block] = parseGuestFacts(await sample("tpm12.txt"));
  expect(block).toMatchObject({
    boots: 2,
    devices: ["/dev/tpm0"],
    tpmVersion: "1.2",
    ekSha256: "43d4208560ed40442b645ff093c933a701c0d75d28800406df8a4826f8fb72ed",
    owner: "owned",
    nv: { state: "read", value: "2c5b11a93953e397dea45dd1713f675c" },
    secret: { state: "unsealed", value: "0b5e7c66079d2da2e09eb0d1cbae4af2" },
    problems: [],
  });
  expect(block?.pcrs.get("sha1:0")).toBe("3a3f780f11a4b49969fcaa80cd6e3957c33b2275");
});

test("a guest without a TPM says so", async () => {
  const [block] = parseGuestFacts(await sample("no-tpm.txt"));
  expect(block).toMatchObject({ devices: [], tpmVersion: undefined, ekSha256: undefined, problems: [] });
});

test("a TPM whose state was remade is a loss, never a first boot", async () => {
  const [block] = parseGuestFacts(await sample("lost.txt"));
  expect(block).toMatchObject({
    nv: { state: "lost" },
    secret: { state: "lost" },
    certificateSha256: undefined,
  });
  expect(block?.problems).toEqual([
    "NV: LOST index 0x1500016 is gone, but it was written when this disk was booted before",
    "secret: LOST object 0x81008001 is gone, but it was sealed when this disk was booted before",
  ]);
});

describe("a damaged console", () => {
  test("a block that a reset cut off is left out, the next one is whole", async () => {
    const text = await sample("no-tpm.txt");
    const cutOff = text.slice(0, text.indexOf("sealstone-guest: devices"));
    expect(parseGuestFacts(`${cutOff}\r\n${text}`)).toHaveLength(1);
    expect(parseGuestFacts(cutOff)).toEqual([]);
  });

  test("a block whose beginning the log has dropped is left out", async () => {
    const text = await sample("no-tpm.txt");
    expect(parseGuestFacts(text.slice(text.indexOf("sealstone-guest: seq")))).toEqual([]);
  });

  test("what an error says is kept", () => {
    const lines = ["---- facts begin ----", "boot-id: b", "seq: 1", "uptime: 3.5", "boots: unknown"];
    lines.push("devices: /dev/tpm0", "NV: error: tpm:warn(2.0): out of memory", "---- facts end ----");
    const [block] = parseGuestFacts(lines.map((line) => `sealstone-guest: ${line}\n`).join(""));
    expect(block).toMatchObject({
      boots: undefined,
      nv: { state: "error", value: "error: tpm:warn(2.0): out of memory" },
      problems: ["NV: error: tpm:warn(2.0): out of memory"],
    });
  });
});
