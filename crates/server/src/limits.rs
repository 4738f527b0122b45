//! Every limit of the service, with its reason.

use std::time::Duration;

// --- work ---

/// How long a job or lease is held without a sign of life: long enough for a stalled disk or a short outage of the
/// database, short enough that what a dead node held is soon begun again.
pub const LEASE: Duration = Duration::from_secs(45);

/// How often what is held is renewed: four times within [`LEASE`].
pub const BEAT: Duration = Duration::from_secs(10);

/// How often within the time of a [`LEASE`] a process says in the database that it is there.
pub const PRESENCES_A_LEASE: u32 = 2;

/// After so many times a [`LEASE`] without a sign of life a process counts as gone, and programs of another index state go on in
/// its place. A restart takes less.
pub const GONE_AFTER_LEASES: u32 = 3;

/// How often a lease is asked for while another node has it.
pub const LEASE_POLL: Duration = Duration::from_millis(250);

/// How often workers look for jobs that other nodes submitted. Those of their own process wake them at once.
pub const JOB_POLL: Duration = Duration::from_millis(500);

/// How long a worker waits after the state was not available.
pub const OUTAGE_PAUSE: Duration = Duration::from_secs(2);

/// Requests of one process that wait for an image to be indexed. Each costs little; so many at once are a flood, and are
/// told to come again.
pub const WAITING_REQUESTS: usize = 4_000;

/// How often a request that waits looks whether another node has finished its image.
pub const WAIT_POLL: Duration = Duration::from_millis(500);

/// It looks less often the longer it has waited, so that thousands who wait do not keep the database busy: after the time so
/// far, divided by this.
pub const WAIT_POLL_SHARE: u32 = 8;

/// And so often at least.
pub const LONGEST_WAIT_POLL: Duration = Duration::from_secs(5);

/// How long a request waits for its image where no process is there that indexes: one may be starting.
pub const INDEXER_WAIT: Duration = Duration::from_secs(10);

/// The pause before a failed index is tried again; it doubles each time.
pub const FIRST_RETRY: Duration = Duration::from_secs(30);

/// The longest pause before a failed index is tried again. A failure that outlives it wants a person.
pub const LAST_RETRY: Duration = Duration::from_secs(6 * 60 * 60);

/// Attempts to index an image that came to no end before that counts as a failure: the process was killed in their middle, once
/// by a person, twice by chance.
pub const UNFINISHED_ATTEMPTS: u64 = 3;

/// Stale reports that become jobs at once. The next ones follow when half of them are done, so the queue stays short.
pub const REINDEX_BATCH: u64 = 1_000;

/// How often it is looked whether half of them are done. A quick machine does a thousand in a second or two.
pub const REINDEX_REFILL: Duration = Duration::from_millis(250);

/// How often it is looked whether there are stale reports.
pub const REINDEX_POLL: Duration = Duration::from_secs(5);

// --- layers ---

/// Layers of one manifest that are fetched side by side. A registry's patience is shared by all clients of this service.
pub const CONCURRENT_LAYERS: usize = 4;

/// How often a layer is asked for within one job. Tokens live a minute, so waiting longer is of no use.
pub const LAYER_ATTEMPTS: u32 = 2;

/// How long a layer may come as slowly as it likes: connections begin slowly.
pub const LAYER_PATIENCE: Duration = Duration::from_secs(60);

/// Bytes a second that a layer must come with after that, on average. A gigabyte then takes ten hours at the most, and a
/// server that gives a byte now and then holds a worker for a minute.
pub const LAYER_RATE: u64 = 32 << 10;

/// How long a node waits for another that reads the same layer, before the job is given back.
pub const LAYER_WAIT: Duration = Duration::from_secs(15 * 60);

// --- Harbor ---

/// How long Harbor's calls take at the most. It hangs up after 5 seconds.
pub const HARBOR_ANSWER_TIME: Duration = Duration::from_secs(4);

