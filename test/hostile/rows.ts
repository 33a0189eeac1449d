/** Where a threat is tried: a test file, and sentences that name tests in it. */
export interface Trial {
  readonly file: string;
  readonly tests: readonly string[];
}

export interface Row {
  readonly threat: string;
  /** What must be refused, or must do no harm. */
  readonly hostile: readonly Trial[];
  /** What looks alike, and must be taken. */
  readonly twin: readonly Trial[];
}

const tried = (file: string, ...tests: readonly string[]): Trial => ({ file: `test/${file}.test.ts`, tests });
const generated = (...tests: readonly string[]) => tried("hostile/generated", ...tests);
const TWINS = generated("each place of the schema takes its harmless twin");

/** Threats to the query language, and the tests that try each. */
export const LANGUAGE: Readonly<Record<string, Row>> = {
  G1: {
    threat: "cyclic depth",
    hostile: [
      tried(
        "http/documents",
        "fields nested thirteen deep are refused before they are executed",
        "depth that is hidden in fragments counts",
        "deeper introspection is refused",
      ),
    ],
    twin: [
      tried(
        "http/documents",
        "fields may be nested twelve deep",
        "the standard introspection query, fifteen deep, passes",
      ),
    ],
  },
  G2: {
    threat: "cost by page size",
    hostile: [tried("http/cost", "three such pages in each other are refused")],
    twin: [tried("http/cost", "a page of a hundred in a page of a hundred passes")],
  },
  G3: {
    threat: "alias flood",
    hostile: [tried("http/documents", "thirty aliases pass, and thirty-one are refused")],
    twin: [tried("http/documents", "twenty root fields pass, and twenty-one are refused, through a fragment too")],
  },
  G4: {
    threat: "brute force in one request",
    hostile: [
      tried("http/documents", "five mutations pass, and six are refused with none of them made"),
      tried(
        "hostile/language",
        "a secret taken %s in one mutation is refused, and none is kept",
        "fragments that spread each other twice are counted at once",
      ),
    ],
    twin: [tried("hostile/language", "a secret is taken beside other changes, and by one of several operations")],
  },
  G5: {
    threat: "directive flood",
    hostile: [
      tried(
        "http/documents",
        "a flood of directives is refused with a short answer",
        "directives that nobody knows, one at each of fifty-one places, are refused",
      ),
    ],
    twin: [
      tried(
        "hostile/language",
        "an answer in parts is not given to who takes nothing else, and whole to who takes both",
      ),
    ],
  },
  G6: {
    threat: "field repetition, overlapping fragments",
    hostile: [
      tried(
        "http/documents",
        "a document of more than two thousand tokens is refused",
        "a field with fields of its own stands a hundred and fifty times in a document, and no more",
        "fragments that spread each other in pairs are answered in less than a second",
      ),
    ],
    twin: [
      tried(
        "http/documents",
        "a field that is repeated four hundred times passes, and once more is refused",
        "sixty fragments pass, and sixty-one are refused",
      ),
    ],
  },
  G7: {
    threat: "fragment doubling",
    hostile: [tried("http/cost", "fragments that each spread the next twice are refused within a second")],
    twin: [tried("http/cost", "fragments on a connection count by the page that they stand in")],
  },
  G8: {
    threat: "nesting in literals",
    hostile: [
      tried(
        "http/documents",
        "%s nested twenty thousand deep are refused with our code",
        "variables nested five thousand deep are refused with our code",
      ),
    ],
    twin: [tried("http/documents", "variables nested five deep pass")],
  },
  G9: {
    threat: "many operations",
    hostile: [tried("http/documents", "ten operations pass, and eleven are refused")],
    twin: [tried("hostile/language", "a secret is taken beside other changes, and by one of several operations")],
  },
  G10: {
    threat: "batching",
    hostile: [tried("http/bodies", "a list of operations is refused")],
    twin: [tried("http/bodies", "the type %s is taken")],
  },
  G11: {
    threat: "introspection",
    hostile: [
      tried("hostile/language", "introspection of %s is refused before it is executed"),
      tried("http/token", "%s asks for the token"),
    ],
    twin: [
      tried(
        "hostile/language",
        "the standard introspection passes however low the operator sets the limits, and so do twenty types",
      ),
    ],
  },
  G12: {
    threat: "suggestion leak",
    hostile: [
      tried(
        "hostile/language",
        "a mistake in the name of %s is reported without other names",
        "a mistake in a variable is reported without other names",
      ),
    ],
    twin: [tried("http/values", "what would be right is said")],
  },
  G13: {
    threat: "stack and internals leak",
    hostile: [
      tried(
        "http/errors",
        "an unknown failure is masked, and logged once under the id that the client gets",
        "a password in the failure's words does not reach the log",
      ),
      tried(
        "hostile/unreachable-store",
        "a MongoDB that is cut off is reported without a word of its own, and found again",
        "a store whose connection has been closed is reported without a word of its own",
      ),
    ],
    twin: [tried("http/errors", "an error of ours keeps its code, its message and the path of the input")],
  },
  G14: {
    threat: "value echo",
    hostile: [
      tried(
        "http/values",
        "a wrong value for %s is refused with its path and without itself",
        "%s in the document is refused with its path and without itself",
        "a syntax error says where and not what",
      ),
      generated("no place of the schema takes what it must refuse, and nothing of it is kept"),
    ],
    twin: [TWINS],
  },
  G15: {
    threat: "names that every object has",
    hostile: [
      tried("http/documents", "a __proto__ in the variables pollutes nothing"),
      generated("nothing of what was refused is in the log, no object is polluted, and the server answers"),
    ],
    twin: [tried("hostile-inputs", "the name %s is kept", "details with %s are kept as they are")],
  },
  G16: {
    threat: "list arguments",
    hostile: [
      tried("http/cost", "all lists together have a thousand items at most"),
      tried("hostile/language", "a list of 250 ids is looked at, one of 251 and one of 200,000 are not"),
    ],
    twin: [tried("hostile/language", "a gateway asks for a thousand entities at once, and not for one more")],
  },
  G17: {
    threat: "JSON",
    hostile: [
      tried("hostile-inputs", "details with %s are refused", "details written as %s in a document are refused"),
    ],
    twin: [
      tried("hostile-inputs", "details with %s are kept as they are"),
      tried("http/values", "honest keys pass: dots, spaces, digits"),
    ],
  },
  G18: {
    threat: "numbers and strings",
    hostile: [
      tried(
        "hostile/language",
        "%s is refused with its path",
        "a size beyond what a number holds is refused, and the largest is judged by its own rule",
      ),
    ],
    twin: [tried("hostile/language", "a whole character outside of the first plane and a composed letter are kept")],
  },
  G19: {
    threat: "huge bodies and bombs",
    hostile: [
      tried(
        "http/bodies",
        "a compressed body is refused before it grows",
        "the type %s is refused",
        "a large body without a length is refused on the way",
        "a body that is longer than its length says does not disturb the server",
      ),
    ],
    twin: [tried("http/bodies", "a body of 256 KiB is taken, and one byte more is refused")],
  },
  G20: {
    threat: "slow clients",
    hostile: [
      tried(
        "hostile/slow-clients",
        "two hundred clients that send %s byte by byte are let go, and everybody else is answered",
        "clients that say nothing are let go",
        "of two hundred clients without the token 64 are kept, and one that has shown it is not held up",
      ),
    ],
    twin: [tried("hostile/slow-clients", "a client that sends its request in pieces, but in time, is answered")],
  },
  G21: {
    threat: "requests that another page sends",
    hostile: [
      tried(
        "http/origins",
        "a simple request that a foreign page could send is refused",
        "a GET never changes anything",
      ),
    ],
    twin: [tried("http/origins", "a GET with the header that asks first is answered")],
  },
  G22: {
    threat: "answers that another page reads",
    hostile: [tried("http/origins", "a page of %s is refused")],
    twin: [tried("http/origins", "a page of a listed origin is let in, and no other origin is named")],
  },
  G23: {
    threat: "execution time",
    hostile: [
      tried(
        "hostile/deadline",
        "a query past its deadline says so, and the store stops working on it",
        "the store stops working for a client that has gone",
        "of a mutation, what had begun is done whole at the deadline, and the rest is not begun",
      ),
      tried("http/deadline", "a query by %s ends at its deadline"),
    ],
    twin: [
      tried("hostile/deadline", "the same query of few records is answered in time"),
      tried(
        "http/deadline",
        "a query by %s that is quicker is answered",
        "a mutation by %s is waited for: its client must learn what was done",
      ),
    ],
  },
  G24: {
    threat: "a read for each record",
    hostile: [
      tried("batching", "the lineage of 500 deployments costs one store call per type and level, as that of one does"),
    ],
    twin: [tried("batching", "a connection under a list is one call for all parents, and its count another")],
  },
  G25: {
    threat: "persisted queries",
    hostile: [
      tried(
        "hostile/language",
        "a query is not kept for its hash, nor asked for by it",
        "thousands of different documents take no more memory than the last of them",
      ),
    ],
    twin: [tried("hostile/language", "a query is not kept for its hash, nor asked for by it")],
  },
  G26: {
    threat: "answers in parts",
    hostile: [tried("hostile/language", "a field that is deferred")],
    twin: [
      tried(
        "hostile/language",
        "an answer in parts is not given to who takes nothing else, and whole to who takes both",
      ),
    ],
  },
  G27: {
    threat: "DNS rebinding",
    hostile: [
      tried("http/hosts", "a request to %s is misdirected", "an attempt to open a WebSocket is behind the check"),
    ],
    twin: [tried("http/hosts", "a request to %s is answered")],
  },
  G28: {
    threat: "open to the network by accident",
    hostile: [tried("http/token", "an address that is open to the network needs a token", "%s asks for the token")],
    twin: [
      tried("http/token", "a request with the token is answered"),
      tried("http/health", "%s hears whether it is well, and nothing else"),
    ],
  },
};

