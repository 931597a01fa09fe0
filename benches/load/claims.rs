//! Claims to send: encoded beforehand, and each made distinct by writing a number into its bytes.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use prost::Message;
use prost::bytes::Bytes;
use vouch::domain::{OrderPlaced, RefundClaim, RefundId, RequestId, Sha256, Timestamp};
use vouch::wire::encode_claim;
use vouch::wire::pb::v1;

use super::output::Fault;

/// Where the number of a claim goes; as long as any number.
const MARK: &str = "000000000000";
const REQUEST: &str = "load-request-";
const REFUND: &str = "load-refund-";
const TEXT: &str = "load-text-";
/// The first byte of marked digests and hashes.
const DIGEST_MARK: u8 = 0xE7;
const HASH_MARK: u64 = u64::from_be_bytes([0xB5; 8]);
/// A claim asks for this part of its order, so that an order that is claimed again has something left.
const SHARE: i64 = 50;
/// In front of every message: not compressed, four bytes of length.
const PREFIX_BYTES: usize = 5;

/// Claims on the orders of a history. A number is given out once: no request id is ever sent twice.
#[derive(Debug)]
pub(crate) struct Claims {
    templates: Vec<Template>,
    next: AtomicU64,
}

/// A claim to send.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The id that its answer must name.
    pub(crate) request_id: String,
    /// The gRPC message with its prefix; `ScoreRefundRequest` and `ScoreRefundsRequest` have the same bytes.
    pub(crate) frame: Bytes,
}

/// An encoded claim, and where it is made distinct.
#[derive(Debug)]
struct Template {
    frame: Vec<u8>,
    numbers: Vec<Range<usize>>,
    digests: Vec<Range<usize>>,
}

impl Claims {
    /// Claims on `orders`, of the kinds of `samples`, asked for at `now`.
    pub(crate) fn new(
        orders: &[OrderPlaced],
        samples: &[RefundClaim],
        now: Timestamp,
    ) -> Result<Self, Fault> {
        if orders.is_empty() || samples.is_empty() {
            return Err("the history has no claims; give more --orders".into());
        }
        let pairs = orders.iter().zip(samples.iter().cycle());
        let templates = pairs.map(|(order, sample)| Template::new(&marked(order, sample, now)?));
        Ok(Self { templates: templates.collect::<Result<_, _>>()?, next: AtomicU64::new(0) })
    }

    /// The next claim, of an order that was not asked about for as long as can be.
    pub(crate) fn next(&self) -> Claim {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let count = u64::try_from(self.templates.len()).unwrap_or(u64::MAX);
        let at = usize::try_from(number % count).unwrap_or(0);
        let frame = self.templates.get(at).map(|template| template.numbered(number));
        Claim { request_id: format!("{REQUEST}{number:012}"), frame: frame.unwrap_or_default() }
    }
}

/// The buyer of `order` claims as somebody claimed in `sample`, with marks where claims will differ.
fn marked(order: &OrderPlaced, sample: &RefundClaim, now: Timestamp) -> Result<RefundClaim, Fault> {
    let mut claim = sample.clone();
    claim.request_id = RequestId::parse(&format!("{REQUEST}{MARK}"))?;
    claim.refund_id = RefundId::parse(&format!("{REFUND}{MARK}"))?;
    claim.order_id = order.order_id.clone();
    claim.account_id = order.account_id.clone();
    claim.requested_at = now;
    claim.amount = order.amount;
    claim.amount.amount_minor = (order.amount.amount_minor / SHARE).max(1);
    claim.client = order.client.clone();
    claim.keys.clear();
    claim.facts.clear();
    claim.fx_rate_today = None;
    // Texts and files of several accounts that agree are a sign of fraud: they differ.
    claim.reason_text = claim.reason_text.map(|text| format!("{text} {TEXT}{MARK}").into());
    for evidence in &mut claim.evidence {
        evidence.sha256 = Sha256([DIGEST_MARK; 32]);
        evidence.perceptual_hash = evidence.perceptual_hash.map(|_| HASH_MARK);
    }
    Ok(claim)
}

impl Template {
    fn new(claim: &RefundClaim) -> Result<Self, Fault> {
        let message = v1::ScoreRefundRequest { claim: Some(encode_claim(claim)) }.encode_to_vec();
        let mut frame = vec![0];
        frame.extend(u32::try_from(message.len())?.to_be_bytes());
        frame.extend(message);
        debug_assert!(frame.len() > PREFIX_BYTES);
        let numbers = [REQUEST, REFUND, TEXT].iter().flat_map(|name| {
            let found = find(&frame, format!("{name}{MARK}").as_bytes());
            found.into_iter().map(|range| range.start + name.len()..range.end)
        });
        let numbers: Vec<_> = numbers.collect();
        if numbers.len() < 2 {
            return Err("a claim lost its ids when it was encoded".into());
        }
        let hashes = find(&frame, &HASH_MARK.to_be_bytes());
        let digests = find(&frame, &[DIGEST_MARK; 32]).into_iter().chain(hashes).collect();
        Ok(Self { numbers, digests, frame })
    }

    fn numbered(&self, number: u64) -> Bytes {
        let mut frame = self.frame.clone();
        let digits = format!("{number:012}");
        let places = self.numbers.iter().map(|range| (range, digits.as_bytes().to_vec()));
        let digests = self.digests.iter().zip(0_u64..);
        let digests = digests.map(|(range, item)| (range, noise(number, item, range.len())));
        for (range, bytes) in places.chain(digests) {
            if let Some(place) = frame.get_mut(range.clone()) {
                place.copy_from_slice(&bytes);
            }
        }
        frame.into()
    }
}

/// Where `part` stands in `bytes`, not overlapping.
fn find(bytes: &[u8], part: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, window) in bytes.windows(part.len()).enumerate() {
        if window == part && found.last().is_none_or(|last| last.end <= start) {
            found.push(start..start + part.len());
        }
    }
    found
}

/// Bytes that look like those of another file (splitmix64).
fn noise(number: u64, item: u64, length: usize) -> Vec<u8> {
    let mut seed = number.wrapping_mul(64).wrapping_add(item);
    let words = std::iter::repeat_with(|| {
        seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    });
    words.flat_map(u64::to_be_bytes).take(length).collect()
}