/// Threads that fetch the manifests of scans. Each takes milliseconds, but a registry that says nothing holds one for
/// a minute.
pub const SCAN_WORKERS: usize = 4;

/// How long a manifest may take to come, once the registry answers.
pub const MANIFEST_TIME: Duration = Duration::from_secs(60);

/// How long a scan waits for the first advisory data: a first update takes some minutes, and Harbor waits for half an hour.
pub const NO_DATA_WAIT: Duration = Duration::from_secs(10 * 60);

/// A request to scan: a token of some KiB, and words.
pub const SCAN_REQUEST_BYTES: u64 = 256 << 10;

/// What a registry is asked with: longer than any server takes headers.
pub const SCAN_AUTHORIZATION_BYTES: usize = 64 << 10;

/// The address of a registry.
pub const SCAN_ADDRESS_BYTES: usize = 2 << 10;

/// The name of a repository (distribution specification).
pub const REPOSITORY_BYTES: usize = 255;

/// A digest, a tag, a media type.
pub const SCAN_WORD_BYTES: usize = 256;

// --- reports and advisory data ---

/// Bytes of reports that are remembered, as they go out: some hundred, or some thousand for clients that take them compressed.
pub const REPORT_CACHE_BYTES: u64 = 64 << 20;

/// How often an index report is looked at that is made anew between two looks.
pub const REPORT_LOOKS: u32 = 5;

/// Age at which the open catalog is looked at anew, because feeds grow stale and releases end while nothing changes.
pub const CATALOG_AGE: Duration = Duration::from_secs(60);

/// How often the node looks by itself whether newer advisory data was published by another.
pub const CATALOG_POLL: Duration = Duration::from_secs(1);

/// How long requests wait for advisory data that was just published, before they are answered from what is open. From the
/// first of them on: an outage of the storage does not slow each of them down.
pub const CATALOG_TIME_TO_FOLLOW: Duration = Duration::from_secs(5);

/// How long requests wait where none is open yet. A node with an empty folder fetches some hundred MB; clients wait as long.
pub const CATALOG_FIRST_TIME: Duration = Duration::from_secs(10);

/// The pause before it is tried again to mend a damaged segment.
pub const MEND_PAUSE: Duration = Duration::from_secs(10);

/// How often it is looked which blobs other nodes want.
pub const WANTED_POLL: Duration = Duration::from_secs(5);

/// The pause before a blob is put again that was put again already: who wanted it may be gone.
pub const WANTED_AGAIN: Duration = Duration::from_secs(10 * 60);

/// How long a change of the advisory data waits for another one to end.
pub const CATALOG_WAIT: Duration = Duration::from_secs(30);

/// The pause before an update is tried again that could not be begun, or of which a feed failed.
pub const UPDATE_RETRY: Duration = Duration::from_secs(10 * 60);

// --- notifications ---

/// The pause before a target is told again; it doubles each time.
pub const FIRST_DELIVERY_RETRY: Duration = Duration::from_secs(5);

/// The longest pause before a target is told again.
pub const LAST_DELIVERY_RETRY: Duration = Duration::from_secs(60 * 60);

/// Manifests whose reports are held in memory at once while changes are matched.
pub const CHANGES_BATCH: usize = 256;

/// Threads that match changes at most. They share the machine with those who answer, and the connections to the database.
pub const CHANGES_THREADS: usize = 4;

/// Entries of a notification that are stored in one transaction: a megabyte or two, so that SQLite's one writer is soon free
/// again. An update may affect a hundred thousand manifests.
pub const NOTIFICATION_PART: usize = 1_000;

/// Packages, each in a version, of which one thread remembers whether an update changes anything for them: those of all
/// releases of several distributions. Some 150 bytes each.
pub const CHANGES_KNOWN: usize = 200_000;

/// Statements of a feed below which the share that an update takes away says nothing.
pub const BRAKE_STATEMENTS: u64 = 100;

// --- upkeep ---

/// How often it is looked whether the jobs that come again by themselves are there: another process may have ended one.
pub const SCHEDULE_POLL: Duration = Duration::from_secs(10);

