// Import boundaries (ARCHITECTURE.md, "Folders"). tools/boundaries.test.ts proves that each of them bites.
const services = "identity|placement|image|key-manager|audit|compute";

module.exports = {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "service-by-its-face",
      comment: "A service imports another only by its index.ts; so does everybody else.",
      severity: "error",
      from: { path: `^src/(${services})/` },
      to: { path: `^src/(${services})/`, pathNot: [`^src/$1/`, `^src/(${services})/index\\.ts$`] },
    },
    {
      name: "others-by-the-face",
      severity: "error",
      from: { path: "^src/", pathNot: `^src/(${services})/` },
      to: { path: `^src/(${services})/`, pathNot: `^src/(${services})/index\\.ts$` },
    },
    {
      name: "api-through-app",
      comment: "Handlers call the app; they touch neither SQL nor sagas. Types of rows may be named.",
      severity: "error",
      from: { path: `^src/(${services})/api/` },
      to: { path: "^src/(db|bus|saga)/|/(store|sagas|reconcilers)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "api-on-top",
      comment: "Nothing below knows how HTTP says it.",
      severity: "error",
      from: { path: `^src/(${services})/(app|domain|store|sagas|reconcilers)/` },
      to: { path: `^src/(${services})/api/` },
    },
    {
      name: "store-below",
      severity: "error",
      from: { path: `^src/(${services})/store/` },
      to: {
        path: "^src/",
        pathNot: ["^src/(db|base)/", `^src/(${services})/(store|domain)/`],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "domain-is-pure",
      severity: "error",
      from: { path: `^src/(${services})/domain/`, pathNot: "\\.test\\.ts$" },
      to: {
        path: `^src/[^/]+/(app|api|store|sagas|reconcilers)/|^src/(db|bus|http|saga)/`,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "libvirt-stands-alone",
      severity: "error",
      from: { path: "^src/libvirt/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^src/libvirt/", dependencyTypesNot: ["core"] },
    },
    {
      name: "base-stands-alone",
      severity: "error",
      from: { path: "^src/base/", pathNot: "\\.test\\.ts$" },
      to: { pathNot: "^src/base/", dependencyTypesNot: ["core"] },
    },
    {
      name: "agent-without-database-or-http",
      severity: "error",
      from: { path: "^src/agent/" },
      to: { path: `^src/(db|http|saga|policy|main|${services})/|/store/|node_modules/(kysely|fastify)/` },
    },
    {
      name: "sim-without-libvirt",
      comment: "A simulated host needs no libvirt, not even by way of the real agent's parts.",
      severity: "error",
      from: { path: "^src/agent/sim/" },
      to: { path: "^src/libvirt/", reachable: true },
    },
    {
      name: "sql-in-stores",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/db/|/store/|^src/saga/testing/" },
      to: { path: "node_modules/kysely/" },
    },
    {
      name: "processes-at-the-top",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/main/" },
      to: { path: "^src/main/" },
    },
  ],
  options: {
    // TypeScript 7 has no API that dependency-cruiser knows: without this it checks nothing and says that all is well.
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".mjs", ".js"],
      conditionNames: ["node", "import"],
      exportsFields: ["exports"],
    },
  },
};
