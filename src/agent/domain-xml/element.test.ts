import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { element, xmlEscape, xmlPrint, xmlUnescape } from "./element.ts";
import { xmlElementFind, xmlTextFind } from "./read.ts";

test("what is undefined is left out", () => {
  const xml = xmlPrint(
    element("a", { b: 1, c: undefined }, [undefined, element("d"), element("e", {}, "f")]),
  );
  expect(xml).toBe('<a b="1">\n  <d/>\n  <e>f</e>\n</a>\n');
});

test("whatever can be said in XML comes back as it was, in text and in attributes", () => {
  const sayable = string({ unit: "binary" }).filter((text) => !/[^\t\n\r\u0020-\ufffd]/.test(text));
  assert(
    property(sayable, (text) => {
      const xml = xmlPrint(element("a", {}, [element("b", { c: text }), element("d", {}, text)]));
      expect(xmlElementFind(xml, "b")?.attributes["c"]).toBe(text);
      expect(xmlElementFind(xml, "d")?.inner).toBe(xmlEscape(text));
      expect(xmlUnescape(xmlEscape(text))).toBe(text);
    }),
  );
});

test("what cannot be said in XML is replaced", () => {
  expect(xmlEscape("a\u0000b\u001b[1m\ud800")).toBe("a\ufffdb\ufffd[1m\ufffd");
});

test("reads what libvirt prints", () => {
  const xml =
    "<capabilities>\n  <host>\n    <cpu>\n      <arch>x86_64</arch>\n    </cpu>\n  </host>\n</capabilities>";
  expect(xmlTextFind(xml, "arch")).toBe("x86_64");
  expect(xmlTextFind(xml, "model")).toBeUndefined();
  expect(xmlElementFind("<tpm supported='no'/><x/>", "tpm")).toEqual({
    attributes: { supported: "no" },
    inner: "",
  });
});