/** Threats to the store, and the tests that try each. */
export const STORE: Readonly<Record<string, Row>> = {
  M1: {
    threat: "operators in JSON",
    hostile: [
      tried("hostile-inputs", "the filter of %s with %j is refused"),
      generated("no place of the schema takes what it must refuse, and nothing of it is kept"),
    ],
    twin: [TWINS],
  },
  M2: {
    threat: "oracle of hidden fields",
    hostile: [tried("hostile/store", "%s are neither filtered nor ordered by %s", "no chest shows its %s")],
    twin: [tried("hostile/store", "%s are filtered and ordered by when they were made")],
  },
  M3: {
    threat: "operators in updates",
    hostile: [tried("hostile-inputs", "an update cannot smuggle an operator or a path into the record")],
    twin: [tried("hostile-inputs", "details with %s are kept as they are")],
  },
  M4: {
    threat: "a client's text in a pipeline",
    hostile: [
      tried(
        "hostile/store",
        "the text %s is looked for as it stands, whatever else it could mean",
        "a path into details with the key %j is refused",
      ),
    ],
    twin: [
      tried("hostile/store", "a path into details leads by keys as they stand, and its value is compared as it stands"),
    ],
  },
  M5: {
    threat: "populate by a client's match",
    hostile: [tried("hostile/store", "nothing populates, and no JavaScript is sent to a store")],
    twin: [tried("batching", "a connection under a list is one call for all parents, and its count another")],
  },
  M6: {
    threat: "regular expressions",
    hostile: [
      tried(
        "hostile/store",
        "the text %s is looked for as it stands, whatever else it could mean",
        "a text of 65 characters or of 64 kB is not looked for, and one of 64 is",
      ),
    ],
    twin: [tried("filters", "the whole catalogue of projects is searched, also by description and by model")],
  },
  M7: {
    threat: "scans without an index",
    hostile: [
      tried(
        "list-indexes",
        "$list: a condition alone is served by an index or refused",
        "$list: an order alone is that of an index or refused",
      ),
    ],
    twin: [
      tried("list-indexes", "$list: beside its parent every condition and order reads that parent's records at most"),
      tried("filters", "a path that the operator has indexed stands alone"),
    ],
  },
  M8: {
    threat: "deep skips and forged cursors",
    hostile: [
      tried("hostile/store", "no cursor passes that differs from one that was given by a single character"),
      tried("orders", "a cursor of another order, of another list or of nobody is refused"),
    ],
    twin: [tried("pages", "pages go from the newest to the oldest, and their cursors lead on")],
  },
  M9: {
    threat: "races of writes",
    hostile: [tried("hostile/store", "of sixty-four that make one name at the same time, one does")],
    twin: [tried("hostile/store", "sixty-four different names at the same time are all made")],
  },
  M10: {
    threat: "fields that are the server's",
    hostile: [tried("hostile-inputs", "%s takes nothing like %j")],
    twin: [TWINS],
  },
  M11: {
    threat: "deletions that take what is needed",
    hostile: [
      tried(
        "deletion-in-use",
        "a model is refused with cascade while another owner's deployment serves a version of it",
        "a build version that a deployment wants is refused",
      ),
    ],
    twin: [tried("deletion-in-use", "a project goes with cascade, with the deployment that serves in it")],
  },
  M12: {
    threat: "index creation storms",
    hostile: [
      tried(
        "hostile/store",
        "five that start at once over one database make each index once",
        "indexes are made by the start alone: no query of a model builds one by itself",
      ),
    ],
    twin: [tried("hostile/store", "five that start at once over one database make each index once")],
  },
  M13: {
    threat: "releases of MongoDB with known holes",
    hostile: [
      tried("hostile/store", "MongoDB %s is known to be bad"),
      tried(
        "hostile/known-bad",
        "a MongoDB of a release with a hole is warned of, or refused where the operator wants it",
      ),
    ],
    twin: [
      tried("hostile/store", "nothing is known of MongoDB %s"),
      tried("hostile/known-bad", "of the embedded store there is nothing to warn"),
    ],
  },
  M14: {
    threat: "the driver's words in errors",
    hostile: [tried("hostile-inputs", "a taken name is reported without the key and without a word of the driver's")],
    twin: [tried("http/errors", "an error of ours keeps its code, its message and the path of the input")],
  },
};

