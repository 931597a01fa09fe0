//! Reading a policy file: everything that is wrong with it, at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sha2::{Digest, Sha256};
use toml::Spanned;

use super::analysis::{starved, unreachable, write_out};
use super::compile::{Compiled, signal_fields};
use super::entry::{Entry, Reasoning};
use super::judge::{self, JudgeError, Judged};
use super::lists::{ListEntry, ListMatch};
use super::raw::{
    RawAutoApprove, RawDefine, RawEntry, RawListEntry, RawReason, RawReview, RawRoute, RawTerms,
    RawTexts,
};
use super::texts::placeholders;
use crate::document::{Problem, Problems, Sections};
use crate::domain::{
    Currency, Decision, FollowUpKind, FxRate, Layer, LocalizedText, SkuClass, Terms, Timestamp,
};
use crate::features::{Expression, Field, Schema, ValueType, always_true};
use crate::geo::Available;
use crate::signals::{Catalogue, SignalRow};

/// The layers that have entries with conditions, and their sections.
const LAYERS: [(Layer, &str); 5] = [
    (Layer::Guard, "guard"),
    (Layer::Proof, "proof"),
    (Layer::Eligibility, "eligibility"),
    (Layer::Rule, "rule"),
    (Layer::Fallback, "fallback"),
];

/// Every section of a policy file.
const SECTIONS: [&str; 16] = [
    "version",
    "name",
    "terms",
    "review",
    "route",
    "auto_approve",
    "define",
    "guard",
    "proof",
    "eligibility",
    "list",
    "rule",
    "fallback",
    "customer_text",
    "follow_up",
    "reason",
];

/// The version of the file format that this binary reads.
const VERSION: i64 = 1;

/// Reasons that vouch gives by itself.
pub(super) const AUTO_APPROVE_OFF: &str = "auto_approve_off";
pub(super) const BUDGET_SPENT: &str = "auto_approve_budget_spent";
pub(super) const NOT_COMPARABLE: &str = "amount_not_comparable";

/// A policy that is ready to decide.
#[derive(Debug)]
pub struct Policy {
    /// What the file calls itself.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// The after-sales terms.
    pub terms: Terms,
    /// Entries with conditions, by layer and in file order.
    pub entries: Vec<Entry>,
    /// Lists, in file order.
    pub lists: Vec<ListEntry>,
    /// Minutes until a person must have looked.
    pub review_deadline_min: u32,
    /// Share of a refund that may be kept when it goes another route.
    pub alternative_fee_share: f64,
    /// Automatic approval is on.
    pub auto_approve: bool,
    /// Approvals in an hour; 0 is no bound.
    pub approvals_per_hour: u32,
    /// Their worth in minor units of the terms' currency; 0 is no bound.
    pub approved_value_per_hour_minor: i64,
    pub(super) reasons: BTreeMap<String, Reasoning>,
    pub(super) follow_ups: HashMap<FollowUpKind, LocalizedText>,
    compiled: Compiled,
}

impl Policy {
    /// Evaluates every condition for the claims of a micro-batch.
    ///
    /// # Errors
    /// The signals do not fit the catalogue, or the engine of expressions failed.
    pub fn judge(&self, rows: &[&SignalRow]) -> Result<Judged, JudgeError> {
        judge::judge(&self.compiled, rows)
    }

    /// Positions in the catalogue of the signals that the policy reads, ascending.
    #[must_use]
    pub fn signals_read(&self) -> &[usize] {
        &self.compiled.signals
    }
}

/// Reads a policy. `geo` says which geo files will be there: entries that need others are warned of.
///
/// # Errors
/// Everything that is wrong, and what else was noticed. Without an error the warnings come with the policy.
pub fn load(source: &str, geo: Available) -> Result<(Policy, Vec<Problem>), Vec<Problem>> {
    let mut problems = Problems::new(source);
    let policy = Loader { geo, problems: &mut problems }.load(source);
    match policy {
        Some(policy) if !problems.has_errors() => Ok((policy, problems.into_sorted())),
        Some(_) | None => Err(problems.into_sorted()),
    }
}

