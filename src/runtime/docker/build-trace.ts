import protobuf from "protobufjs/light.js";

/** One step of a build as BuildKit sees it now. A step may be told of many times. */
export interface TraceStep {
  readonly digest: string;
  /** Such as `[base 2/3] RUN make`. */
  readonly name: string;
  /** True if its result came from the cache. */
  readonly cached: boolean;
  /** Milliseconds since 1970; null before its start. */
  readonly started: number | null;
  readonly completed: number | null;
  /** Empty if it did not fail. */
  readonly error: string;
}

/** A part of a step, such as the download of a layer. */
export interface TraceProgress {
  readonly step: string;
  readonly name: string;
  /** Bytes; 0 if the part has no size. */
  readonly total: number;
  readonly isComplete: boolean;
}

export interface TraceOutput {
  readonly step: string;
  readonly bytes: Uint8Array;
}

export interface TraceWarning {
  readonly text: string;
  /** The page that explains it; may be empty. */
  readonly url: string;
}

/** What BuildKit tells at once. */
export interface BuildTrace {
  readonly steps: readonly TraceStep[];
  readonly progress: readonly TraceProgress[];
  readonly output: readonly TraceOutput[];
  readonly warnings: readonly TraceWarning[];
}

interface Time {
  readonly seconds: number;
  readonly nanos: number;
}

interface StatusMessage {
  readonly steps: readonly (Omit<TraceStep, "started" | "completed"> & {
    started: Time | null;
    completed: Time | null;
  })[];
  readonly progress: readonly { step: string; id: string; name: string; total: number; completed: Time | null }[];
  readonly output: readonly TraceOutput[];
  readonly warnings: readonly { short: Uint8Array; url: string }[];
}

const field = (id: number, type: string) => ({ id, type });
const listOf = (id: number, type: string) => ({ id, type, rule: "repeated" });

/** BuildKit's message StatusResponse, with the fields that are read here. Names are ours; the numbers are BuildKit's. */
const { Status } = protobuf.Root.fromJSON({
  nested: {
    Time: { fields: { seconds: field(1, "int64"), nanos: field(2, "int32") } },
    Step: {
      fields: {
        digest: field(1, "string"),
        name: field(3, "string"),
        cached: field(4, "bool"),
        started: field(5, "Time"),
        completed: field(6, "Time"),
        error: field(7, "string"),
      },
    },
    Progress: {
      fields: {
        id: field(1, "string"),
        step: field(2, "string"),
        name: field(3, "string"),
        total: field(5, "int64"),
        completed: field(8, "Time"),
      },
    },
    Output: { fields: { step: field(1, "string"), bytes: field(4, "bytes") } },
    Warning: { fields: { short: field(3, "bytes"), url: field(5, "string") } },
    Status: {
      fields: {
        steps: listOf(1, "Step"),
        progress: listOf(2, "Progress"),
        output: listOf(3, "Output"),
        warnings: listOf(4, "Warning"),
      },
    },
  },
}).nested as { Status: protobuf.Type };

/** Decodes the `aux` of an event `moby.buildkit.trace`. @throws Error if it is no such message */
export function decodeTrace(aux: string): BuildTrace {
  const message = Status.toObject(Status.decode(Buffer.from(aux, "base64")), {
    longs: Number,
    arrays: true,
    defaults: true,
  }) as StatusMessage;
  return {
    steps: message.steps.map((step) => ({
      ...step,
      started: millisecondsOf(step.started),
      completed: millisecondsOf(step.completed),
    })),
    progress: message.progress.map(({ step, id, name, total, completed }) => ({
      step,
      name: id || name,
      total,
      isComplete: completed !== null,
    })),
    output: message.output,
    warnings: message.warnings.map(({ short, url }) => ({ text: Buffer.from(short).toString("utf8"), url })),
  };
}

const millisecondsOf = (time: Time | null): number | null => time && time.seconds * 1_000 + time.nanos / 1_000_000;
