/** A request that got no usable answer. `status` is 0 where none came at all. */
export class ApiError extends Error {
  constructor(message, { status = 0, retryAfterMs = 0, cause } = {}) {
    super(message, { cause });
    this.name = "ApiError";
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}