struct Loader<'p, 's> {
    geo: Available,
    problems: &'p mut Problems<'s>,
}

/// What conditions are read with.
struct Names {
    /// Signals alone.
    signals: Schema,
    /// Signals and shared conditions.
    all: Schema,
    /// Shared conditions, compiled from `all`.
    defines: Vec<(String, Expression)>,
    /// Shared conditions with each other written out.
    written_out: Vec<(String, String)>,
}

impl Loader<'_, '_> {
    fn load(&mut self, source: &str) -> Option<Policy> {
        let mut sections = Sections::read(source, self.problems);
        let version: Option<Spanned<i64>> = sections.required("version", self.problems);
        if let Some(version) = version.filter(|version| *version.as_ref() != VERSION) {
            let at = version.span().start;
            self.problems
                .error(at, format!("version {} is not known; write {VERSION}", version.as_ref()));
        }
        let name = sections.required::<String>("name", self.problems);
        let terms = sections.required::<RawTerms>("terms", self.problems);
        let review = sections.required::<Spanned<RawReview>>("review", self.problems);
        let route = sections.required::<Spanned<RawRoute>>("route", self.problems);
        let auto = sections.required::<Spanned<RawAutoApprove>>("auto_approve", self.problems);
        let defines = sections.entries::<RawDefine>("define", self.problems);
        let raw: Vec<(Layer, Vec<RawEntry>)> = LAYERS
            .iter()
            .map(|(layer, section)| (*layer, sections.entries(section, self.problems)))
            .collect();
        let raw_lists = sections.entries::<RawListEntry>("list", self.problems);
        let texts: RawTexts = sections.named("customer_text", self.problems);
        let follow_ups = sections.named::<Spanned<String>>("follow_up", self.problems);
        let raw_reasons = sections.named::<RawReason>("reason", self.problems);
        sections.finish(&SECTIONS, self.problems);

        let names = self.names(&defines)?;
        let texts: BTreeMap<String, LocalizedText> =
            texts.into_iter().map(|(name, _, text)| (name, text)).collect();
        let follow_ups = self.follow_ups(follow_ups, &texts);
        let reasons = self.reasons(&raw_reasons, &texts, &raw, &raw_lists);
        self.ids(&raw, &raw_lists);
        let mut outputs = Vec::new();
        let entries = self.entries(&raw, &names, &reasons, &follow_ups, &mut outputs);
        self.fallback(&raw, &names);
        self.opposites(&raw);
        let lists = raw_lists.iter().filter_map(|raw| self.list(raw, &reasons)).collect();
        let terms = terms.and_then(|terms| self.terms(terms));
        let (review, route, auto) = (review?, route?, auto?);
        self.numbers(&review, &route, &auto);
        if self.problems.has_errors() {
            return None;
        }
        let compiled = Compiled::new(&names.defines, &outputs, &names.all)
            .map_err(|error| self.problems.error(0, error))
            .ok()?;
        Some(Policy {
            name: name?,
            sha256: Sha256::digest(source.as_bytes()).into(),
            terms: terms?,
            entries,
            lists,
            review_deadline_min: review.as_ref().deadline_min,
            alternative_fee_share: route.as_ref().alternative_fee_share,
            auto_approve: auto.as_ref().enabled,
            approvals_per_hour: auto.as_ref().claims_per_hour,
            approved_value_per_hour_minor: auto.as_ref().value_per_hour_minor,
            reasons,
            follow_ups,
            compiled,
        })
    }

