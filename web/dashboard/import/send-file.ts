import type { Upload } from "../../../src/server/routes/imports.ts";
import { ApiError, failureOf } from "../api.ts";

interface Sending {
  /** Bytes that are on their way or there. */
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/** Sends a file as it is; only XMLHttpRequest tells how far it is. */
export function sendFile(file: File, { onProgress, signal }: Sending): Promise<Upload> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/uploads?${new URLSearchParams({ name: file.name })}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () => {
      const answer = parse(request.responseText);
      if (request.status === 201) done(answer as Upload);
      else fail(failureOf(answer, request.status));
    };
    request.onerror = () =>
      fail(
        new ApiError(
          "the file could not be sent",
          "see whether it is still where it was, and whether cardscope still runs",
          "OFFLINE",
        ),
      );
    request.onabort = () => fail(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
