/**
 * Whether an `Accept` header (RFC 9110) likes HTML at least as well as JSON, as webob weighs the two for an error.
 * Clients that say nothing get JSON.
 */
export function prefersHtml(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  const html = quality(accept, "text/html");
  return html > 0 && html >= quality(accept, "application/json");
}

/** Whether JSON would do; also to clients that say nothing. */
export function acceptsJson(accept: string | undefined): boolean {
  return accept === undefined || accept === "" || quality(accept, "application/json") > 0;
}

/** The weight of the most specific range that matches the media type; 0 when none does. */
function quality(accept: string, type: string): number {
  const ranges = new Map(
    accept.split(",").map((range): [string, number] => {
      const [name = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return [name, weight === undefined ? 1 : Number(weight.slice(2)) || 0];
    }),
  );
  return ranges.get(type) ?? ranges.get(`${type.split("/")[0]}/*`) ?? ranges.get("*/*") ?? 0;
}
