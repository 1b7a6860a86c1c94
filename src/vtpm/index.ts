export { keptAssociatedData, vtpmAssociatedData } from "./associated-data.ts";
export { tpmConstraintResolve, tpmModels, tpmSecretSecurities, tpmVersions } from "./constraint.ts";
export type { TpmConstraint, TpmModel, TpmSecretSecurity, TpmVersion } from "./constraint.ts";
export { tpmHostTraits, tpmRequiredTraits } from "./traits.ts";