/// How often garbage is collected.
pub const GARBAGE_PERIOD: Duration = Duration::from_secs(60 * 60);

// --- the process ---

/// How often database and blobs are asked whether they answer.
pub const PING_PERIOD: Duration = Duration::from_secs(5);

/// How long workers may take to end. Reading a layer ends with its next bytes; an update of a slow feed may not.
pub const WORKERS_END: Duration = Duration::from_secs(20);

// --- http ---

/// Bytes of a request's headers. A token and some proxies' additions are a few kilobytes; HTTP/1 servers refuse from 8 KiB on.
pub const HEADER_BYTES: usize = 32 << 10;

/// How long a client may take for a request's headers, for the TLS handshake, and on a new connection for its first byte.
pub const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long a connection stays open without a request. Longer than the minute of most balancers, so that they close first
/// and no request meets a connection that is just being closed.
pub const IDLE_TIME: Duration = Duration::from_secs(75);

/// How long a client may take nothing of an answer that is ready.
pub const STALL_TIME: Duration = Duration::from_secs(60);

/// How long requests may go on after the end was asked for. Orchestrators kill 30 seconds after they ask.
pub const DRAIN_TIME: Duration = Duration::from_secs(20);

/// Open connections of one listener: half of the open files that a process usually may have.
pub const CONNECTIONS: usize = 512;

/// Requests side by side on one HTTP/2 connection: what browsers and balancers expect at least.
pub const STREAMS: u32 = 100;

/// How often an HTTP/2 client is asked whether it is still there, and how long it has to answer.
pub const PING_TIME: Duration = Duration::from_secs(20);

/// Pause after a connection could not be accepted because the process or system has no room for it.
pub const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// How often the files of a certificate are looked at again. They are renewed days before they end.
pub const CERTIFICATE_TIME: Duration = Duration::from_secs(60);

/// Bytes of a request's body where the route does not say otherwise.
pub const BODY_BYTES: u64 = 1 << 20;

/// How long a request's body may take where the route does not say otherwise: a megabyte on the slowest of lines.
pub const BODY_TIME: Duration = Duration::from_secs(60);

/// Bytes from which an answer is compressed. Below, it goes in one packet anyway.
pub const COMPRESSED_BYTES: u16 = 1024;

/// How far clocks may differ, in seconds, when a token's times are looked at. As Clair.
pub const TOKEN_LEEWAY_SECONDS: i64 = 15;

/// How long before and after now a token of ours is valid, in seconds. As Clair's.
pub const TOKEN_SECONDS: i64 = 60;

// --- egress ---

/// Redirections that are followed. Registries send to their storage, and that to a mirror.
pub const REDIRECTIONS: usize = 3;

/// How long a connection may take to come up.
pub const CONNECT_TIME: Duration = Duration::from_secs(10);

/// How long a server may be silent, before its answer and in it.
pub const SILENCE_TIME: Duration = Duration::from_secs(30);

/// Idle connections that are kept for each host: as many as layers that one image fetches at once.
pub const IDLE_CONNECTIONS: usize = 8;

/// Characters of an address that an error shows.
pub const SHOWN_ADDRESS: usize = 200;
// --- configuration ---

/// Largest configuration file that is read. One with a thousand targets is a tenth of it.
pub const CONFIGURATION_BYTES: u64 = 1 << 20;

/// Largest file of a secret that is read: a key, a password, a token. A wrong path should not become a key.
pub const SECRET_BYTES: u64 = 64 << 10;

/// Largest PEM file that is looked at. The certificates of all public authorities together are a quarter of a megabyte.
pub const PEM_BYTES: u64 = 4 << 20;

/// Longest name of a target. It is part of metrics, jobs and environment variables.
pub const NAME_BYTES: usize = 63;

/// Shorter keys than this are guessable beside the signature that they make (RFC 7518, section 3.2, for HS256).
pub const STRONG_KEY_BYTES: usize = 32;

