//! One line of a plain list of networks.

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use crate::domain::canonical_ip;

/// The network of a line: an address, or an address and the length of a prefix behind a slash. `None` for a line that
/// says nothing: blank, or a comment. A comment starts at the first `#` or `;` and may hold any bytes.
///
/// An IPv4-mapped IPv6 network is its IPv4 network, as addresses are.
///
/// # Errors
/// What the line says is no network, or the network of a whole address family.
pub(super) fn network(line: &[u8]) -> Result<Option<IpNet>, LineFault> {
    let said = line.split(|byte| matches!(byte, b'#' | b';')).next().unwrap_or_default();
    let said = said.trim_ascii();
    if said.is_empty() {
        return Ok(None);
    }
    let said = str::from_utf8(said).map_err(|_| LineFault::NoAddress)?;
    let (address, prefix) = match said.split_once('/') {
        None => (said, None),
        Some((address, prefix)) => (address, Some(prefix)),
    };
    let ip: IpAddr = address.parse().map_err(|_| LineFault::NoAddress)?;
    let Some(prefix) = prefix else { return Ok(Some(canonical_ip(ip).into())) };
    let network = IpNet::new(ip, prefix_len(prefix)?).map_err(|_| LineFault::NoPrefix)?;
    let network = unmapped(network.trunc());
    if network.prefix_len() == 0 { Err(LineFault::Everything) } else { Ok(Some(network)) }
}

fn prefix_len(text: &str) -> Result<u8, LineFault> {
    // A sign would be taken for a part of the number.
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(LineFault::NoPrefix);
    }
    text.parse().map_err(|_| LineFault::NoPrefix)
}

/// Bits that every IPv4-mapped IPv6 address has before those of IPv4: RFC 4291, section 2.5.5.2.
const MAPPED_BITS: u8 = 96;

fn unmapped(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let mapped = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(MAPPED_BITS));
    let v4 = mapped.and_then(|(v4, prefix_len)| Ipv4Net::new(v4, prefix_len).ok());
    v4.map_or(network, IpNet::V4)
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// No IP address, or more than one thing.
    #[error("is no IP address, nor one with the length of a prefix")]
    NoAddress,
    /// The prefix is no number, or longer than an address.
    #[error("has a prefix that is not a number up to 32 (IPv4) or 128 (IPv6)")]
    NoPrefix,
    /// A network that every address is in.
    #[error("is every address")]
    Everything,
}

/// A line that is no network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Which, from 1.
    pub line: u64,
    /// What it says, shortened and escaped.
    pub text: String,
    /// What is wrong.
    pub fault: LineFault,
}

/// A bad line is written into a message as far as this, and escaped: it may be anything.
const TEXT_SHOWN_BYTES: usize = 64;

impl BadLine {
    pub(super) fn new(line: u64, bytes: &[u8], fault: LineFault) -> Self {
        let shown = bytes.trim_ascii().get(..TEXT_SHOWN_BYTES);
        let shown = String::from_utf8_lossy(shown.unwrap_or_else(|| bytes.trim_ascii()));
        Self { line, text: shown.chars().flat_map(char::escape_debug).collect(), fault }
    }
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, text, fault } = self;
        write!(f, "{line}: `{text}` {fault}")
    }
}
