/** What a wrapped project key is bound to: rows cannot be swapped. */
export function projectKeyContext(keyId: string, projectId: string): readonly string[] {
  return ["project-key", keyId, projectId];
}
