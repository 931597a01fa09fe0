use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::*;
use crate::domain::{Client, Fact, FactBody, HOUR_MS, OutcomeLabel, RefundClaim, Timestamp};
use crate::geo::{Geo, GeoFiles};
use crate::tables::{Format, Observed, TableReader};
use crate::wire::{TimeLimits, decode_claim, decode_fact, encode_claim, encode_fact};

fn small(orders: u64) -> Knobs {
    let mut knobs = Knobs::default();
    knobs.size.orders = orders;
    knobs.size.days = 60;
    knobs.size.drift_day = 30;
    knobs
}

/// More of everything rare, so that a small simulation has all of it.
fn troubled(orders: u64) -> Knobs {
    let mut knobs = small(orders);
    knobs.actors = Actors {
        careless: 0.1,
        reseller: 0.05,
        patient_refunder: 0.04,
        burst_refunder: 0.03,
        ring: 0.03,
        friendly_fraud: 0.05,
        takeover: 0.02,
        new_attack: 0.04,
        leaks_per_30d: 15.0,
        enumerations_per_30d: 15.0,
    };
    let f = Faults::default();
    knobs.faults = Faults {
        double_charge: 0.01,
        not_delivered: 0.01,
        dead_key: 0.01,
        used_key: 0.01,
        sold_twice: 0.01,
        outbreaks_per_30d: 10.0,
        outages_per_30d: 15.0,
        ..f
    };
    knobs
}

fn run(knobs: &Knobs, folder: &Path) -> Summary {
    let mut last = 0;
    let summary = simulate(knobs, folder, &[Format::Parquet], |orders| {
        assert!(orders >= last && orders <= knobs.size.orders);
        last = orders;
    });
    summary.unwrap()
}

fn facts(folder: &Path) -> Vec<Observed<Fact>> {
    TableReader::read_all(&folder.join("facts.parquet")).unwrap()
}

fn claims(folder: &Path) -> Vec<Observed<RefundClaim>> {
    TableReader::read_all(&folder.join("claims.parquet")).unwrap()
}

/// A text column of the file with the truth.
fn truth(folder: &Path, column: &str) -> Vec<Option<String>> {
    use polars::prelude::*;
    let file = std::fs::File::open(folder.join(TRUTH_FILE)).unwrap();
    let frame = ParquetReader::new(file).finish().unwrap();
    let texts = frame.column(column).unwrap().cast(&DataType::String).unwrap();
    texts.str().unwrap().iter().map(|text| text.map(str::to_owned)).collect()
}

fn client(body: &FactBody) -> Option<&Client> {
    match body {
        FactBody::OrderPlaced(fact) => Some(&fact.client),
        FactBody::KeyViewed(fact) => Some(&fact.client),
        FactBody::KeyActivated(fact) => Some(&fact.client),
        FactBody::AccountActivity(fact) => Some(&fact.client),
        FactBody::PaymentCaptured(_)
        | FactBody::PaymentReversed(_)
        | FactBody::KeyDelivered(_)
        | FactBody::RefundSettled(_)
        | FactBody::ChargebackOpened(_)
        | FactBody::ChargebackClosed(_)
        | FactBody::KeysLeaked(_)
        | FactBody::IncidentDeclared(_)
        | FactBody::OutcomeReported(_) => None,
    }
}

#[test]
fn the_same_seed_and_knobs_give_the_same_bytes() {
    let knobs = small(1_500);
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let read = |folder: &tempfile::TempDir| -> BTreeMap<_, _> {
        let formats = [Format::Parquet, Format::Ndjson, Format::Csv];
        simulate(&knobs, folder.path(), &formats, |_| {}).unwrap();
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
        files.map(|file| (file.file_name(), std::fs::read(file.path()).unwrap())).collect()
    };
    let [first, second] = folders.each_ref().map(read);
    let names: Vec<_> = first.keys().map(|name| name.to_str().unwrap()).collect();
    let expected = [
        "claims.csv",
        "claims.ndjson",
        "claims.parquet",
        "facts.csv",
        "facts.ndjson",
        "facts.parquet",
        "geo-anonymous-ip.mmdb",
        "geo-asn.mmdb",
        "geo-city.mmdb",
        "truth.parquet",
        "vouch.toml",
    ];
    assert_eq!(names, expected, "nothing temporary is left");
    assert!(first == second, "two runs differ");
    let other = tempfile::tempdir().unwrap();
    run(&Knobs { seed: 2, ..knobs }, other.path());
    let facts = std::fs::read(other.path().join("facts.parquet")).unwrap();
    assert!(facts != first[std::ffi::OsStr::new("facts.parquet")], "the seed changes nothing");
    // All forms hold the same records.
    let folder = folders[0].path();
    for format in [Format::Ndjson, Format::Csv] {
        let path = |name: &str| folder.join(format!("{name}.{format}"));
        let facts: Vec<Observed<Fact>> = TableReader::read_all(&path("facts")).unwrap();
        assert!(facts == self::facts(folder), "{format}");
        let claims: Vec<Observed<RefundClaim>> = TableReader::read_all(&path("claims")).unwrap();
        assert!(claims == self::claims(folder), "{format}");
    }
}