    /// Shared conditions, each read with those before it.
    fn names(&mut self, raw: &[RawDefine]) -> Option<Names> {
        let mut fields = signal_fields();
        let signals = self.schema(&fields)?;
        let mut names =
            Names { all: signals.clone(), signals, defines: Vec::new(), written_out: Vec::new() };
        for define in raw {
            let name = define.name.as_ref();
            if names.all.get(name).is_some() {
                let at = define.name.span().start;
                self.problems.error(
                    at,
                    format!(
                        "`{name}` is the name of a signal or of another condition; choose another"
                    ),
                );
                continue;
            }
            let place = format!("define `{name}`");
            let parsed = self.expression(&define.sql, &names.all, ValueType::Bool, &place);
            fields.push(Field::new(name, ValueType::Bool));
            names.all = self.schema(&fields)?;
            let Some(expression) = parsed else { continue };
            let written_out = write_out(define.sql.as_ref(), &names.written_out);
            names.written_out.push((name.clone(), written_out));
            names.defines.push((name.clone(), expression));
        }
        Some(names)
    }

    fn schema(&mut self, fields: &[Field]) -> Option<Schema> {
        Schema::new(fields.iter().cloned()).map_err(|error| self.problems.error(0, error)).ok()
    }

    fn expression(
        &mut self,
        sql: &Spanned<String>,
        schema: &Schema,
        expected: ValueType,
        place: &str,
    ) -> Option<Expression> {
        match Expression::parse_as(sql.as_ref(), schema, expected) {
            Ok(expression) => Some(expression),
            Err(errors) => {
                for error in errors {
                    self.problems.error(sql.span().start, format!("{place}: {error}"));
                }
                None
            }
        }
    }

