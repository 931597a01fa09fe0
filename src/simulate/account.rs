//! Accounts, and where they are used from.

use std::net::IpAddr;
use std::sync::Arc;

use super::draw::{low8, mixed, share_of};
use super::names;
use super::places::{CAFES, CAMPUSES, COUNTRIES, Network, Spot, ipv4, ipv6, spots};
use super::truth::Actor;
use super::world::World;
use crate::domain::{Client, DAY_MS, HOUR_MS};

/// An account, and who is behind it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    pub(super) actor: Actor,
    pub(super) home: Spot,
    /// The line at home; a family shares it.
    line: u64,
    access: Access,
    /// The device, another one that is used now and then, and one that replaces the first.
    devices: [u64; 3],
    new_device_at: i64,
    /// Uses the second device, or shares it with the family.
    has_second: bool,
    pub(super) payer: u64,
    pub(super) payout: u64,
    /// When it was opened, ms.
    pub(super) born: i64,
    /// The platform has told that it was opened.
    pub(super) is_told: bool,
    mobile_share: f64,
    vpn_share: f64,
    /// Where it is for a week, and from when.
    trip: Option<(i64, Spot)>,
    pub(super) verified: u8,
    pub(super) orders: u32,
}

#[derive(Debug, Clone, Copy)]
enum Access {
    Home,
    Campus(u8),
    Cafe(u8),
}

/// Where a request comes from, before anything of it is lost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) network: Network,
    /// Who has the address.
    pub(super) who: u64,
    pub(super) device: u64,
    /// The time zone that the device tells.
    pub(super) zone: Spot,
    pub(super) may_v6: bool,
}

/// Devices with this bit belong to people who keep many of them.
const FARM: u64 = 1 << 62;
/// How much more often such devices are emulators or rooted, before stealth.
const FARM_EMULATOR_SHARE: f64 = 0.35;
const FARM_ROOTED_SHARE: f64 = 0.30;

