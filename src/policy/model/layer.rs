//! The reasons of the model's layer.

use super::texts::{EXPECTED_COST, Group, HELD_BACK, contribution, percent};
use super::view::{Choice, Held, Made, View};
use crate::domain::{
    Decision, ExpectedCosts, GroupContribution, Layer, LocalizedText, ModelAssessment, Money,
    Reason,
};
use crate::policy::policy::Policy;
use crate::policy::texts::Values;

/// Groups of signals that a decision by the model gives as reasons.
const GROUPS_TOLD: usize = 3;
/// Less than this says nothing: it moves even odds by 2.5 percentage points.
const TOLD_FROM_LOG_ODDS: f64 = 0.1;

impl View<'_> {
    /// The ids of what the layer came to, the decisive one first.
    pub(in crate::policy) fn fired(&self) -> Vec<&'static str> {
        match &self.choice {
            Choice::Absent | Choice::Unjudged => Vec::new(),
            Choice::Made(made) => {
                made.held.iter().map(|_| HELD_BACK).chain([EXPECTED_COST]).collect()
            }
        }
    }

    /// The id of what could not be judged.
    pub(in crate::policy) fn unjudged(&self) -> Option<&'static str> {
        matches!(self.choice, Choice::Unjudged).then_some(EXPECTED_COST)
    }

    /// What the layer says where another one decided.
    pub(in crate::policy) fn aside(&self) -> Option<Reason> {
        match (&self.choice, &self.assessment) {
            (Choice::Made(made), Some(model)) => Some(made.by_cost(model, false)),
            (Choice::Absent | Choice::Unjudged | Choice::Made(_), _) => None,
        }
    }
}

impl Made<'_> {
    /// The reasons of a decision by the model, the decisive one first.
    pub(in crate::policy) fn reasons(
        &self,
        policy: &Policy,
        model: &ModelAssessment,
        values: &Values<'_>,
    ) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        if let Some(held) = &self.held {
            reasons.push(self.reason(
                HELD_BACK,
                Decision::Review,
                true,
                held_back(held, self.wanted, policy),
            ));
        }
        reasons.push(self.by_cost(model, self.held.is_none()));
        let told = model.groups.iter().filter(|g| g.log_odds.abs() >= TOLD_FROM_LOG_ODDS);
        reasons.extend(told.take(GROUPS_TOLD).filter_map(|group| self.by_group(group, values)));
        reasons
    }

    fn by_cost(&self, model: &ModelAssessment, decisive: bool) -> Reason {
        let text = by_cost(model, self.probability);
        self.reason(EXPECTED_COST, self.wanted, decisive, text)
    }

    fn by_group(&self, told: &GroupContribution, values: &Values<'_>) -> Option<Reason> {
        let group = Group::named(&told.group)?;
        let words = values.fill(self.terms.groups.get(group.code)?);
        let speaks_for = if told.log_odds > 0.0 { Decision::Reject } else { Decision::Approve };
        Some(self.reason(group.code, speaks_for, false, contribution(&words, told)))
    }

    fn reason(
        &self,
        code: &str,
        direction: Decision,
        decisive: bool,
        agent_text: LocalizedText,
    ) -> Reason {
        Reason {
            code: code.to_owned(),
            layer: Layer::Model,
            rule_id: code.to_owned(),
            direction,
            decisive,
            agent_text,
            customer_text: self.terms.customer.of(self.decision()).clone(),
            clause: None,
        }
    }
}

fn by_cost(model: &ModelAssessment, probability: f64) -> LocalizedText {
    let (name, version, p) = (&model.name, &model.version, percent(probability));
    let mut text = LocalizedText {
        zh: format!("模型 {name} {version}：滥用概率 {p}"),
        en: format!("model {name} {version}: abusive with probability {p}"),
    };
    if let Some(ExpectedCosts { approve, review, reject }) = &model.costs {
        text.zh.push_str(&format!("；预期成本：通过 {approve}，审核 {review}，拒绝 {reject}"));
        text.en.push_str(&format!(
            "; expected costs: approve {approve}, review {review}, reject {reject}"
        ));
    }
    text
}

fn held_back(held: &Held<'_>, wanted: Decision, policy: &Policy) -> LocalizedText {
    let (zh_wanted, en_wanted) = match wanted {
        Decision::Approve => ("通过", "approve"),
        Decision::Review => ("审核", "review"),
        Decision::Reject => ("拒绝", "reject"),
    };
    let (zh, en) = match held {
        Held::Coverage { known, least } => {
            let (known, least) = (percent(*known), percent(*least));
            (
                format!("已知信号仅 {known}，至少需要 {least}"),
                format!("only {known} of the signals are known, {least} are needed"),
            )
        }
        Held::Condition => (
            format!("策略 model.{en_wanted}_when 的条件不成立"),
            format!("model.{en_wanted}_when of the policy does not hold"),
        ),
        Held::TooMuch { most_minor } => {
            let most = Money { amount_minor: *most_minor, currency: policy.terms.currency };
            (
                format!("超过模型可通过的上限 {most}"),
                format!("it is worth more than {most}, the most that a model approves"),
            )
        }
        Held::Degraded { code } => {
            (format!("系统降级：{code}"), format!("something is degraded: {code}"))
        }
    };
    LocalizedText {
        zh: format!("模型建议{zh_wanted}，但{zh}，转人工审核"),
        en: format!("the model would {en_wanted}, but {en}: a person decides"),
    }
}
