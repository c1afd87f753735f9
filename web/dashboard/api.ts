/** An answer of the server that is not what was asked for, or none at all. */
export class ApiError extends Error {
  readonly hint: string;
  readonly code: string;

  constructor(message: string, hint = "", code = "") {
    super(message);
    this.hint = hint;
    this.code = code;
  }
}

/** Told on the window with every answer: the number of the portfolio that it is of. */
export const ANSWERED = "cardscope:answered";

interface Asked {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** What the server answers, or its reason why not. */
export async function send(path: string, { method = "GET", body, signal }: Asked = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
      ...(signal && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(
      "the server does not answer",
      "see whether cardscope still runs, and try again",
      "OFFLINE",
    );
  }
  const portfolio = response.headers.get("cardscope-portfolio");
  if (portfolio !== null) dispatchEvent(new CustomEvent(ANSWERED, { detail: Number(portfolio) }));
  if (response.ok) return response;
  throw failureOf(await response.json().catch(() => undefined), response.status);
}

export const getJson = async <T>(path: string, asked: Asked = {}): Promise<T> =>
  (await (await send(path, asked)).json()) as T;

export function failureOf(answer: unknown, status: number): ApiError {
  const error = (answer as { error?: { message?: string; hint?: string; code?: string } } | undefined)?.error;
  return new ApiError(error?.message ?? `the server answers ${status}`, error?.hint, error?.code);
}
