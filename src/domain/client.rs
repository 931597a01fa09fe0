//! Where a person came from.

use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::DeviceId;

/// Where a request came from. `None` is unknown, and unknown is a signal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Client {
    /// Address; never an IPv4-mapped IPv6 address, see [`canonical_ip`].
    pub ip: Option<IpAddr>,
    /// The platform's id of the device.
    pub device_id: Option<DeviceId>,
    /// The device is an emulator.
    pub device_emulator: Option<bool>,
    /// The device is rooted or jailbroken.
    pub device_rooted: Option<bool>,
    /// The User-Agent header.
    pub user_agent: Option<Arc<str>>,
    /// IANA time zone that the client reports; a name that `jiff` knows.
    pub timezone: Option<Arc<str>>,
}

/// The address itself, with IPv4 taken out of an IPv4-mapped IPv6 address: one person must not have two addresses.
#[must_use]
pub fn canonical_ip(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}
