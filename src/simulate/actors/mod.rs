//! The people of a simulation, one file for each kind.

mod buyers;
mod refunders;
mod reversed;
mod rings;
mod takeover;
mod trouble;

use super::draw::Draw;
use super::truth::Actor;
use super::world::World;
use crate::domain::ClaimReason;

impl World<'_> {
    /// Lets somebody place the next order of today, or the next few. How many were placed.
    pub(super) fn next_orders(&mut self) -> u64 {
        let before = self.summary.orders;
        let actors = &self.knobs.actors;
        let drifted = self.day + 1 >= i64::try_from(self.knobs.size.drift_day).unwrap_or(i64::MAX);
        // Those who come together place so many orders in one go, on the mean.
        let shares = [
            (actors.careless, Actor::Careless),
            (actors.reseller, Actor::Reseller),
            (actors.patient_refunder, Actor::PatientRefunder),
            (actors.burst_refunder / refunders::BURST_ORDERS, Actor::BurstRefunder),
            (actors.ring / rings::RING_ORDERS, Actor::Ring),
            (actors.friendly_fraud, Actor::FriendlyFraud),
            (actors.takeover, Actor::Takeover),
            (
                if drifted { actors.new_attack / rings::ATTACK_ORDERS } else { 0.0 },
                Actor::NewAttack,
            ),
        ];
        match self.draw.weighted(Actor::Honest, &shares) {
            Actor::Honest => self.honest_order(),
            Actor::Careless => self.careless_order(),
            Actor::Reseller => self.reseller_order(),
            Actor::PatientRefunder => self.patient_order(),
            Actor::BurstRefunder => self.burst(),
            Actor::Ring => self.ring(),
            Actor::FriendlyFraud => self.friendly_order(),
            Actor::Takeover | Actor::TakeoverVictim => self.takeover(),
            Actor::NewAttack => self.new_attack(),
        }
        self.summary.orders - before
    }
}

/// What a bad actor says is wrong: what honest people say, a little more often what is hard to check.
fn pretext(draw: &mut Draw) -> ClaimReason {
    draw.weighted(
        ClaimReason::Other,
        &[
            (0.27, ClaimReason::KeyAlreadyUsed),
            (0.27, ClaimReason::KeyInvalid),
            (0.15, ClaimReason::NotAsDescribed),
            (0.13, ClaimReason::NotDelivered),
            (0.06, ClaimReason::Unauthorised),
            (0.05, ClaimReason::NoLongerWanted),
            (0.03, ClaimReason::ChargedTwice),
        ],
    )
}
