//! An engine in memory, behind a hook that can hold or refuse every request.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};

use prost::Message;
use prost::bytes::Bytes;

use tokio::sync::watch;

use super::{NOW, tenant};
use crate::domain::{Fact, RefundClaim};
use crate::engine::{
    Answer, DecisionKey, EngineError, ListedFinding, Receipt, Request, StoredDecision,
    StoredVerdict,
};
use crate::rpc::Ask;
use crate::wire::pb::v1;
use crate::wire::{canonical_fact, digest};

type Let = Pin<Box<dyn Future<Output = Result<(), EngineError>> + Send>>;
type Hook = Box<dyn Fn(&Request) -> Let + Send + Sync>;

#[derive(Clone)]
pub(super) struct Fake(Arc<Inner>);

struct Inner {
    hook: Hook,
    state: Mutex<State>,
    /// `None` once the engine is gone.
    news: Mutex<Option<watch::Sender<u64>>>,
    heard: watch::Receiver<u64>,
    stopped: AtomicBool,
    under_way: AtomicUsize,
    under_way_max: AtomicUsize,
}

#[derive(Default)]
struct State {
    asked: Vec<String>,
    facts: HashMap<String, ([u8; 32], u64)>,
    decisions: Vec<(RefundClaim, Bytes)>,
    findings: Vec<ListedFinding>,
}

impl Fake {
    pub(super) fn new() -> Self {
        Self::with(|_| Ok(()))
    }

    /// Refuses what `hook` refuses.
    pub(super) fn with(
        hook: impl Fn(&Request) -> Result<(), EngineError> + Send + Sync + 'static,
    ) -> Self {
        Self::hooked(move |request| Box::pin(std::future::ready(hook(request))))
    }

    /// Does nothing before the future of `hook` is ready.
    pub(super) fn hooked(hook: impl Fn(&Request) -> Let + Send + Sync + 'static) -> Self {
        let (news, heard) = watch::channel(0);
        Self(Arc::new(Inner {
            hook: Box::new(hook),
            state: Mutex::default(),
            news: Mutex::new(Some(news)),
            heard,
            stopped: AtomicBool::default(),
            under_way: AtomicUsize::default(),
            under_way_max: AtomicUsize::default(),
        }))
    }

    pub(super) fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        self.0.news.lock().unwrap().take();
    }

    /// Notices something, and says so.
    pub(super) fn notice(&self, finding: ListedFinding) {
        let position = finding.position;
        self.0.state.lock().unwrap().findings.push(finding);
        self.0.news.lock().unwrap().as_ref().unwrap().send_replace(position);
    }

    /// What was asked so far: `score q1`, `record f1 f2`, `find`, `findings 7`.
    pub(super) fn asked(&self) -> Vec<String> {
        self.0.state.lock().unwrap().asked.clone()
    }

    /// Most requests that were under way at a time.
    pub(super) fn under_way_max(&self) -> usize {
        self.0.under_way_max.load(Ordering::SeqCst)
    }

    pub(super) fn recorded(&self) -> usize {
        self.0.state.lock().unwrap().facts.len()
    }

    /// Lets go of the engine, and returns what tells whether somebody else holds it.
    pub(super) fn let_go(self) -> impl Fn() -> bool {
        let weak: Weak<Inner> = Arc::downgrade(&self.0);
        drop(self);
        move || weak.strong_count() > 0
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl Ask for Fake {
    async fn ask(&self, request: Request) -> Result<Answer, EngineError> {
        let asked = match &request {
            Request::Score { claim, .. } => format!("score {}", claim.request_id),
            Request::Record { facts, .. } => {
                let ids: Vec<_> = facts.iter().map(|fact| fact.id.as_str()).collect();
                format!("record {}", ids.join(" "))
            }
            Request::Find { .. } => "find".to_owned(),
            Request::Findings { after, .. } => format!("findings {after}"),
        };
        self.0.state.lock().unwrap().asked.push(asked);
        let under_way = self.0.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.under_way_max.fetch_max(under_way, Ordering::SeqCst);
        let let_in = (self.0.hook)(&request).await;
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        let_in?;
        let mut state = self.0.state.lock().unwrap();
        match request {
            Request::Score { tenant: whose, claim } => {
                assert_eq!(whose, tenant());
                Ok(Answer::Scored(state.score(*claim)))
            }
            Request::Record { facts, .. } => state.record(&facts).map(Answer::Recorded),
            Request::Find { key, .. } => Ok(Answer::Found(state.find(&key).map(Box::new))),
            Request::Findings { tenant: whose, after, limit } => {
                assert_eq!(whose, tenant());
                let behind = state.findings.iter().filter(|listed| listed.position > after);
                Ok(Answer::Listed(behind.take(limit).cloned().collect()))
            }
        }
    }

    fn news(&self) -> watch::Receiver<u64> {
        self.0.heard.clone()
    }

    fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }
}

impl State {
    fn score(&mut self, claim: RefundClaim) -> StoredVerdict {
        // The test that wants an unreadable answer asks for it by name.
        let bytes = if claim.request_id.as_str() == "unreadable" {
            Bytes::from_static(b"\xff\xff")
        } else {
            Bytes::from(verdict(claim.request_id.as_str()).encode_to_vec())
        };
        self.decisions.push((claim, bytes.clone()));
        StoredVerdict { bytes, repeated: false }
    }

    fn record(&mut self, facts: &[Fact]) -> Result<Vec<Receipt>, EngineError> {
        let mut known = self.facts.clone();
        let mut receipts = Vec::new();
        let mut ids = Vec::new();
        for fact in facts {
            let digest = digest(&canonical_fact(fact));
            let next = u64::try_from(known.len()).unwrap() + 1;
            match known.get(fact.id.as_str()) {
                Some((before, _)) if *before != digest => ids.push(format!("fact_id {}", fact.id)),
                Some((_, position)) => {
                    receipts.push(Receipt { position: *position, duplicate: true });
                }
                None => {
                    known.insert(fact.id.to_string(), (digest, next));
                    receipts.push(Receipt { position: next, duplicate: false });
                }
            }
        }
        if !ids.is_empty() {
            return Err(EngineError::Conflict { ids });
        }
        self.facts = known;
        Ok(receipts)
    }

    fn find(&self, key: &DecisionKey) -> Option<StoredDecision> {
        let found = self.decisions.iter().find(|(claim, _)| match key {
            DecisionKey::Decision(id) => *id == decision_id(claim.request_id.as_str()),
            DecisionKey::Request(id) => *id == claim.request_id,
        });
        let (claim, verdict) = found?.clone();
        Some(StoredDecision {
            challengers: Vec::new(),
            claim,
            verdict,
            observed_at: NOW,
            signals: Vec::new(),
            facts: Vec::new(),
        })
    }
}

pub(super) fn decision_id(request_id: &str) -> String {
    format!("decision-{request_id}")
}

pub(super) fn verdict(request_id: &str) -> v1::Verdict {
    v1::Verdict {
        decision_id: decision_id(request_id),
        request_id: request_id.into(),
        decision: v1::Decision::Review.into(),
        ..Default::default()
    }
}