#[test]
fn everybody_is_there_and_everything_happens() {
    let folder = tempfile::tempdir().unwrap();
    let summary = run(&troubled(12_000), folder.path());
    let seen = |column| truth(folder.path(), column).into_iter().flatten().collect::<BTreeSet<_>>();
    let actors: BTreeSet<_> = Actor::ALL.iter().map(|a| a.as_str().to_owned()).collect();
    assert_eq!(seen("actor"), actors);
    let causes: BTreeSet<_> = Cause::ALL.iter().map(|c| c.as_str().to_owned()).collect();
    assert_eq!(seen("cause"), causes);
    assert_eq!(seen("true_label").len(), 4, "all but unclear, which is no truth");
    assert_eq!(seen("reported_label").len(), OutcomeLabel::ALL.len());
    assert_eq!(summary.facts.len(), 13, "every kind of fact: {:?}", summary.facts);
    assert!(summary.orders >= 12_000);
    assert_eq!(summary.actors.values().sum::<u64>(), summary.refunds);
}

#[test]
fn every_record_is_valid_and_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let knobs = troubled(4_000);
    let summary = run(&knobs, folder.path());
    let (facts, claims) = (facts(folder.path()), claims(folder.path()));
    assert_eq!(summary.fact_count(), u64::try_from(facts.len()).unwrap());
    assert_eq!(summary.claims, u64::try_from(claims.len()).unwrap());

    let mut known: HashMap<_, &Fact> = HashMap::new();
    let mut repeated = 0;
    for fact in &facts {
        let decoded =
            decode_fact(encode_fact(&fact.record), "fact", &TimeLimits::at(fact.observed_at));
        assert_eq!(decoded.as_ref(), Ok(&fact.record));
        assert!(fact.observed_at >= fact.record.occurred_at);
        if let Some(earlier) = known.insert(fact.record.id.clone(), &fact.record) {
            assert_eq!(earlier, &fact.record, "one id, two facts");
            repeated += 1;
        }
    }
    assert!(repeated > 0, "some facts are told twice");
    let mut requests = BTreeSet::new();
    for claim in &claims {
        let limits = TimeLimits::at(claim.observed_at);
        let decoded = decode_claim(encode_claim(&claim.record), "claim", &limits);
        assert_eq!(decoded.as_ref(), Ok(&claim.record));
        assert!(claim.observed_at >= claim.record.requested_at);
        assert!(requests.insert(claim.record.request_id.clone()));
    }
    let end = knobs.size.start.ms() + 60 * crate::domain::DAY_MS;
    let times: [Vec<Timestamp>; 2] = [
        facts.iter().map(|fact| fact.observed_at).collect(),
        claims.iter().map(|claim| claim.observed_at).collect(),
    ];
    for times in times {
        assert!(times.is_sorted());
        assert!(times[0] >= knobs.size.start && times[times.len() - 1].ms() < end);
    }
    // The truth is told of every refund, once.
    let refunds: BTreeSet<_> = claims.iter().map(|c| c.record.refund_id.to_string()).collect();
    let told = truth(folder.path(), "refund_id");
    assert_eq!(told.len(), refunds.len());
    assert_eq!(told.into_iter().flatten().collect::<BTreeSet<_>>(), refunds);
}