impl World<'_> {
    /// Opens an account; `born` in ms. Its number.
    pub(super) fn open_account(&mut self, actor: Actor, born: i64) -> usize {
        let home = self.home();
        let population = &self.knobs.population;
        let (campus, cafe) = (population.campus_share, population.cafe_share);
        let family = population.family_share;
        let drawn = self.draw.unit();
        let mut account = Account {
            actor,
            home,
            line: self.names.fingerprint(),
            access: Access::Home,
            devices: [self.names.fingerprint(), self.names.fingerprint(), self.names.fingerprint()],
            new_device_at: i64::MAX,
            has_second: self.draw.chance(0.4),
            payer: self.names.fingerprint(),
            payout: self.names.fingerprint(),
            born,
            is_told: false,
            mobile_share: self.knobs.clients.mobile_share * 2.0 * self.draw.unit(),
            vpn_share: 0.0,
            trip: None,
            verified: self.draw.weighted(0, &[(0.22, 1), (0.12, 2), (0.03, 3)]),
            orders: 0,
        };
        if drawn < campus {
            account.access = Access::Campus(low8(self.draw.bits()) % CAMPUSES);
        } else if drawn < campus + cafe {
            let cafe = low8(self.draw.bits()) % CAFES;
            account.access = Access::Cafe(cafe);
            // The machines of the cafe: six of them.
            let machine = self.draw.bits() % 6;
            let (city, cafe) = (u64::from(home.number()), u64::from(cafe));
            let [_, second, third] = account.devices;
            account.devices = [(1 << 40) | city << 16 | cafe << 8 | machine, second, third];
        } else if drawn < campus + cafe + family {
            self.join_family(&mut account);
        }
        if self.draw.chance(self.knobs.clients.vpn_share) {
            account.vpn_share = 0.15 + 0.75 * self.draw.unit();
        }
        if self.draw.chance(self.knobs.clients.travel_share) {
            let places: Vec<Spot> = spots().collect();
            let spot = self.draw.one(&places).copied();
            let from = self.start + self.draw.between(0, self.end - self.start);
            account.trip = spot.map(|spot| (from, spot));
        }
        if self.draw.chance(self.knobs.clients.new_device_share) {
            account.new_device_at = self.start + self.draw.between(0, self.end - self.start);
        }
        self.accounts.push(account);
        self.accounts.len() - 1
    }

    /// Lives with somebody who has an account, and shares line and devices.
    fn join_family(&mut self, account: &mut Account) {
        let Some(other) = self.family else {
            self.family = Some(*account);
            return;
        };
        account.home = other.home;
        account.line = other.line;
        let [first, second, _] = other.devices;
        let [own, _, new] = account.devices;
        account.devices = if self.draw.chance(0.5) { [first, own, new] } else { [own, first, new] };
        account.has_second = true;
        if self.draw.chance(0.4) {
            account.payer = other.payer;
        }
        if self.draw.chance(0.15) {
            account.devices = [first, second, new];
        }
        // Families have two to four members.
        if self.draw.chance(0.5) {
            self.family = None;
        }
    }

    fn home(&mut self) -> Spot {
        let country = if self.draw.chance(self.knobs.population.foreign_share) {
            let shares: Vec<(f64, u8)> =
                COUNTRIES.iter().zip(0_u8..).map(|(plan, index)| (plan.share, index)).collect();
            self.draw.weighted(1, &shares)
        } else {
            0
        };
        let cities = COUNTRIES.get(usize::from(country)).map_or(1, |plan| plan.cities.len());
        // The first cities have the most buyers.
        let city = self.draw.below(cities).min(self.draw.below(cities));
        Spot { country, city: u8::try_from(city).unwrap_or(0) }
    }

    /// Gives an account a device of a farm; accounts with the same number share it.
    pub(super) fn equip(&mut self, account: usize, farm_device: u64, payout: u64) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.devices = [farm_device | FARM; 3];
            account.has_second = false;
            account.payout = payout;
        }
    }

    /// Where the owner of an account sits at a time.
    pub(super) fn seat(&mut self, account: &Account, at: i64) -> Seat {
        let [main, second, new] = account.devices;
        let main = if at >= account.new_device_at { new } else { main };
        let device = if account.has_second && self.draw.chance(0.22) { second } else { main };
        let trip = account.trip.filter(|(from, _)| (*from..*from + 7 * DAY_MS).contains(&at));
        let here = trip.map_or(account.home, |(_, spot)| spot);
        let hours = u64::try_from(at / HOUR_MS).unwrap_or_default();
        let number = account.line ^ main << 20;
        let (network, who) = if self.draw.chance(account.vpn_share) {
            (Network::Vpn(self.vpn_country(account.home)), number ^ (hours / 24) << 40)
        } else if self.draw.chance(account.mobile_share) {
            (Network::Mobile(here), number ^ (hours / 5) << 40)
        } else {
            // Providers give a line another address every few days, or weeks.
            let lease_d = 2 + account.line % 40;
            let who = account.line ^ (hours / 24 / lease_d) << 40;
            match account.access {
                Access::Campus(campus) if trip.is_none() => {
                    (Network::Campus(account.home, campus), number)
                }
                Access::Cafe(cafe) if trip.is_none() => (Network::Cafe(account.home, cafe), number),
                Access::Home | Access::Campus(_) | Access::Cafe(_) => (Network::Home(here), who),
            }
        };
        let zone = if trip.is_some() && self.draw.chance(0.7) { here } else { account.home };
        Seat { network, who, device, zone, may_v6: true }
    }

    /// People use exits near them, and such as are where the goods are cheaper.
    fn vpn_country(&mut self, home: Spot) -> u8 {
        self.draw.weighted(home.country, &[(0.25, 1), (0.14, 3), (0.12, 7), (0.12, 5)])
    }

    /// Where somebody sits who does not want to be known. Proxies in the victim's country are the best cover.
    pub(super) fn hidden_seat(&mut self, country: u8, farm_device: u64, at: i64) -> Seat {
        let stealth = self.knobs.overlap.stealth;
        let home = Spot { country, city: 0 };
        let number = self.draw.bits();
        let far = self.draw.weighted(5, &[(0.4, 1), (0.2, 8), (0.2, 6)]);
        let network = self.draw.weighted(
            Network::Mobile(home),
            &[
                (0.12 + 0.20 * stealth, Network::ResidentialProxy(country)),
                (0.16, Network::Vpn(country)),
                (0.05 + 0.10 * (1.0 - stealth), Network::Vpn(far)),
                (0.03 + 0.08 * (1.0 - stealth), Network::Hosting(country)),
                (0.01 + 0.03 * (1.0 - stealth), Network::Tor),
                (0.02 + 0.05 * (1.0 - stealth), Network::PublicProxy(country)),
                (0.22 + 0.10 * stealth, Network::Home(home)),
            ],
        );
        let days = u64::try_from(at / DAY_MS).unwrap_or_default();
        let who =
            if matches!(network, Network::Home(_)) { farm_device ^ (days / 9) } else { number };
        let zone = if self.draw.chance(0.75 + 0.2 * stealth) {
            home
        } else {
            Spot { country: far, city: 0 }
        };
        Seat { network, who, device: farm_device | FARM, zone, may_v6: false }
    }

    /// What the platform sees of a seat: parts are lost now and then.
    pub(super) fn client(&mut self, seat: &Seat, at: i64) -> Client {
        let knobs = &self.knobs.clients;
        let has_device = !self.draw.chance(knobs.device_missing_share);
        let is_farm = seat.device & FARM != 0;
        let bold = 1.0 - self.knobs.overlap.stealth;
        let more = |share: f64, farm: f64| if is_farm { share + farm * bold } else { share };
        let emulator =
            share_of(seat.device ^ 0xe0) < more(knobs.emulator_share, FARM_EMULATOR_SHARE);
        let rooted = share_of(seat.device ^ 0x70) < more(knobs.rooted_share, FARM_ROOTED_SHARE);
        let ip = (!self.draw.chance(knobs.ip_missing_share)).then(|| self.address(seat, at));
        let zone = !self.draw.chance(self.knobs.clients.timezone_missing_share);
        Client {
            ip,
            device_id: has_device.then(|| self.names.device(seat.device)),
            device_emulator: has_device.then_some(emulator),
            device_rooted: has_device.then_some(rooted),
            user_agent: self.texts.agent(seat.device),
            timezone: zone.then(|| self.texts.timezone(seat.zone)).flatten(),
        }
    }

    fn address(&mut self, seat: &Seat, at: i64) -> IpAddr {
        let days = u64::try_from(at / DAY_MS).unwrap_or_default();
        // A line or a subscriber has IPv6 or has not.
        let has_v6 = seat.may_v6 && share_of(seat.who ^ 0x6) < self.knobs.clients.ipv6_share;
        let v6 = if has_v6 { ipv6(seat.network, seat.who, days) } else { None };
        v6.unwrap_or_else(|| ipv4(seat.network, seat.who))
    }

    /// A seat of the owner, as the platform sees it.
    pub(super) fn own_client(&mut self, account: usize, at: i64) -> Client {
        let Some(account) = self.accounts.get(account).copied() else { return Client::default() };
        let seat = self.seat(&account, at);
        self.client(&seat, at)
    }
}

