import { untrack } from "svelte";
import { ApiError, getJson } from "./api.ts";

/** Whoever tries again tries for all that failed: the cause is likely one, such as a server that was gone. */
let retries = $state(0);

/**
 * What an address of the API answers. Another address is another request; until it is answered the old data stays,
 * so that nothing jumps, and the old request is given up.
 */
export class Resource<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<ApiError | undefined>();
  /** The address that `data` is of. */
  url = $state.raw<string | undefined>();
  loading = $state(false);

  /** `initial` is what the server put into the page, for the address it has then. */
  constructor(url: () => string | undefined, initial?: { readonly url: string; readonly data: T }) {
    if (initial !== undefined) {
      this.data = initial.data;
      this.url = initial.url;
    }
    $effect(() => {
      const wanted = url();
      void retries;
      const isAnswered = untrack(() => wanted === this.url && this.error === undefined);
      if (wanted === undefined || isAnswered) return;
      const controller = new AbortController();
      this.loading = true;
      getJson<T>(wanted, { signal: controller.signal }).then(
        (data) => {
          if (controller.signal.aborted) return;
          this.data = data;
          this.url = wanted;
          this.error = undefined;
          this.loading = false;
        },
        (error: unknown) => {
          if (controller.signal.aborted) return;
          this.error = error instanceof ApiError ? error : new ApiError(String(error));
          this.loading = false;
        },
      );
      return () => controller.abort();
    });
  }

  retry(): void {
    retries++;
  }
}