/** Threats that come by subscriptions. W5, an event to the wrong reader, waits for identities. */
export const SUBSCRIPTIONS: Readonly<Record<string, Row>> = {
  W1: {
    threat: "big frame before authentication",
    hostile: [tried("http/websocket-limits", "an introduction of %i bytes closes the socket (W1)")],
    twin: [
      tried(
        "http/websocket-limits",
        "a message of 64 KiB is taken, and a larger one closes the socket, also after the introduction (W1)",
      ),
    ],
  },
  W2: {
    threat: "idle before the introduction",
    hostile: [
      tried("http/websocket-limits", "a silent socket that does not even answer the close is gone all the same (W2)"),
    ],
    twin: [
      tried(
        "http/websocket-limits",
        "a socket that does not introduce itself in time is closed, and one that does stays (W2)",
      ),
    ],
  },
  W3: {
    threat: "subscription flood",
    hostile: [
      tried(
        "http/websocket-limits",
        "a caller has a bounded number of operations over all connections together (W3)",
        "refused operations leave their place to others",
      ),
    ],
    twin: [
      tried(
        "http/websocket-limits",
        "twenty operations run on one socket, and of five thousand the others are refused (W3)",
      ),
    ],
  },
  W4: {
    threat: "cross-site WebSocket hijacking",
    hostile: [
      tried(
        "http/websocket-access",
        "a page of %s may not, whatever cookie it brings",
        "it is not taken from the address",
      ),
    ],
    twin: [tried("http/websocket-access", "a page of %s may open one", "a gateway may send it with the upgrade")],
  },
  W6: {
    threat: "slow reader",
    hostile: [
      tried(
        "http/websocket-limits",
        "a reader that stops loses its subscription, its neighbour nothing, and the publisher never waits (W6)",
      ),
      tried(
        "http/event-stream-limits",
        "a reader that stops loses its stream, its neighbour nothing, and the publisher never waits (W6)",
      ),
      tried("live", "a subscriber that does not read is ended with advice, and harms no other"),
    ],
    twin: [
      tried("http/websocket-limits", "an answer of some MiB comes whole"),
      tried("http/event-stream-limits", "a large event is not broken by comments"),
    ],
  },
  W7: {
    threat: "leak on disconnect",
    hostile: [
      tried("http/websocket-limits", "nothing is left of a thousand subscribers that broke off (W7)"),
      tried("http/event-stream-limits", "nothing is left of a thousand streams that broke off (W7)"),
      tried("live", "five hundred subscribers that come and go leave nothing behind"),
    ],
    twin: [tried("live", "a thousand subscribers share one change stream, and let it go together")],
  },
  W8: {
    threat: "log stream as an attack on terminals and pages",
    hostile: [tried("live-log", "what would steer a terminal or a page is sent as plain text")],
    twin: [tried("live-log", "a log is sent from its beginning, then as it comes, and ends with the work")],
  },
  W9: {
    threat: "missed events",
    hostile: [
      tried("live", "a change stream that breaks goes on where it was"),
      tried("http/live-draining", "clients of both kinds follow on after a restart"),
    ],
    twin: [
      tried("live-records", "after a cursor nothing is lost and nothing repeated, however much there was"),
      tried("live-tasks", "the task of a training comes as it is, at each change, and no more when it has ended"),
    ],
  },
};