/// Texts that come again and again.
#[derive(Debug)]
pub(super) struct Texts {
    agents: Vec<Arc<str>>,
    timezones: Vec<Arc<str>>,
}

/// What browsers and apps of buyers call themselves.
const AGENTS: &[&str] = &[
    "Shop/8.4.1 (iPhone; iOS 19.2; zh_CN)",
    "Shop/8.4.0 (iPhone; iOS 18.6; zh_CN)",
    "Shop/8.4.1 (Android 16; zh_CN)",
    "Shop/8.3.7 (Android 15; zh_CN)",
    "Shop/8.1.2 (Android 13; zh_CN)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.2 Safari/605.1.15",
    "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.62",
];
/// Of so many devices, one tells no user agent.
const AGENT_MISSING_OF: u64 = 40;

impl Texts {
    pub(super) fn new() -> Self {
        Self {
            agents: AGENTS.iter().map(|agent| Arc::from(*agent)).collect(),
            timezones: spots().map(|spot| Arc::from(spot.city().timezone)).collect(),
        }
    }

    /// The same device calls itself the same.
    fn agent(&self, device: u64) -> Option<Arc<str>> {
        let bits = mixed(device ^ 0xa6);
        if bits.is_multiple_of(AGENT_MISSING_OF) {
            return None;
        }
        self.agents.get(super::draw::reduced(bits >> 8, self.agents.len())).cloned()
    }

    fn timezone(&self, spot: Spot) -> Option<Arc<str>> {
        self.timezones.get(usize::from(spot.number())).cloned()
    }
}

/// The id of an account by its number.
pub(super) fn id(account: usize) -> crate::domain::AccountId {
    names::account(account)
}
