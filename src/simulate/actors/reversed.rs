//! Claims for money that has gone back already.

use crate::domain::ClaimReason;
use crate::simulate::claim::Ask;
use crate::simulate::purchase::Purchase;
use crate::simulate::truth::{Actor, Cause};
use crate::simulate::world::World;

/// How much more often careless buyers claim what their bank has shown them.
const CARELESS_FACTOR: f64 = 2.0;

impl World<'_> {
    /// A bank shows a reversal late, and some who see it claim nevertheless. Nothing but what they know differs.
    pub(super) fn claim_reversed(&mut self, purchase: &Purchase, at: i64, reason: ClaimReason) {
        let claims = &self.knobs.claims;
        let (claimed, knowing) = (claims.reversed_claimed, claims.reversed_knowing_share);
        let actor = self.accounts.get(purchase.account).map_or(Actor::Honest, |a| a.actor);
        let careless = if actor == Actor::Careless { CARELESS_FACTOR } else { 1.0 };
        if !self.draw.chance(claimed * careless) {
            return;
        }
        let ask = if self.draw.chance(knowing) {
            Ask::bad(at, Actor::FriendlyFraud, reason)
        } else {
            // Those who refund for a living claim by mistake as anybody does.
            let actor = match actor {
                Actor::Careless | Actor::Reseller => actor,
                Actor::Honest
                | Actor::PatientRefunder
                | Actor::BurstRefunder
                | Actor::Ring
                | Actor::Takeover
                | Actor::TakeoverVictim
                | Actor::FriendlyFraud
                | Actor::NewAttack => Actor::Honest,
            };
            Ask::honest(at, actor, Cause::AlreadyReversed, reason)
        };
        self.claim(purchase, &ask);
    }
}
