//! vouch scores refund claims of a digital-goods platform and answers approve, review or reject, with reasons.
//!
//! # The way of a request
//!
//! ```text
//! proto bytes -> wire::decode -> domain::RefundClaim
//!    -> engine: one deterministic core on a thread of its own, fed by a bounded queue, works on micro-batches
//!         gather      entity states from the store: what the claim names, what its order names, what its payers name
//!         geo         what the addresses tell, from maxminddb files
//!         signals     claim + facts + states -> typed raw values, the catalogue that `vouch signals` prints
//!         features    polars SQL, compiled once to typed trees, evaluated row by row
//!         models      one score for each claim: probability of abuse, and what each feature adds to it
//!         policy      guard, proof, eligibility, list, rule, model, fallback -> verdict; pure
//!         ledger      facts, claims, signals, verdicts, and what other models would have decided: one append per batch,
//!                     on disk before the answer
//!         state       the claim and its decision become part of what is remembered
//!    -> wire::encode -> proto bytes
//! ```
//!
//! # What always holds
//!
//! * **The ledger is the truth, state is its fold.** Only ledger records are synced; entity state is written behind them
//!   and folded again from the ledger's tail after a crash. An event carries its ledger position, and an entity applies
//!   only events behind the last one it applied: folding twice changes nothing.
//! * **One path.** `engine::Core::process` is all there is: tests and tools call it, and the server takes its steps apart only
//!   to have some batches put on disk, together, while the next is worked on. What is under way there is seen by the next
//!   batch, and no batch is answered before those in front of it are on disk. Requests of a batch give the same records as
//!   the same requests one at a time: a claim that waits for its verdict is decided before anything reads or writes what
//!   its decision will change.
//! * **A name is taken once.** The engine looks up every id before it appends a record of it, on disk, in the batches that are
//!   under way and in its own batch; the ledger does not look again.
//! * **Deterministic.** Time and ids are arguments. A decision's id follows from tenant and request id. The core is
//!   single-threaded; models run on its thread and never on a tokio worker.
//! * **Facts name all they touch**, so they may arrive late, repeated and in any order. What an entity keeps does not
//!   show the order of arrival. What vouch must look up to count a fact where it belongs (the network of an address that
//!   day, the batch of a key, where the claim came from that an outcome is about) it looks up once, when it takes the
//!   fact in, and records it beside the fact as its context: folding the ledger again needs no look-up.
//! * **Findings follow from facts.** What a fact shows by itself is appended with the fact, once: a replay finds the
//!   same. Nothing is folded from findings, and no money moves by one: a claim for it is judged like any other.
//! * **Absence proves little.** A missing fact is evidence only while the feed of such facts is alive, and an unknown
//!   signal makes a condition neither true nor false.
//! * **One snapshot.** Policy, models, geo files and settings are one `engine::Setup`, replaced as a whole between two
//!   batches: a verdict names one consistent set of versions, also while they are reloaded.
//! * **A model advises within bounds.** It is asked where nothing above it decided, it decides by what each decision is
//!   expected to cost, and only where the policy says that enough is known. A model that fails, is stale, has drifted or gives no
//!   probabilities decides nothing, and the verdict says so. Whether a claim is scored does not hang on its neighbours.
//! * **Refusal is not failure.** Invalid input, an unknown order or a spent budget are values in an answer. When the
//!   storage fails, the engine stops: its memory may be ahead of the disk.
//!
//! # Who imports whom
//!
//! A test holds `use crate::…` against this table. What is absent matters: nobody below `cli` reads the clock, the
//! environment or a random source, and nobody but `cli` prints.
//!
//! | module | may use |
//! |---|---|
//! | allocator | nothing |
//! | clock | domain |
//! | disk | nothing |
//! | document | nothing |
//! | domain | nothing |
//! | evidence | domain |
//! | fingerprint | domain |
//! | features | document, signals |
//! | state | domain |
//! | findings | domain, signals, state |
//! | geo | domain |
//! | user_agent | nothing |
//! | signals | domain, geo, state, user_agent |
//! | policy | document, domain, features, geo, signals, state |
//! | store | disk, domain, state |
//! | ledger | disk, domain |
//! | models | nothing |
//! | engine | clock, domain, evidence, findings, geo, ledger, policy, signals, state, store, user_agent |
//! | scoring | document, domain, engine, features, models, signals |
//! | wire | domain |
//! | records | domain, engine, signals, state, wire |
//! | cases | wire |
//! | tables | document, domain, wire |
//! | mapping | document, domain, fingerprint, tables, wire |
//! | simulate | document, domain, tables |
//! | page | nothing |
//! | report | domain, page, signals, tables |
//! | history | domain, engine, ledger, signals, state, store, tables, wire |
//! | train | document, domain, engine, history, models, scoring, signals |
//! | config | document, domain, geo |
//! | rpc | clock, domain, engine, findings, signals, wire |
//! | cli | everything |
//!
//! Against the design conditions and features are not evaluated by polars, which reads their language and is the oracle
//! of their tests: a call of polars costs microseconds for each expression however few the rows, and claims come in few
//! (see `features`). Tables of history are streamed, Parquet a row group at a time, CSV and NDJSON some rows at a time, by
//! `tables` and not by lazy polars, which cannot say which row of which file is bad and gives up all of it. Claims and the
//! rows that a model learns from go through the same formulas row by row.
//!
//! Against the design this adds `document` (files that people write), `records` (the engine's ledger codec in protobuf,
//! so that the engine does not know the wire), `findings` (what facts show without a claim), `tables` (facts and claims
//! as files), `history` (both through the engine once more, and a ledger as files), `mapping` (a user's own tables),
//! `report` and `page` (what came of it, for people), `scoring` (features of a model, its artifact, and the scorer that it
//! becomes), `train` (from history to an artifact, and how good it is), `disk` (what ledger and store share of the
//! embedded database), `cases`, `fingerprint`, `evidence` and `user_agent`.

pub mod allocator;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod config;
pub mod disk;
pub mod document;
pub mod domain;
pub mod engine;
pub mod evidence;
pub mod features;
pub mod findings;
pub mod fingerprint;
pub mod geo;
pub mod history;
pub mod ledger;
pub mod mapping;
pub mod models;
pub mod page;
pub mod policy;
pub mod records;
pub mod report;
pub mod rpc;
pub mod scoring;
pub mod signals;
pub mod simulate;
pub mod state;
pub mod store;
pub mod tables;
pub mod train;
pub mod user_agent;
pub mod wire;
