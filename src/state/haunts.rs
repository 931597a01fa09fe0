//! Where an account is at home: the networks that it is used from, and on how many days.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::hops::day_of;
use crate::domain::{Network, Timestamp};

/// The networks (/24, /48) that something is used from, with the days of use.
///
/// At most [`Self::NETWORKS_MAX`] are kept; one that was not used for longest, by day, goes first (of several the one
/// that comes first by address), and its days are lost with it. Up to that number the order of arrival does not show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Haunts {
    /// Ascending by network.
    haunts: ThinVec<Haunt>,
}

/// A network, by an address in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Haunt {
    /// The address that was used last, of several at one time the highest.
    ip: IpAddr,
    /// When it was.
    last_at: Timestamp,
    /// Days of use: bit `n` is the day `n` days before that of `last_at`.
    days: u128,
}

impl Haunts {
    /// Most networks that are kept.
    pub const NETWORKS_MAX: usize = 24;

    /// Notes a use.
    pub fn add(&mut self, at: Timestamp, ip: IpAddr) {
        let network = Network::of(ip);
        match self.haunts.binary_search_by_key(&network, Haunt::network) {
            Ok(found) => {
                if let Some(haunt) = self.haunts.get_mut(found) {
                    haunt.used(at, ip);
                }
            }
            Err(place) => self.haunts.insert(place, Haunt { ip, last_at: at, days: 1 }),
        }
        if self.haunts.len() > Self::NETWORKS_MAX {
            let oldest = self.haunts.iter().enumerate();
            let oldest = oldest.min_by_key(|(_, haunt)| (day_of(haunt.last_at), haunt.network()));
            if let Some((oldest, _)) = oldest {
                self.haunts.remove(oldest);
            }
        }
    }

    /// How many networks are kept.
    pub(super) fn len(&self) -> usize {
        self.haunts.len()
    }

    /// For each network that was used then, ascending: the address in it that was used last (whenever that was), and on
    /// how many days it was used.
    ///
    /// Days are those of a window of `span_days` days that ends with the day of `at`, and of them only days that were
    /// over `grace_ms` before `at`: so the day of `at` never counts, and whoever took an account over yesterday is not
    /// at home in it. At most 128 days of a network are remembered, back from its last.
    pub fn days_within(
        &self,
        at: Timestamp,
        span_days: i64,
        grace_ms: i64,
    ) -> impl Iterator<Item = (IpAddr, u32)> {
        let after = day_of(at).saturating_sub(span_days);
        let before = day_of(at.plus_ms(grace_ms.saturating_neg()));
        self.haunts.iter().filter_map(move |haunt| {
            let days = haunt.days_between(after, before);
            (days > 0).then_some((haunt.ip, days))
        })
    }
}

impl Haunt {
    const fn network(&self) -> Network {
        Network::of(self.ip)
    }

    fn used(&mut self, at: Timestamp, ip: IpAddr) {
        let (last, day) = (day_of(self.last_at), day_of(at));
        self.days = if day > last {
            shifted_left(self.days, day.saturating_sub(last)) | 1
        } else {
            self.days | shifted_left(1, last.saturating_sub(day))
        };
        (self.last_at, self.ip) = (self.last_at, self.ip).max((at, ip));
    }

    /// Days of use that lie between two days, neither of them counted.
    fn days_between(&self, after: i64, before: i64) -> u32 {
        let last = day_of(self.last_at);
        let newest_bit = last.saturating_sub(before).saturating_add(1).max(0);
        let end_bit = last.saturating_sub(after).max(0);
        let up_to_end = !shifted_left(u128::MAX, end_bit);
        (self.days & up_to_end & shifted_left(u128::MAX, newest_bit)).count_ones()
    }
}

/// What is shifted out is lost, also when it is all of it.
fn shifted_left(bits: u128, by: i64) -> u128 {
    u32::try_from(by).ok().and_then(|by| bits.checked_shl(by)).unwrap_or(0)
}
