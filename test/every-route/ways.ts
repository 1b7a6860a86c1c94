import { hugeBody, malformedJson, unknownBodyField, wrongBodyType } from "./body-ways.ts";
import { badToken, foreignProject, goodRead, noToken } from "./token-ways.ts";
import {
  impossibleName,
  otherMethod,
  otherMicroversion,
  otherPath,
  unknownMicroversion,
} from "./url-ways.ts";
import type { Way } from "./walk.ts";

export const ways: readonly Way[] = [
  goodRead,
  noToken,
  badToken,
  foreignProject,
  unknownMicroversion,
  otherMicroversion,
  otherMethod,
  otherPath,
  impossibleName,
  malformedJson,
  hugeBody,
  unknownBodyField,
  wrongBodyType,
];
