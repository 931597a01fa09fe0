use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::{FactId, KeyFingerprint};
use crate::state::samples::{Intake, intake};
use crate::state::{Entity, EntityKey, Event};

mod double_charge;
mod keys;
mod story;

/// A desk that is told things, one after another, and remembers what it noticed.
#[derive(Default)]
struct Desk {
    position: u64,
    entities: BTreeMap<EntityKey, Entity>,
    told: Vec<(u64, Finding)>,
    loads: usize,
}

fn tenant() -> TenantId {
    TenantId::parse("shop").unwrap()
}

impl Knowledge for Desk {
    type Error = Infallible;

    fn load(&mut self, subjects: Vec<Subject>) -> Result<Vec<Arc<Entity>>, Infallible> {
        self.loads += subjects.len();
        let load = |subject| {
            let key = EntityKey::new(tenant(), subject);
            let known = self.entities.get(&key).cloned();
            Arc::new(known.unwrap_or_else(|| Entity::unknown(key.subject())))
        };
        Ok(subjects.into_iter().map(load).collect())
    }

    fn told_at(&mut self, id: &FindingId) -> Result<Option<u64>, Infallible> {
        let told = self.told.iter().find(|(_, finding)| finding.id == *id);
        Ok(told.map(|(position, _)| *position))
    }
}

impl Desk {
    /// After these.
    fn after(intakes: impl IntoIterator<Item = Intake>) -> Self {
        let mut desk = Self::default();
        for intake in intakes {
            desk.tell(intake);
        }
        desk
    }

    /// Takes one thing in, and returns what it makes known.
    fn tell(&mut self, intake: Intake) -> Vec<Finding> {
        self.position += 1;
        for event in intake.events(self.position) {
            self.apply(&event);
        }
        let Intake::Fact(fact) = intake else { return Vec::new() };
        let observed_at = Timestamp::from_ms(7);
        let Ok(findings) = completed(&tenant(), &fact, observed_at, self);
        for finding in &findings {
            assert_eq!((finding.found_at, &finding.told_by), (observed_at, &fact.id));
            assert!(!self.told.iter().any(|(_, told)| told.id == finding.id), "once");
            assert!(self.stands(finding), "it holds when it is told");
            self.position += 1;
            self.told.push((self.position, finding.clone()));
        }
        findings
    }

    fn apply(&mut self, event: &Event) {
        for key in event.touches() {
            let unknown = || Entity::unknown(key.subject());
            self.entities.entry(key.clone()).or_insert_with(unknown).apply(event);
        }
    }

    fn stands(&mut self, finding: &Finding) -> bool {
        let Ok(stands) = stands(&tenant(), finding, self);
        stands
    }

    /// What was told: kind, order, and the refund in minor units.
    fn told(&self) -> Vec<(FindingKind, &str, Option<i64>)> {
        self.told.iter().map(|(_, finding)| brief(finding)).collect()
    }

    /// Whether each that was told still holds.
    fn standing(&mut self) -> Vec<bool> {
        let told: Vec<Finding> = self.told.iter().map(|(_, finding)| finding.clone()).collect();
        told.iter().map(|finding| self.stands(finding)).collect()
    }
}