/** Threats by files, and the tests that try each. */
export const FILES: Readonly<Record<string, Row>> = {
  F1: {
    threat: "path by name",
    hostile: [
      tried(
        "hostile-file-names",
        "the file name %j is refused, in a contract and in a manifest",
        "the names %j are a file and a folder at the same time, and refused",
      ),
      tried("run-api-publish", "a training that publishes %j is told which file it is and why it is refused"),
    ],
    twin: [
      tried("hostile-file-names", "the file name %s is kept, in a contract and in a manifest, and fetched again"),
      tried("run-api-publish", "files in folders are published, sent and fetched under their paths"),
    ],
  },
  F2: {
    threat: "length lies",
    hostile: [
      tried("files-http", "a Content-Length other than the ticket's is refused before the body is read"),
      tried("files-resume", "a PATCH with %s is refused and adds nothing"),
    ],
    twin: [tried("files-resume", "an upload goes on where it broke off, and the whole has its checksum: %o")],
  },
  F3: {
    threat: "checksum",
    hostile: [
      tried(
        "files-resume",
        "parts that make other content than announced are refused at the end, and the upload begins anew",
      ),
    ],
    twin: [tried("files-resume", "the same upload again is a success after the end, and other content is refused")],
  },
  F4: {
    threat: "partial upload",
    hostile: [
      tried("files-crash", "what a killed process had received of an upload is there for the next one to go on from"),
      tried("files-resume", "what nobody has gone on with for a day is let go, and younger parts stay"),
    ],
    twin: [tried("files-resume", "nothing is left of a part when the file has arrived")],
  },
  F5: {
    threat: "concurrent overwrite",
    hostile: [
      tried("files-resume", "two that send one file at the same time do not mix, and one is told to wait"),
      tried(
        "files-resume",
        "a file that somebody has sent in part is not gone on with by who announces the same checksum",
      ),
    ],
    twin: [tried("dataset-uploads", "files that arrive at the same time make the record READY once")],
  },
  F6: {
    threat: "manifest without end, or changed after it was judged",
    hostile: [
      tried(
        "add-files",
        "a record has ten thousand files, and not one more",
        "nothing joins a manifest that is complete, one that never was open, or one of no record",
        "%s is refused over the whole manifest",
      ),
      tried("run-api-publish", "a training publishes ten thousand files, and is told if it has more"),
    ],
    twin: [
      tried("add-files", "what was added when the manifest became complete is in it, whoever was quicker"),
      tried(
        "many-files",
        "a manifest that is announced in steps is complete when it is said to be, and its files are sent by and by",
      ),
    ],
  },
};
