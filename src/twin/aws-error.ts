/** An error as an AWS service answers it. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** The exception's name, as SDKs know it. */
  readonly code: string;
  readonly statusCode: number;

  constructor(code: string, message: string, statusCode = 400) {
    super(message);
    this.code = code;
    this.statusCode = statusCode;
  }
}

/** The texts of validation failures are AWS's where they are known; only the exception's name is relied on. */
export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
