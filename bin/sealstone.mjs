#!/usr/bin/env node
import { launch } from "./launch.mjs";

launch(["src/main/sealstone.ts", ...process.argv.slice(2)]);
