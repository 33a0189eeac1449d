/** An error that the operator can mend: its message is a sentence that says what is wrong and what to do, without a stack. */
export class OperatorError extends Error {}