    fn entries(
        &mut self,
        raw: &[(Layer, Vec<RawEntry>)],
        names: &Names,
        reasons: &BTreeMap<String, Reasoning>,
        follow_ups: &HashMap<FollowUpKind, LocalizedText>,
        outputs: &mut Vec<Expression>,
    ) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut amounts = Vec::new();
        for (layer, raw) in raw.iter().flat_map(|(layer, raw)| raw.iter().map(|r| (*layer, r))) {
            let place = format!("{} `{}`", layer.as_str(), raw.id.as_ref());
            let when = self.expression(&raw.when, &names.all, ValueType::Bool, &place);
            let amount = raw.amount.as_ref().and_then(|amount| {
                self.expression(amount, &names.all, ValueType::Int, &format!("{place}, amount"))
            });
            self.shape(layer, raw, &place);
            if let Some(kind) = raw.follow_up.filter(|kind| !follow_ups.contains_key(kind)) {
                let text =
                    format!("{place}: `{}` has no text; add it to [follow_up]", kind.as_str());
                self.problems.error(raw.id.span().start, text);
            }
            let Some(when) = when else { continue };
            self.reachable(raw, names, &place);
            let Some(reasoning) = reasons.get(raw.reason.as_ref()) else { continue };
            let amount = amount.map(|amount| {
                amounts.push(amount);
                amounts.len() - 1
            });
            outputs.push(when);
            entries.push(Entry {
                id: raw.id.as_ref().clone(),
                layer,
                then: *raw.then.as_ref(),
                reasoning: Reasoning { clause: raw.clause.clone(), ..reasoning.clone() },
                when: raw.when.as_ref().clone(),
                amount,
                follow_up: raw.follow_up,
            });
        }
        // Amounts stand behind the conditions.
        for entry in &mut entries {
            entry.amount = entry.amount.map(|amount| amount + outputs.len());
        }
        outputs.extend(amounts);
        entries
    }

    /// What a layer may say.
    fn shape(&mut self, layer: Layer, raw: &RawEntry, place: &str) {
        let then = *raw.then.as_ref();
        let at = raw.then.span().start;
        match layer {
            Layer::Guard if then == Decision::Approve => {
                self.problems.error(
                    at,
                    format!("{place}: a guard holds money back; write `review` or `reject`"),
                );
            }
            Layer::Proof if then == Decision::Approve && raw.amount.is_none() => {
                self.problems.error(at, format!("{place}: say what is proven; add `amount`"));
            }
            Layer::Proof if then == Decision::Reject => {
                self.problems.error(
                    at,
                    format!(
                        "{place}: a proof of our fault rejects nobody; write `approve` or `review`"
                    ),
                );
            }
            Layer::Fallback if then == Decision::Reject => {
                self.problems.error(at, format!("{place}: nothing was found, so nothing can be rejected; write `approve` or `review`"));
            }
            Layer::Guard
            | Layer::Proof
            | Layer::Eligibility
            | Layer::List
            | Layer::Rule
            | Layer::Model
            | Layer::Fallback => {}
        }
        if let Some(amount) = raw.amount.as_ref().filter(|_| then != Decision::Approve) {
            let text = format!("{place}: only an approval has an `amount`; remove it");
            self.problems.error(amount.span().start, text);
        }
    }

    fn reachable(&mut self, raw: &RawEntry, names: &Names, place: &str) {
        let sql = write_out(raw.when.as_ref(), &names.written_out);
        let at = raw.when.span().start;
        if let Some(why) = unreachable(&sql, &names.signals) {
            self.problems.error(at, format!("{place} can never fire: {why}"));
            return;
        }
        let starved = starved(&sql, &names.signals, self.geo);
        if !starved.is_empty() {
            let signals = starved.join("`, `");
            self.problems.warning(at, format!("{place} can never fire here: nothing feeds `{signals}`; configure the geo file that does"));
        }
    }

    /// The last fallback must answer whatever the others leave.
    fn fallback(&mut self, raw: &[(Layer, Vec<RawEntry>)], names: &Names) {
        let fallbacks = raw.iter().filter(|(layer, _)| *layer == Layer::Fallback);
        let last = fallbacks.flat_map(|(_, entries)| entries).next_back();
        let Some(last) = last else {
            self.problems.error(
                0,
                "there is no [[fallback]]; add one with `when = \"TRUE\"` and `then = \"review\"`",
            );
            return;
        };
        let sql = write_out(last.when.as_ref(), &names.written_out);
        let always = Expression::parse(&sql, &names.signals).is_ok_and(|when| always_true(&when));
        if !always || *last.then.as_ref() != Decision::Review {
            let text = "the last [[fallback]] must always fire and review: write `when = \"TRUE\"` and `then = \"review\"`";
            self.problems.error(last.when.span().start, text);
        }
    }

    /// Ids are how a verdict names an entry.
    fn ids(&mut self, raw: &[(Layer, Vec<RawEntry>)], lists: &[RawListEntry]) {
        let mut seen = BTreeSet::new();
        let entries = raw.iter().flat_map(|(_, entries)| entries).map(|entry| &entry.id);
        for id in entries.chain(lists.iter().map(|entry| &entry.id)) {
            let text = id.as_ref().as_str();
            let at = id.span().start;
            if !text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                || text.is_empty()
            {
                self.problems
                    .error(at, format!("`{text}` is no id; use letters, digits, `-`, `_` and `.`"));
            } else if !seen.insert(text) {
                self.problems
                    .error(at, format!("the id `{text}` is used twice; give each entry its own"));
            }
        }
    }

    /// Two entries of a layer with one condition: they say the same twice, or contradict each other.
    fn opposites(&mut self, raw: &[(Layer, Vec<RawEntry>)]) {
        for (layer, entries) in raw {
            for (i, entry) in entries.iter().enumerate() {
                let plain = |entry: &RawEntry| {
                    entry.when.as_ref().split_whitespace().collect::<Vec<_>>().join(" ")
                };
                let twin = entries.iter().take(i).find(|other| plain(other) == plain(entry));
                let Some(twin) = twin else { continue };
                let (id, other) = (entry.id.as_ref(), twin.id.as_ref());
                let at = entry.when.span().start;
                let layer = layer.as_str();
                if entry.then.as_ref() == twin.then.as_ref() {
                    self.problems.warning(
                        at,
                        format!("{layer} `{id}` has the condition of `{other}`; remove one"),
                    );
                } else {
                    self.problems.error(at, format!("{layer} `{id}` contradicts `{other}`: the same condition, another decision"));
                }
            }
        }
    }

    fn reasons(
        &mut self,
        raw: &[(String, usize, RawReason)],
        texts: &BTreeMap<String, LocalizedText>,
        entries: &[(Layer, Vec<RawEntry>)],
        lists: &[RawListEntry],
    ) -> BTreeMap<String, Reasoning> {
        let mut reasons = BTreeMap::new();
        for (code, _, raw) in raw {
            for text in [&raw.zh, &raw.en] {
                for name in placeholders(text.as_ref()) {
                    if Catalogue::get().position(name).is_none() {
                        let text_at = text.span().start;
                        self.problems.error(
                            text_at,
                            format!("reason `{code}`: there is no signal `{name}`"),
                        );
                    }
                }
            }
            let Some(customer) = texts.get(raw.customer.as_ref()) else {
                let at = raw.customer.span().start;
                self.problems.error(
                    at,
                    format!(
                        "reason `{code}`: there is no customer text `{}`",
                        raw.customer.as_ref()
                    ),
                );
                continue;
            };
            let agent = LocalizedText { zh: raw.zh.as_ref().clone(), en: raw.en.as_ref().clone() };
            let customer = customer.clone();
            reasons.insert(
                code.clone(),
                Reasoning { code: code.clone(), agent, customer, clause: None },
            );
        }
        let entries = entries.iter().flat_map(|(_, entries)| entries).map(|entry| &entry.reason);
        let mut used = BTreeSet::from([AUTO_APPROVE_OFF, BUDGET_SPENT, NOT_COMPARABLE]);
        let given: BTreeSet<&str> = raw.iter().map(|(code, _, _)| code.as_str()).collect();
        for reason in entries.chain(lists.iter().map(|entry| &entry.reason)) {
            used.insert(reason.as_ref());
            if !given.contains(reason.as_ref().as_str()) {
                let at = reason.span().start;
                self.problems.error(
                    at,
                    format!("there is no reason `{}`; add it to [reason]", reason.as_ref()),
                );
            }
        }
        for code in [AUTO_APPROVE_OFF, BUDGET_SPENT, NOT_COMPARABLE] {
            if !given.contains(code) {
                self.problems.error(
                    0,
                    format!("vouch itself gives the reason `{code}`; add it to [reason]"),
                );
            }
        }
        for (code, at, _) in raw.iter().filter(|(code, _, _)| !used.contains(code.as_str())) {
            // The shipped file has the reason of the lists that others will add.
            if code != "listed" {
                self.problems.warning(*at, format!("no entry gives the reason `{code}`"));
            }
        }
        reasons
    }

    fn follow_ups(
        &mut self,
        raw: Vec<(String, usize, Spanned<String>)>,
        texts: &BTreeMap<String, LocalizedText>,
    ) -> HashMap<FollowUpKind, LocalizedText> {
        let mut follow_ups = HashMap::new();
        for (name, at, text) in raw {
            let kind = FollowUpKind::ALL.iter().find(|kind| kind.as_str() == name);
            let known = texts.get(text.as_ref());
            match (kind, known) {
                (Some(kind), Some(text)) => {
                    follow_ups.insert(*kind, text.clone());
                }
                (None, _) => {
                    let kinds = FollowUpKind::WORDS.join("`, `");
                    self.problems
                        .error(at, format!("`{name}` is no follow-up; there are `{kinds}`"));
                }
                (Some(_), None) => {
                    self.problems.error(
                        at,
                        format!(
                            "follow-up `{name}`: there is no customer text `{}`",
                            text.as_ref()
                        ),
                    );
                }
            }
        }
        follow_ups
    }

    fn list(
        &mut self,
        raw: &RawListEntry,
        reasons: &BTreeMap<String, Reasoning>,
    ) -> Option<ListEntry> {
        let place = format!("list `{}`", raw.id.as_ref());
        let matches = ListMatch::parse(raw.subject, raw.value.as_ref());
        if matches.is_none() {
            let at = raw.value.span().start;
            self.problems
                .error(at, format!("{place}: `{}` is no address or network", raw.value.as_ref()));
        }
        let expires = raw.expires.as_ref().parse::<jiff::Timestamp>();
        if let Err(error) = &expires {
            let at = raw.expires.span().start;
            self.problems.error(
                at,
                format!("{place}: expires: {error}; write a time such as `2027-01-31T00:00:00Z`"),
            );
        }
        if raw.owner.as_ref().trim().is_empty() {
            self.problems.error(
                raw.owner.span().start,
                format!("{place} has no owner; name who answers for it"),
            );
        }
        Some(ListEntry {
            id: raw.id.as_ref().clone(),
            matches: matches?,
            then: raw.then,
            reasoning: reasons.get(raw.reason.as_ref())?.clone(),
            owner: raw.owner.as_ref().clone(),
            expires: Timestamp::from_ms(expires.ok()?.as_millisecond()),
        })
    }

    fn terms(&mut self, raw: RawTerms) -> Option<Terms> {
        let currency = Currency::parse(raw.currency.as_ref());
        if let Err(error) = &currency {
            self.problems.error(raw.currency.span().start, format!("terms.currency: {error}"));
        }
        let mut value_of = BTreeMap::new();
        for (code, value) in &raw.value_of {
            match (Currency::parse(code.as_ref()), currency.as_ref()) {
                (Ok(of), Ok(currency)) => match FxRate::new(of, *currency, *value.as_ref()) {
                    Ok(rate) => {
                        value_of.insert(of, rate.rate());
                    }
                    Err(error) => self
                        .problems
                        .error(value.span().start, format!("terms.value_of.{of} {error}")),
                },
                (Err(error), _) => {
                    self.problems.error(code.span().start, format!("terms.value_of: {error}"))
                }
                (Ok(_), Err(_)) => {}
            }
        }
        let by_class = raw.sku_class.as_ref();
        for class in SkuClass::ALL.iter().filter(|class| !by_class.contains_key(class)) {
            let at = raw.sku_class.span().start;
            self.problems.error(
                at,
                format!("terms.sku_class: `{}` is missing; state its terms", class.as_str()),
            );
        }
        for (class, terms) in by_class {
            if terms.window_h == 0 || terms.window_h > 24 * 365 {
                let at = raw.sku_class.span().start;
                let (class, window_h) = (class.as_str(), terms.window_h);
                self.problems.error(at, format!("terms.sku_class.{class}: window_h is {window_h}; give 1 to 8760: no provider refunds after a year"));
            }
        }
        let by_class = raw.sku_class.into_inner();
        Some(Terms {
            currency: currency.ok()?,
            value_of,
            by_class,
            evidence_required: raw.evidence_required,
        })
    }

    fn numbers(
        &mut self,
        review: &Spanned<RawReview>,
        route: &Spanned<RawRoute>,
        auto: &Spanned<RawAutoApprove>,
    ) {
        let deadline = review.as_ref().deadline_min;
        if deadline == 0 || deadline > 7 * 24 * 60 {
            self.problems.error(
                review.span().start,
                format!("review.deadline_min is {deadline}; give 1 to 10080"),
            );
        }
        let fee = route.as_ref().alternative_fee_share;
        if !(0.0..=0.1).contains(&fee) {
            self.problems.error(route.span().start, format!("route.alternative_fee_share is {fee}; give a share of 0 to 0.1, such as 0.006 for 0.6 %"));
        }
        let auto_at = auto.span().start;
        let auto = auto.as_ref();
        if auto.value_per_hour_minor < 0 {
            self.problems.error(
                auto_at,
                format!(
                    "auto_approve.value_per_hour_minor is {}; give 0 or more",
                    auto.value_per_hour_minor
                ),
            );
        }
        if !auto.enabled {
            self.problems
                .warning(auto_at, "auto_approve.enabled is false: every approval becomes a review");
        }
    }
}
