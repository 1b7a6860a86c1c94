import { describe, expect, test } from "vitest";
import * as errors from "./errors.ts";
import { XdrReader } from "./xdr/reader.ts";
import { XdrWriter } from "./xdr/writer.ts";

function received(code: number, domain = 10): errors.LibvirtError {
  const writer = new XdrWriter();
  writer.int(code);
  writer.int(domain);
  writer.optionalString("what libvirt says");
  writer.int(2);
  writer.boolean(true);
  writer.string("a-domain");
  writer.fixedOpaque(Buffer.alloc(16, 1));
  writer.int(-1);
  writer.optionalString("detail");
  writer.optionalString(undefined);
  writer.optionalString(undefined);
  writer.int(0);
  writer.int(0);
  writer.boolean(false);
  const reader = new XdrReader(writer.finish());
  const error = errors.errorRead(reader, "domainGetState");
  reader.end();
  return error;
}

describe("LibvirtError", () => {
  test("names its numbers", () => {
    expect(received(42)).toMatchObject({
      message: "what libvirt says",
      code: "no-domain",
      domain: "qemu",
      level: "error",
      procedure: "domainGetState",
    });
    expect(received(9_999, 9_999)).toMatchObject({ code: "unrecognized", domain: "unrecognized" });
  });

  test.each([
    [42, errors.isNoDomain],
    [66, errors.isNoSecret],
    [55, errors.isOperationInvalid],
    [9, errors.isOperationFailed],
    [68, errors.isOperationTimeout],
    [78, errors.isOperationAborted],
    [84, errors.isUnsupported],
    [3, errors.isUnsupported],
    [1, errors.isInternalError],
    [27, errors.isXmlError],
    [21, errors.isXmlError],
    [8, errors.isInvalidArgument],
    [88, errors.isDenied],
    [86, errors.isAgentUnresponsive],
  ])("error %i is told by its predicate alone", (code, predicate) => {
    const all = Object.entries(errors).filter(([name]) => /^is[A-Z]/.test(name)) as [
      string,
      (error: unknown) => boolean,
    ][];
    const telling = all.filter(([, each]) => each(received(code))).map(([, each]) => each);
    expect(telling).toEqual([predicate]);
    expect(predicate(new Error("another"))).toBe(false);
  });

  test("a lost connection is no LibvirtError", () => {
    const error = new errors.LibvirtConnectionError("gone", { reason: "lost" });
    expect(errors.isConnectionLost(error)).toBe(true);
    expect(errors.isOperationFailed(error)).toBe(false);
    expect(errors.isConnectionLost(received(42))).toBe(false);
  });
});