/// A reversal gives a payment back that was told, later than that, sometimes a day late; claims follow, good and bad ones.
#[test]
fn payments_are_reversed_and_claimed_nevertheless() {
    let folder = tempfile::tempdir().unwrap();
    run(&troubled(12_000), folder.path());
    let facts = facts(folder.path());
    let captures: HashMap<_, _> = facts
        .iter()
        .filter_map(|fact| {
            let FactBody::PaymentCaptured(capture) = &fact.record.body else { return None };
            Some((capture.psp_transaction_id.clone(), (capture, fact.record.occurred_at)))
        })
        .collect();
    let mut reversed = HashMap::new();
    let mut late = 0;
    for fact in &facts {
        let FactBody::PaymentReversed(body) = &fact.record.body else { continue };
        let (capture, at) = captures[&body.psp_transaction_id];
        assert_eq!((&capture.order_id, capture.amount), (&body.order_id, body.amount));
        assert!(fact.record.occurred_at > at);
        late += u32::from(fact.observed_at.ms_since(fact.record.occurred_at) > 4 * HOUR_MS);
        reversed.insert(body.order_id.clone(), fact.record.occurred_at);
    }
    let several: HashMap<_, usize> =
        captures.values().fold(HashMap::new(), |mut counts, (c, _)| {
            *counts.entry(c.order_id.clone()).or_default() += 1;
            counts
        });
    let voided = reversed.keys().filter(|order| several[*order] == 1).count();
    assert!(voided > 5 && reversed.len() - voided > 20, "{voided} of {}", reversed.len());
    assert!(late > 5, "{late} of {} are told late", reversed.len());
    let labels: HashMap<_, _> = truth(folder.path(), "refund_id")
        .into_iter()
        .zip(truth(folder.path(), "true_label"))
        .collect();
    let claimed: Vec<_> = claims(folder.path())
        .iter()
        .map(|claim| &claim.record)
        .filter(|claim| reversed.get(&claim.order_id).is_some_and(|at| *at < claim.requested_at))
        .map(|claim| labels[&Some(claim.refund_id.to_string())].clone().unwrap())
        .collect();
    let of = |label: &str| claimed.iter().filter(|told| *told == label).count();
    assert!(of("honest") > 2 && of("abuse") > 0, "{claimed:?}");
    assert!(of("honest") > of("abuse"), "most of them do not know: {claimed:?}");
}

#[test]
fn the_geo_files_know_every_address() {
    let folder = tempfile::tempdir().unwrap();
    run(&troubled(3_000), folder.path());
    let file = |name: &str| Some(folder.path().join(name));
    let files = GeoFiles {
        city: file(CITY_FILE),
        asn: file(ASN_FILE),
        anonymous_ip: file(ANONYMOUS_FILE),
        ..GeoFiles::default()
    };
    let geo = Geo::open(&files).unwrap();
    let (facts, claims) = (facts(folder.path()), claims(folder.path()));
    let clients = facts.iter().filter_map(|fact| client(&fact.record.body));
    let clients = clients.chain(claims.iter().map(|claim| &claim.record.client));
    let (mut v6, mut hidden, mut countries) = (0, 0, BTreeSet::new());
    for ip in clients.filter_map(|client| client.ip) {
        let found = geo.lookup(ip);
        assert!(!found.failed, "{ip}");
        assert!(found.asn.is_some() && found.place.is_some(), "{ip}: {found:?}");
        assert!(found.timezone.is_some() && found.anonymity.vpn.is_some(), "{ip}: {found:?}");
        countries.extend(found.country);
        v6 += u32::from(ip.is_ipv6());
        let kinds = [found.anonymity.vpn, found.anonymity.tor, found.anonymity.hosting];
        hidden += u32::from(kinds.contains(&Some(true)));
    }
    assert!(v6 > 100 && hidden > 100, "{v6} {hidden}");
    assert_eq!(countries.len(), 11);
    assert_eq!(geo.ages_d(Knobs::default().size.start), geo.ages_d(Knobs::default().size.start));
}

#[test]
fn base_rates_are_as_documented() {
    let folder = tempfile::tempdir().unwrap();
    let summary = run(&small(30_000), folder.path());
    let share = |part: u64, whole: u64| {
        f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
    };
    let claimed = share(summary.refunds, summary.orders);
    assert!((0.02..0.04).contains(&claimed), "{claimed}");
    let bad = share(summary.bad_refunds, summary.refunds);
    assert!((0.10..0.22).contains(&bad), "{bad}");
    let labelled = share(summary.labelled_refunds, summary.refunds);
    assert!((0.4..0.75).contains(&labelled), "{labelled}");
    let disputes = share(summary.facts["chargeback_opened"], summary.orders);
    assert!((0.0005..0.004).contains(&disputes), "{disputes}");
}