/// The shortest time from one update to the next. Upstreams publish a few times a day.
pub const SHORTEST_PERIOD: std::time::Duration = std::time::Duration::from_secs(60);

/// Most connections to the database. PostgreSQL allows 100 to all clients unless told otherwise.
pub const MOST_CONNECTIONS: i64 = 1000;

/// Most manifests that are indexed side by side; each may use its share of memory and temporary files.
pub const MOST_WORKERS: i64 = 1024;

/// Most manifests that are re-indexed in a second: more than any machine does.
pub const MOST_REINDEXED: i64 = 1_000_000;

/// Most notifications in one message of a broker; it is held in memory as a whole.
pub const MOST_DIRECT: i64 = 10_000;

// --- targets of notifications ---

/// How long a broker may take until it lets us in: name, connection, TLS and login. Longer than a lost packet or a broker
/// under load takes; a machine that swallows everything must not keep the next broker waiting for long.
pub const BROKER_CONNECT_TIME: Duration = Duration::from_secs(10);

/// How long telling one broker may take in all, as Clair has it. A delivery takes at most this for each broker of its
/// target.
pub const BROKER_TIME: Duration = Duration::from_secs(30);

/// How long a broker may take to say goodbye. By then it has confirmed everything.
pub const BROKER_FAREWELL_TIME: Duration = Duration::from_secs(2);

/// Characters of a broker's own words that an error repeats: a sentence.
pub const BROKER_WORDS: usize = 200;

/// Bytes of command and headers of a STOMP frame. Brokers send some hundred.
pub const STOMP_HEAD_BYTES: usize = 8 << 10;

/// Bytes of the body of a STOMP frame. Only errors have one, and it is a sentence or a short trace.
pub const STOMP_BODY_BYTES: usize = 16 << 10;

/// Headers of a STOMP frame. Brokers send five or so.
pub const STOMP_HEADERS: usize = 64;

// --- faces ---

/// A submitted manifest: 512 layers, each with a signed address and a token of some KiB, are half of this.
pub const MANIFEST_BYTES: u64 = 8 << 20;

/// Layers of a manifest. Engines stop at 127; the same empty layer may stand there many times.
pub const MANIFEST_LAYERS: usize = 512;

/// Statements that are asked about. Clair's notifier sends a thousand at a time, with their texts.
pub const STATEMENTS_BYTES: u64 = 32 << 20;

/// Requests side by side whose client decides how long they hold a thread: layers and catalogs that arrive, differences that
/// leave. Far fewer than there are threads, so that everybody else is answered meanwhile.
pub const LONG_REQUESTS: u32 = 64;

/// Explanations that are made side by side: each looks through all advisories, which takes a core a second or so, and whoever
/// may read a report may ask.
pub const QUESTIONS: usize = 2;

/// How long one waits for its turn before its client is told to come again.
pub const QUESTION_TIME: Duration = Duration::from_secs(10);

/// Characters of an identifier that is asked for: the longest of the field have some 40.
pub const IDENTIFIER_CHARACTERS: usize = 128;

/// What a catalog that arrives takes of [`LONG_REQUESTS`]: it may fill some GB of disk, and only one is taken over at a time.
pub const CATALOG_REQUESTS: u32 = 16;

/// Manifests that are deleted in one transaction: a part of a second, during which SQLite takes no other writes.
pub const DELETED_AT_ONCE: usize = 100;

/// An exported catalog: all feeds are some hundred MB today.
pub const CATALOG_BYTES: u64 = 8 << 30;

/// How long an exported catalog may take to arrive: some hundred MB on a slow line.
pub const CATALOG_TIME: Duration = Duration::from_secs(60 * 60);

/// Entries in a page of a notification where the client does not say: as Clair.
pub const PAGE: u64 = 500;

/// Most entries in a page of a notification, whatever the client says: some ten MB.
pub const MOST_PAGE: u64 = 10_000;

/// Jobs or notifications in a list where the client does not say.
pub const LIST: u64 = 100;

