/** Why a file was not taken, or a job not begun: HTTP has a status of its own for each. */
export abstract class ImportRefusal extends Error {
  abstract readonly status: 408 | 409 | 413;
  abstract readonly code: string;
  abstract readonly hint: string;
}

export class TooLarge extends ImportRefusal {
  readonly status = 413;
  readonly code = "TOO_LARGE";
  readonly hint = "start cardscope with the files on the command line: there is no limit there";

  constructor(name: string, limit: number) {
    super(`${name}: more than ${megabytes(limit)}`);
  }
}

export class TimedOut extends ImportRefusal {
  readonly status = 408;
  readonly code = "TIMED_OUT";
  readonly hint = "send the file again";

  constructor(name: string) {
    super(`${name}: the file did not arrive in time`);
  }
}

export class Busy extends ImportRefusal {
  readonly status = 409;
  readonly code = "BUSY";
  readonly hint = "wait until it is done, or stop it";

  constructor(isStopping: boolean) {
    super(isStopping ? "other files are still being put away" : "other files are being read");
  }
}

export class IsLive extends ImportRefusal {
  readonly status = 409;
  readonly code = "LIVE";
  readonly hint = "start another cardscope for other files";

  constructor() {
    super("events change this portfolio: no files take its place");
  }
}

const megabytes = (bytes: number): string =>
  bytes < 1_000_000
    ? `${bytes} bytes`
    : `${Math.floor(bytes / 100_000) / 10} MB`.replace(/^(\d+)\.0 /, "$1 ");