fn brief(finding: &Finding) -> (FindingKind, &str, Option<i64>) {
    let order = finding.about.order_id.as_ref().unwrap().as_str();
    (finding.kind, order, finding.recommended.as_ref().map(|refund| refund.amount.amount_minor))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    /// The oracle looks at every order and every key there is.
    #[test]
    fn whatever_holds_in_the_end_was_told(intakes in vec(intake(), 1..60)) {
        let mut desk = Desk::after(numbered(intakes));
        let subjects: Vec<Subject> = desk.entities.keys().map(|k| k.subject().clone()).collect();
        for subject in subjects {
            let holds = if let Subject::Order(order_id) = &subject {
                let Ok(loaded) = desk.load(vec![subject.clone()]);
                charge::double_charges(&tenant(), order_id, order_in(&loaded), &mut desk)
            } else if let Subject::CardKey(key) = &subject {
                key::of_keys(&tenant(), &[*key], &mut desk)
            } else {
                continue;
            };
            let Ok(holds) = holds;
            for shown in holds {
                prop_assert!(desk.told.iter().any(|(_, told)| told.id == shown.id), "{shown:?}");
            }
        }
    }

    #[test]
    fn nothing_recommended_is_more_than_is_left(intakes in vec(intake(), 1..60)) {
        let mut desk = Desk::default();
        for intake in numbered(intakes) {
            for finding in desk.tell(intake) {
                let Some(refund) = finding.recommended else { continue };
                let Ok(loaded) = desk.load(vec![Subject::Order(refund.order_id.clone())]);
                let order = order_in(&loaded).unwrap();
                let balance = order.balance(None).unwrap();
                prop_assert_eq!(refund.amount.currency, balance.currency);
                prop_assert!(refund.amount.amount_minor <= balance.refundable_minor());
                prop_assert_eq!(&order.placed.as_ref().unwrap().account_id, &refund.account_id);
            }
        }
    }
}

/// Facts get ids of their own.
fn numbered(intakes: Vec<Intake>) -> impl Iterator<Item = Intake> {
    (0..).zip(intakes).map(|(n, intake)| match intake {
        Intake::Fact(fact) => {
            let id = FactId::parse(&format!("f{n}")).unwrap();
            Intake::Fact(Arc::new(Fact { id, ..(*fact).clone() }))
        }
        claim @ Intake::Claim(_) => claim,
    })
}

#[test]
fn the_same_finding_has_the_same_id_for_ever() {
    let desk = Desk::after([story::placed("o1"), story::paid(0, "t1"), story::paid(1, "t2")]);
    let (_, finding) = &desk.told[0];
    assert_eq!(finding.id.as_str(), "64170c1c-f172-8588-97c1-7ce9bb95e312");
    let other = TenantId::parse("other").unwrap();
    let shop = tenant();
    let id = |tenant, about: &[&str]| finding_id(tenant, FindingKind::DoubleCharge, about).unwrap();
    assert_eq!(id(&shop, &["o1", "t2"]), finding.id);
    assert_ne!(id(&other, &["o1", "t2"]), finding.id);
    assert_ne!(id(&shop, &["o1", "t3"]), finding.id);
}

#[test]
fn a_million_leaked_keys_cost_a_look_each() {
    let keys: Vec<KeyFingerprint> = (0..=255).map(|byte| KeyFingerprint([byte; 32])).collect();
    let mut desk = Desk::default();
    assert!(desk.tell(story::leaked_keys(0, keys.clone())).is_empty());
    assert_eq!(desk.loads, keys.len());
    desk.loads = 0;
    desk.tell(story::delivered(0, "o1", 1));
    desk.tell(story::placed("o1"));
    desk.tell(story::paid(0, "t1"));
    assert!(desk.loads < 20, "{}", desk.loads);
}

#[test]
fn texts_say_what_to_pay() {
    let desk = Desk::after([
        story::placed("o1"),
        story::paid(0, "t1"),
        story::paid(1, "t2"),
        story::delivered(9, "o1", 1),
        story::leaked(10, 1),
    ]);
    let texts: Vec<_> = desk.told.iter().map(|(_, finding)| text(finding)).collect();
    let english: Vec<_> = texts.iter().map(|text| text.en.as_str()).collect();
    assert_eq!(
        english,
        [
            "charged twice: payment t2 of order o1 is one too many; pay back 1.00 CNY",
            "a key of order o1 leaked after delivery and is not used yet: tell the buyer to use it",
        ]
    );
    assert_eq!(texts[0].zh, "重复扣款：订单 o1 的支付 t2 是多余的；建议退款 1.00 CNY");
}