/// Most jobs or notifications in a list.
pub const MOST_LIST: u64 = 1_000;

/// A body that is written while it is made goes out in pieces of about this size: large enough for few wake-ups.
pub const PIECE_BYTES: usize = 64 << 10;

/// Pieces that wait for a slow client. The writer waits then.
pub const PIECES_WAITING: usize = 4;

/// Seconds after which a client that was sent away may ask again: a queue or a database is not back sooner.
pub const RETRY_SECONDS: u32 = 10;

// --- what was pushed ---

/// Children of an index that are looked at. Real ones have a few dozen at most.
pub const INDEX_CHILDREN: usize = 256;

/// Indexes in indexes that are followed. Nobody builds more than two.
pub const INDEX_DEPTH: usize = 3;

/// As much of a type or platform in a manifest as is shown, in bytes.
pub const SHOWN_WORD: usize = 120;

/// Summaries that become jobs at once; as [`REINDEX_BATCH`].
pub const SUMMARY_BATCH: u64 = 500;

/// Threads that judge pushed images: requests for reports have the other cores.
pub const SUMMARY_THREADS: usize = 2;

/// How often it is looked whether summaries are of other advisory data than what is in force. Nearly always that is known from
/// memory.
pub const SUMMARY_POLL: Duration = Duration::from_secs(2);

/// Events of one image that one notification of a repository is told of at once. The worst go first, and how many more there are
/// is told with them.
pub const EVENTS_OF_AN_IMAGE: usize = 100;

/// Tags that are named in an event, as Quay has it.
pub const TAGS_OF_AN_EVENT: u64 = 100;

/// Attempts to tell somebody of an event.
pub const TELL_ATTEMPTS: u64 = 3;

/// Events one after the other that somebody could not be told of, after which no more is tried until a person says so. As Quay
/// has it.
pub const TELL_FAILURES: u64 = 3;

/// Patience with the server for mail, for each of its answers.
pub const MAIL_TIME: Duration = Duration::from_secs(20);

/// How often it is looked whether images that were pushed are not known to whoever indexes. Who deletes them sees to it himself;
/// this is for when his process ended in between.
pub const LOST_POLL: Duration = Duration::from_secs(10 * 60);

/// Threads that tell: one that waits for a slow receiver keeps no other waiting.
pub const TELL_THREADS: usize = 4;

/// Notifications of one repository.
pub const NOTIFICATIONS_OF_A_REPOSITORY: usize = 50;

/// Findings that a refusal of the gate names.
pub const GATE_NAMED: usize = 20;

/// Bytes of a `Warning` header, as the distribution specification has it.
pub const WARNING_BYTES: usize = 4096;

/// Vulnerabilities that the gate of a namespace may let pass by name. More are a policy, not exceptions.
pub const GATE_EXCEPTIONS: usize = 1_000;

/// Tags of the repository of a base that are looked at for a newer one.
pub const BASE_TAGS: u64 = 1_000;

/// VEX documents that are attached to an image and are looked at: those of a handful of tools.
pub const ATTACHED_DOCUMENTS: usize = 32;

/// Indexes that have an image, whose attached documents speak of it too.
pub const ATTACHED_INDEXES: u64 = 8;

/// Bytes of an attached VEX document that is believed: some thousand statements. They are read while somebody waits for a report.
pub const ATTACHED_VEX_BYTES: u64 = 1 << 20;

/// Bytes of the policy of a namespace: some hundred decisions. Each is held against each finding of an image.
pub const POLICY_BYTES: usize = 64 << 10;

// --- accounts ---

/// Characters of the shortest password. More words than rules: what is longer is not guessed within the patience below.
pub const SHORTEST_PASSWORD: usize = 12;

/// Bytes of the longest password: a bound on what is hashed.
pub const LONGEST_PASSWORD: usize = 1024;

/// Passwords that are hashed side by side: 19 MiB each, and a core each.
pub const PASSWORDS_AT_ONCE: usize = 4;

