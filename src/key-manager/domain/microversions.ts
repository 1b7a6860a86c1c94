/**
 * 1.1: secrets show their consumers; 1.2: a secret that has some is not deleted without `force`
 * (barbican's microversion history).
 */
export const microversions = { min: "1.0", max: "1.2", default: "1.0" } as const;
