//! Records as bytes: one version byte, a header, the body as it is.

use serde::{Deserialize, Serialize};

use super::key::{kind_byte, kind_of};
use super::{LedgerError, Record};
use crate::domain::{Sha256, TenantId, Timestamp};

/// Version of the layout below. The ledger lives for ever: a new version is added beside the old ones, and the recorded
/// sample of each stays in the tests.
const RECORD_VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    tenant: &'a str,
    kind: u8,
    id: &'a str,
    alias: Option<&'a str>,
    digest: [u8; 32],
    observed_at_ms: i64,
    body_bytes: u64,
}

/// Encodes a record.
///
/// # Errors
/// The encoder failed; no record is known for which it does.
pub(super) fn encode(record: &Record) -> Result<Vec<u8>, LedgerError> {
    let header = Header {
        tenant: record.tenant.as_str(),
        kind: kind_byte(record.kind),
        id: &record.id,
        alias: record.alias.as_deref(),
        digest: record.digest.0,
        observed_at_ms: record.observed_at.ms(),
        body_bytes: u64::try_from(record.body.len()).unwrap_or(u64::MAX),
    };
    let mut bytes = Vec::with_capacity(160 + record.body.len());
    bytes.push(RECORD_VERSION);
    let mut bytes =
        postcard::to_extend(&header, bytes).map_err(|e| LedgerError::Storage(e.into()))?;
    bytes.extend_from_slice(&record.body);
    Ok(bytes)
}

/// Decodes the record that stands at `position`.
///
/// # Errors
/// The bytes are no record of a known version, or not all of one.
pub(super) fn decode(position: u64, bytes: &[u8]) -> Result<Record, LedgerError> {
    parse(bytes).map_err(|detail| LedgerError::Damaged { position, detail })
}

fn parse(bytes: &[u8]) -> Result<Record, String> {
    let (version, bytes) = bytes.split_first().ok_or("it is empty")?;
    if *version != RECORD_VERSION {
        return Err(format!("it has version {version}, this binary reads {RECORD_VERSION}"));
    }
    let (header, body): (Header<'_>, &[u8]) =
        postcard::take_from_bytes(bytes).map_err(|e| e.to_string())?;
    if u64::try_from(body.len()) != Ok(header.body_bytes) {
        return Err(format!("its body has {} of {} bytes", body.len(), header.body_bytes));
    }
    Ok(Record {
        tenant: TenantId::parse(header.tenant).map_err(|e| format!("its tenant {e}"))?,
        kind: kind_of(header.kind).ok_or_else(|| format!("its kind is {}", header.kind))?,
        id: header.id.to_owned(),
        alias: header.alias.map(str::to_owned),
        digest: Sha256(header.digest),
        observed_at: Timestamp::from_ms(header.observed_at_ms),
        body: body.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::RecordKind;
    use super::*;

    fn sample() -> Record {
        Record {
            tenant: TenantId::parse("shop").unwrap(),
            kind: RecordKind::Claim,
            id: "q-1".into(),
            alias: Some("d-1".into()),
            digest: Sha256([7; 32]),
            observed_at: Timestamp::from_ms(1_700_000_000_000),
            body: vec![1, 2, 3],
        }
    }

    #[test]
    fn reads_what_version_1_wrote() {
        let written = concat!(
            "010473686f700203712d310103642d31",
            "0707070707070707070707070707070707070707070707070707070707070707",
            "80a0abfef962",
            "03",
            "010203",
        );
        assert_eq!(hex::encode(encode(&sample()).unwrap()), written);
        assert_eq!(decode(1, &hex::decode(written).unwrap()).unwrap(), sample());
    }

    #[test]
    fn reads_every_kind() {
        let kinds = [RecordKind::Fact, RecordKind::Claim, RecordKind::Schema, RecordKind::Finding];
        for kind in kinds {
            let record = Record { kind, ..sample() };
            assert_eq!(decode(1, &encode(&record).unwrap()).unwrap(), record);
        }
    }

    #[test]
    fn says_what_is_damaged() {
        let whole = encode(&sample()).unwrap();
        for cut in 0..whole.len() {
            let error = decode(9, &whole[..cut]).unwrap_err().to_string();
            assert!(error.contains("position 9"), "{error}");
        }
        let newer = [&[2], &whole[1..]].concat();
        let error = decode(1, &newer).unwrap_err().to_string();
        assert!(error.contains("version 2"), "{error}");
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(1, &bytes);
            let _ = decode(1, &[&[RECORD_VERSION], bytes.as_slice()].concat());
        }
    }
}