/// Attempts to sign in that wait for that. Each holds a thread that others need too.
pub const PASSWORDS_WAITING: usize = 64;

/// Passwords that a process remembers as verified, by a keyed digest.
pub const VERIFIED_PASSWORDS: u64 = 10_000;

/// How long a password is remembered as verified. A changed account is asked for it again at once.
pub const VERIFIED_TIME: Duration = Duration::from_secs(5 * 60);

/// Failed attempts to sign in to one account before each further one has to wait.
pub const ACCOUNT_FAILURES: u64 = 5;

/// Failed attempts from one address before each further one has to wait: many people may share it.
pub const ADDRESS_FAILURES: u64 = 30;

/// How long the first attempt that has to wait waits; each further one twice as long.
pub const FIRST_SIGN_IN_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause of an account. Short, so that nobody is locked out by somebody else for long; 1,440 guesses a day are none.
pub const LAST_ACCOUNT_PAUSE: Duration = Duration::from_secs(60);

/// The longest pause of an address.
pub const LAST_ADDRESS_PAUSE: Duration = Duration::from_secs(15 * 60);

/// How often it is written down that a token is used.
pub const TOKEN_TOUCH_PERIOD: Duration = Duration::from_secs(60 * 60);

/// The longest time that a token of a robot or program may be valid.
pub const LONGEST_TOKEN_TIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Scopes of a token. One a repository for a program that has many is a namespace's.
pub const TOKEN_SCOPES: usize = 100;

/// Tokens of an account. Who has more lets them expire.
pub const TOKENS: u64 = 100;

/// How often it is written down that a session is used.
pub const SESSION_TOUCH_PERIOD: Duration = Duration::from_secs(5 * 60);

/// How long a session lasts, however often it is used.
pub const SESSION_TIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How long a bearer token of the registry is valid: a client asks for one for each image.
pub const BEARER_TIME: Duration = Duration::from_secs(5 * 60);

/// Repositories that a bearer token is asked for at once: the image's, and those that its layers are taken from.
pub const BEARER_SCOPES: usize = 32;

/// How old a signing key may be before a new one takes its place.
pub const SIGNING_KEY_TIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long a process uses the signing keys that it has read.
pub const SIGNING_KEYS_AGE: Duration = Duration::from_secs(60);

/// How often decisions are written to the audit that need not be written at once.
pub const AUDIT_PERIOD: Duration = Duration::from_secs(5);

/// Different decisions that wait for that.
pub const AUDIT_WAITING: usize = 4_096;

/// Different objects in it of one account and address; what they ask for beyond is counted together.
pub const AUDIT_OBJECTS: usize = 256;

/// Accounts, teams, permissions or rows of the audit in one answer.
pub const ACCOUNTS_LIST: u64 = 1_000;

/// How long somebody may take at a provider of OpenID Connect to sign in.
pub const OIDC_TIME: Duration = Duration::from_secs(10 * 60);

/// How long what a provider says of itself, and its keys, are remembered.
pub const OIDC_AGE: Duration = Duration::from_secs(10 * 60);

/// How long ago the keys must have been fetched before an unknown one makes them be fetched again.
pub const OIDC_KEYS_PAUSE: Duration = Duration::from_secs(10);

/// Groups that somebody may be in at a provider of OpenID Connect: each is looked for among those of teams.
pub const OIDC_GROUPS: usize = 1_000;

/// Bytes of an answer of a provider: keys and tokens are some kilobytes.
pub const OIDC_BYTES: u64 = 256 << 10;
// --- the registry ---

/// Blobs or manifests that one manifest may name: each becomes a row. Images have at most 127 layers; models some thousand.
pub const MANIFEST_REFERENCES: usize = 4096;

/// Bytes of one blob that is pushed. Layers of models have some ten gigabytes.
pub const UPLOAD_BYTES: u64 = 64 << 30;
const _: () = assert!(
    UPLOAD_BYTES <= limpid_store::limits::S3_PARTS * limpid_store::limits::S3_PART_BYTES,
    "S3 takes what clients may push"
);

