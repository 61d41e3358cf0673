/* One request to the server, and what came of it. */

/* A server that is asked and says nothing is as good as none: a lid that was closed leaves such requests behind. */
const PATIENCE = 20000;

/* The code of a refusal: what was asked for has been done, or cannot be done any more. */
export const ALREADY_DONE = "life.not_possible";

/* `ended`: the session; `elsewhere`: another person or seat has the browser; `refused`: for good, with the reason;
   `away`: nobody answered, or only a front did. */
export function kindOf(status, body) {
  if (status === 200) return "ok";
  if (status === 204) return "nothing";
  if (status === 422 && body?.troubles) return "invalid";
  if (status === 401 || status === 423) return "ended";
  if (status === 412) return "elsewhere";
  if (status >= 500 && !body?.code) return "away";
  return "refused";
}

/* byItself: nobody has just done anything, so the session grows no younger by it. */
export async function post(address, body, { byItself = false, lasting = false } = {}) {
  const headers = { Accept: "application/json" };
  if (byItself) headers["X-By-Itself"] = "1";
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const answer = await fetch(address, {
      method: "POST",
      body,
      redirect: "manual",
      headers,
      signal,
      keepalive: lasting,
    });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const told = isJson ? await answer.json() : null;
    return { kind: kindOf(answer.status, told), body: told };
  } catch {
    return { kind: "away", body: null };
  }
}
