import { expect, test } from "vitest";
import { oauthHeaderParse, signatureBase, signatureMatches } from "./oauth1-signature.ts";

/** The client of RFC 5849, 1.2, asks for temporary credentials (signed by oauthlib), and for a photo. */
const temporary = `OAuth realm="Photos",
  oauth_consumer_key="dpf43f3p2l4k3l03",
  oauth_signature_method="HMAC-SHA1",
  oauth_timestamp="137131200",
  oauth_nonce="wIjqoxSZLgrLrSLX8w",
  oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready",
  oauth_signature="U6FWFR6WRmnFTog%2F0DmVAi89tUw%3D"`;
const photo = `OAuth realm="Photos",
  oauth_consumer_key="dpf43f3p2l4k3l03",
  oauth_token="nnch734d00sl2jdk",
  oauth_signature_method="HMAC-SHA1",
  oauth_timestamp="137131202",
  oauth_nonce="chapoH",
  oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D"`;

const parse = (header: string) => oauthHeaderParse(header) ?? new Map<string, string>();

test("a signature fits its request and secrets alone", () => {
  const asking = {
    method: "POST",
    url: "https://photos.example.net/initiate",
    query: {},
    parameters: parse(temporary),
  };
  expect(signatureMatches(asking, { consumer: "kd94hf93k423kf44", token: "" })).toBe(true);
  expect(signatureMatches(asking, { consumer: "kd94hf93k423kf45", token: "" })).toBe(false);
  expect(signatureMatches({ ...asking, method: "GET" }, { consumer: "kd94hf93k423kf44", token: "" })).toBe(
    false,
  );
  const secrets = { consumer: "kd94hf93k423kf44", token: "pfkkdhi9sl3r4s00" };
  const reading = {
    method: "GET",
    url: "http://photos.example.net:80/photos",
    query: { file: "vacation.jpg", size: "original" },
    parameters: parse(photo),
  };
  expect(signatureMatches(reading, secrets)).toBe(true);
  expect(signatureMatches({ ...reading, query: { file: "other.jpg", size: "original" } }, secrets)).toBe(
    false,
  );
});

test("the base string of RFC 5849, 3.4.1.1", () => {
  const base = signatureBase({
    method: "post",
    url: "http://EXAMPLE.com/request",
    query: { b5: "=%3D", a3: ["a", "2 q"], "c@": "", a2: "r b", c2: "" },
    parameters: parse(
      `OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7",
       oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a",
       oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D"`,
    ),
  });
  expect(base).toBe(
    "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2" +
      "%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26" +
      "oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7",
  );
});

test("what is no OAuth header has no parameters", () => {
  expect(oauthHeaderParse(undefined)).toBeUndefined();
  expect(oauthHeaderParse("Basic abc")).toBeUndefined();
});