/// Parts of one upload. Each is a blob until the upload ends.
pub const UPLOAD_PARTS: usize = 10_000;

/// How long a client that sends a blob may be silent.
pub const UPLOAD_IDLE: Duration = Duration::from_secs(60);

/// Bytes of a blob that are held while they come, until a thread writes them.
pub const UPLOAD_PIECE: usize = 1 << 20;

/// Bytes of a blob that are read at a time to be sent.
pub const DOWNLOAD_PIECE: usize = 256 << 10;

/// How long a presigned address of a blob is valid. A client follows it at once; one that resumes asks again.
pub const REDIRECT_TIME: Duration = Duration::from_secs(20 * 60);

/// How long nothing is noted of a blob that somebody was told of. Far below the grace of garbage collection.
pub const TOLD_TIME: Duration = Duration::from_secs(60 * 60);

/// Most names in a page of tags, repositories or referrers (CVE-2023-2253).
pub const NAMES_PAGE: u64 = 1_000;

/// Bytes of annotations in a page of referrers: clients read four megabytes.
pub const REFERRERS_BYTES: usize = 2 << 20;

/// Repositories that are looked at for a page of those that somebody may pull, and for one to mount a blob from.
pub const REPOSITORIES_LOOKED_AT: u64 = 10_000;

/// How long after the last push, or sign of life, what is not finished or not needed is removed.
pub const REGISTRY_GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// Patterns of tags that must stay, of one namespace: each is compared with each tag that is set or listed.
pub const TAG_PATTERNS: usize = 100;

/// Bytes of such a pattern, as of a tag.
pub const TAG_PATTERN_BYTES: usize = 128;

/// Namespaces of which what they have is counted anew at a time. The others are counted an hour later.
pub const NAMESPACES_COUNTED: u64 = 10_000;

/// How long an upstream registry that did not answer is not asked again for what there is a copy of: people do not wait twice.
pub const UPSTREAM_PAUSE: Duration = Duration::from_secs(10);

/// Logins at repositories of upstream registries that are remembered.
pub const UPSTREAM_AUTHORIZATIONS: usize = 1_000;

/// Repositories of copies that are asked for a layer that is to be indexed.
pub const UPSTREAM_REPOSITORIES: u64 = 3;

/// Bytes of an answer of a token service: tokens are some kilobytes.
pub const UPSTREAM_TOKEN_BYTES: u64 = 64 << 10;

// --- pages ---

/// Bytes of a form that a page sends: the longest field is a policy, of which most bytes take three.
pub const FORM_BYTES: u64 = 256 << 10;

/// Rows of a list on a page: a page of a report with ten thousand findings is as quick as one with a hundred.
pub const PAGE_ROWS: u64 = 100;

/// Findings and packages of the reports that are remembered to turn their pages: about a kilobyte each.
pub const SEEN_REPORT_ROWS: u64 = 60_000;

/// Images that a search judges.
pub const SEARCH_IMAGES: u64 = 2_000;

/// How long a search judges: somebody waits for it.
pub const SEARCH_TIME: Duration = Duration::from_secs(8);

/// Places of one image that a search tells.
pub const SEARCH_PLACES: u64 = 20;

/// Findings or packages that differ, on the page of a comparison.
pub const COMPARED_ROWS: usize = 500;

/// Bytes of an image's configuration that are read to show its commands. Real ones have some kilobytes.
pub const IMAGE_CONFIGURATION_BYTES: u64 = 4 << 20;

/// Artifacts attached to an image that its page lists. More are a signer gone wrong; the referrers API has them all.
pub const ATTACHED_ROWS: u64 = 50;

/// Seconds that a browser keeps how somebody likes pages: a year.
pub const THEME_SECONDS: u64 = 365 * 24 * 60 * 60;

/// Bytes of the table of jars. A line has some hundred, and a table at most a million.
pub const JARS_BYTES: u64 = 256 << 20;
