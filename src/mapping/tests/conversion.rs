use super::*;
use crate::domain::{Currency, FactBody, Money, SkuClass, Timestamp};
use crate::mapping::summary::UnknownWord;

const ORDERS: &str = r#"
[defaults]
time_zone = "Asia/Shanghai"
money_unit = "major"
[[table]]
name = "orders"
files = ["orders*.csv"]
currency_column = "cur"
null_values = ["NULL"]
[table.order_placed]
when = { column = "state", is_not = ["void"] }
occurred_at = "at"
order_id = "no"
account_id = "user"
sku = "sku"
sku_class = { column = "class", values = { "GC" = "key" } }
region_lock_countries = { column = "regions", separator = "|" }
amount = { column = "total", thousands = "," }
[table.payment_captured]
when = [{ column = "paid", present = true }, { column = "state", is = "done" }]
occurred_at = "paid"
observed_delay = "90s"
psp_transaction_id = "no"
order_id = "no"
method = { constant = "card" }
amount = { column = "total", thousands = "," }
fx_rate = { column = "rate", optional = true }
fx_rate_to_currency_code = { constant = "CNY" }
"#;

const HEADER: &str = "no,user,at,paid,sku,class,regions,total,cur,state\n";

fn orders(rows: &str) -> Converted {
    converted(ORDERS, &[("orders.csv", format!("{HEADER}{rows}").as_bytes())])
}

fn time(text: &str) -> Timestamp {
    Timestamp::from_ms(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

#[test]
fn a_row_gives_what_its_conditions_want() {
    let done = orders(
        "o1,u1,2026-03-02 08:00:00,2026-03-02 08:05:00,s,GC,CN|HK,\"1,234.50\",CNY,done\n\
         o2,u2,2026-03-02 09:00:00,NULL,s,key,,98,JPY,open\n\
         o3,u3,nonsense,,s,GC,,1,CNY,void\n",
    );
    assert_eq!(done.rejected(), Vec::<&str>::new());
    let counts: Vec<_> = done.summary.facts.iter().map(|(kind, count)| (*kind, *count)).collect();
    assert_eq!(counts, [("order_placed", 2), ("payment_captured", 1)]);
    assert_eq!((done.summary.rows(), done.summary.tables[0].left_out), (3, 1));

    let FactBody::OrderPlaced(order) = &done.facts[0].record.body else { panic!() };
    assert_eq!(order.order_id.as_str(), "o1");
    assert_eq!(order.sku_class, SkuClass::Key);
    assert_eq!(order.quantity, 1, "where no column says more");
    let yuan = Currency::parse("CNY").unwrap();
    assert_eq!(order.amount, Money::positive(123_450, yuan).unwrap());
    let regions: Vec<&str> = order.region_lock.iter().map(|country| country.as_str()).collect();
    assert_eq!(regions, ["CN", "HK"]);
    assert_eq!(done.facts[0].record.occurred_at, time("2026-03-02T00:00:00Z"));
    assert_eq!(done.facts[0].observed_at, done.facts[0].record.occurred_at);

    let FactBody::PaymentCaptured(payment) = &done.facts[1].record.body else { panic!() };
    assert_eq!(payment.amount, order.amount);
    assert_eq!(payment.fx_rate, None, "no file has the column, and none has to");
    assert_eq!(done.facts[1].observed_at, time("2026-03-02T00:06:30Z"));
    let FactBody::OrderPlaced(order) = &done.facts[2].record.body else { panic!() };
    assert_eq!(order.amount.amount_minor, 98, "yen have no decimals");
}

#[test]
fn a_bad_row_is_told_by_column_and_the_others_are_read() {
    let done = orders(
        "o1,u1,2026-03-02 08:00:00,2026-03-02 08:05:00,s,GC,,12.345,CNY,done\n\
         ,u2,1999-03-02 09:00:00,,s,Geschenk,cn,1,YEN,open\n\
         o3,u3,1999-12-30,,s,Geschenk,,5,CNY,open\n\
         o4,u4,2026-03-02,,s,GC,cn,5,CNY,open\n\
         o5,u5,2026-03-02,,s,GC,CN,5,CNY,open\n",
    );
    assert_eq!(
        done.rejected(),
        [
            "orders.csv,1,2,orders,order_placed,total,12.345,\"has more than 2 decimals, in CNY; is `money_unit` right?\"",
            "orders.csv,1,2,orders,payment_captured,total,12.345,\"has more than 2 decimals, in CNY; is `money_unit` right?\"",
            "orders.csv,2,3,orders,order_placed,no,,\"is empty; give it, or leave such rows out by `when`\"",
            "orders.csv,2,3,orders,order_placed,class,Geschenk,\"is unknown; map it by `values` to one of key, top_up, account, subscription, licence\"",
            "orders.csv,2,3,orders,order_placed,cur,YEN,is no ISO 4217 currency; give an upper-case code such as `CNY`",
            "orders.csv,3,4,orders,order_placed,class,Geschenk,\"is unknown; map it by `values` to one of key, top_up, account, subscription, licence\"",
            "orders.csv,4,5,orders,order_placed,regions,cn,is no ISO 3166 country; give two upper-case letters such as `CN`",
        ]
    );
    assert_eq!((done.facts.len(), done.summary.bad_rows()), (1, 4));
    let unknown = UnknownWord {
        table: "orders".to_owned(),
        column: "class".to_owned(),
        word: "Geschenk".to_owned(),
    };
    assert_eq!(done.summary.unknown_words.get(&unknown), Some(&2));
    assert_eq!(done.summary.unknown_words.len(), 1);
}

#[test]
fn ids_follow_from_content_or_from_columns() {
    let row = "o1,u1,2026-03-02 08:00:00,2026-03-02 08:05:00,s,GC,,5,CNY,done\n";
    let ids = |done: &Converted| -> Vec<String> {
        done.facts.iter().map(|fact| fact.record.id.to_string()).collect()
    };
    let twice = ids(&orders(&row.repeat(2)));
    assert_eq!(twice[..2], twice[2..], "the same row is the same facts");
    assert_ne!(twice[0], twice[1], "an order is no payment");
    assert_eq!(ids(&orders(row)), twice[..2], "and so it is tomorrow");
    let other = ids(&orders(&row.replace(",5,", ",6,")));
    assert!(!twice.contains(&other[0]));

    let accounts = r#"[[table]]
name = "accounts"
files = ["accounts.csv"]
time_format = "epoch_s"
[[table.account_activity]]
occurred_at = "joined"
account_id = "id"
kind = { constant = "registered" }
id_columns = ["id"]
[[table.account_activity]]
when = { column = "password", present = true }
occurred_at = "password"
account_id = "id"
kind = { constant = "password_changed" }
id_columns = ["id"]
"#;
    let read = |rows: &str| {
        let file = format!("id,joined,password\n{rows}");
        ids(&converted(accounts, &[("accounts.csv", file.as_bytes())]))
    };
    let first = read("7,1770000000,1770000100\n8,1770000000,\n");
    assert_eq!(first.len(), 3);
    assert!(first.is_sorted_by(|a, b| a != b));
    assert_ne!(first[0], first[1]);
    assert_eq!(read("7,1770000001,\n")[0], first[0], "whatever else changed");
}

#[test]
fn times_of_telling_are_believed_as_a_server_would() {
    let columns = r#"[[table]]
name = "t"
files = ["t.ndjson"]
observed_delay = "2h"
[table.key_viewed]
occurred_at = "at"
observed_at = "told"
order_id = "no"
fact_id = "id"
"#;
    let rows = r#"{"id":"a","at":"2026-01-01T00:00:00Z","told":"2026-01-01T00:00:05Z","no":1}
{"id":"b","at":"2026-01-01T00:00:00Z","told":null,"no":"2"}
{"id":"c","at":"2026-01-01T00:09:00Z","told":"2026-01-01T00:00:00Z","no":3}
{"id":"d","at":"2026-01-01T00:11:00Z","told":"2026-01-01T00:00:00Z","no":4}
{"id":"e","at":"1970-01-01T00:00:00Z","told":null,"no":5}
{"id":"f","at":"2026-01-01T00:00:00","told":null,"no":{}}
"#;
    let done = converted(columns, &[("t.ndjson", rows.as_bytes())]);
    let told: Vec<_> =
        done.facts.iter().map(|f| (f.record.id.to_string(), f.observed_at)).collect();
    let expected = [
        ("a".to_owned(), time("2026-01-01T00:00:05Z")),
        ("b".to_owned(), time("2026-01-01T02:00:00Z")),
        ("c".to_owned(), time("2026-01-01T00:00:00Z")),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        done.rejected(),
        [
            "t.ndjson,4,4,t,key_viewed,told,2026-01-01T00:00:00Z,is before the event itself; is `time_zone` right for both?",
            "t.ndjson,5,5,t,key_viewed,at,1970-01-01T00:00:00Z,is before the year 2000; are `time_format` and the column right?",
            "t.ndjson,6,6,t,key_viewed,at,2026-01-01T00:00:00,has no offset from UTC; set `time_zone`",
            "t.ndjson,6,6,t,key_viewed,no,,is a structure; give text",
        ]
    );
}

#[test]
fn claims_carry_all_that_a_table_may_have() {
    let columns = r#"[[table]]
name = "refunds"
files = ["refunds.jsonl"]
money_unit = "minor"
currency = "USD"
separator = " "
[table.refund_claim]
requested_at = "at"
request_id = "question"
refund_id = "id"
order_id = "order"
account_id = "user"
amount = "cents"
reason = { column = "why", otherwise = "other" }
reason_text = "words"
route = { constant = "alternative" }
payout_fingerprint = "payee"
agreement_signed = "signed"
channel = { constant = "app" }
client_ip = "client.ip"
client_timezone = "client.zone"
evidence_kind = { constant = "chat_log" }
evidence_sha256 = "files"
evidence_perceptual_hash = { column = "hashes", optional = true }
fx_rate_today = "rate"
fx_rate_today_to_currency_code = { constant = "CNY" }
typo = "x"
"#;
    let refused = Mapping::load(columns).unwrap_err();
    assert_eq!(refused.len(), 1);
    assert!(refused[0].to_string().contains("there is no key `typo`"));
    let columns = columns.replace("typo = \"x\"\n", "");
    let (one, two) = ("0a".repeat(32), "0b".repeat(32));
    let row = format!(
        r#"{{"at":"2026-01-01T00:00:00Z","question":"q1","id":"r1","order":"o1","user":"u1","cents":1999,"why":"bored","words":" nicht\nda ","payee":"p","signed":"Y","client":{{"ip":"::ffff:192.0.2.7","zone":"Europe/Berlin"}},"files":"{one} {two}","rate":7.1}}"#
    );
    let bad = row.replace("Europe/Berlin", "Europe/Bern").replace("\"p\"", "null");
    let file = format!("{row}\n{bad}\n{}\n", row.replace(&two, "0b"));
    let done = converted(&columns, &[("refunds.jsonl", file.as_bytes())]);
    let claim = &done.claims[0].record;
    assert_eq!(claim.request_id.as_str(), "q1");
    assert_eq!((claim.amount.amount_minor, claim.amount.currency.as_str()), (1_999, "USD"));
    assert_eq!(claim.reason.as_str(), "other");
    assert_eq!(claim.reason_text.as_deref(), Some("nicht\nda"));
    assert_eq!(claim.destination.agreement_signed, Some(true));
    assert_eq!(claim.client.ip.unwrap().to_string(), "192.0.2.7");
    assert_eq!(claim.evidence.len(), 2);
    assert!(claim.evidence.iter().all(|piece| piece.kind.as_str() == "chat_log"));
    assert_eq!(claim.fx_rate_today.map(|rate| rate.to.to_string()).as_deref(), Some("CNY"));
    assert_eq!(
        done.rejected(),
        [
            "refunds.jsonl,2,2,refunds,refund_claim,payee,,\"is missing; give the receiving account, which another route needs\"",
            "refunds.jsonl,2,2,refunds,refund_claim,client.zone,Europe/Bern,\"is no IANA time zone; give one such as `Asia/Shanghai`, or leave it out\"",
            "refunds.jsonl,3,3,refunds,refund_claim,files,,is no digest; give 64 hexadecimal digits",
        ]
    );
    assert_eq!(done.summary.claims, 1);
}

#[test]
fn a_wrong_mapping_is_stopped_and_leaves_no_facts() {
    let folder = tempfile::tempdir().unwrap();
    let row = "o,u,2026-03-02 08:00:00,,s,GC,,5,CNY,done\n";
    let bad = row.replace(",5,", ",five,");
    let file = format!("{HEADER}{}{}", row.repeat(949), bad.repeat(60));
    let plan = plan(folder.path(), ORDERS, &[("orders.csv", file.as_bytes())]);
    let stopped = convert(&plan, &options(), folder.path(), |_| {}).unwrap_err();
    let ConvertError::TooManyRejects { rows, bad, summary, .. } = &stopped else {
        panic!("{stopped}")
    };
    assert_eq!((*rows, *bad), (1_000, 51));
    assert_eq!(summary.rejects.len(), 1);
    assert!(!folder.path().join(FACTS_FILE).exists() && !folder.path().join(CLAIMS_FILE).exists());
    let rejects = std::fs::read_to_string(folder.path().join(REJECTS_FILE)).unwrap();
    assert_eq!(rejects.lines().count(), 52);
    let all = ConvertOptions { max_rejects: "60".parse().unwrap(), ..options() };
    let summary = convert(&plan, &all, folder.path(), |_| {}).unwrap();
    assert_eq!((summary.fact_count(), summary.bad_rows()), (949, 60));
    let none = ConvertOptions { max_rejects: MaxRejects::Count(0), ..options() };
    assert!(convert(&plan, &none, folder.path(), |_| {}).is_err());
    assert!(folder.path().join(FACTS_FILE).exists(), "what an earlier run wrote stays");
}

#[test]
fn a_table_without_a_good_row_is_refused_however_small() {
    let folder = tempfile::tempdir().unwrap();
    let (bad, void) = (
        "o,u,2026-03-02 08:00:00,,s,GC,,five,CNY,done\n",
        "o,u,2026-03-02 08:00:00,,s,GC,,5,CNY,void\n",
    );
    for (rows, count) in [(bad.to_owned(), 1), (format!("{void}{}", bad.repeat(3)), 3)] {
        let file = format!("{HEADER}{rows}");
        let plan = plan(folder.path(), ORDERS, &[("orders.csv", file.as_bytes())]);
        let stopped = convert(&plan, &options(), folder.path(), |_| {}).unwrap_err();
        let ConvertError::NoGoodRow { table, rows, summary, .. } = &stopped else {
            panic!("{stopped}")
        };
        assert_eq!((table.as_str(), *rows), ("orders", count));
        assert_eq!(summary.rejects.len(), 1);
        assert!(!folder.path().join(FACTS_FILE).exists());
        let rejects = std::fs::read_to_string(folder.path().join(REJECTS_FILE)).unwrap();
        assert_eq!(rejects.lines().count(), 1 + usize::try_from(count).unwrap());
    }
    // One that was told to is borne, and so is a table that nobody wants anything of.
    let only_bad = format!("{HEADER}{bad}");
    for borne in ["100%", "1"] {
        let options = ConvertOptions { max_rejects: borne.parse().unwrap(), ..options() };
        let done = converted_by(&options, ORDERS, &[("orders.csv", only_bad.as_bytes())]);
        assert_eq!(done.summary.bad_rows(), 1, "{borne}");
    }
    assert_eq!(orders(void).summary.tables[0].left_out, 1);
}

#[test]
fn a_field_that_no_json_row_has_is_told() {
    let columns = "[[table]]\nname = \"t\"\nfiles = [\"t.jsonl\"]\n[table.key_viewed]\noccurred_at = \"at\"\norder_id = \"no\"\nclient_ip = \"ipp\"\nclient_device_id = \"device\"\n";
    let rows = "{\"at\":\"2026-01-01T00:00:00Z\",\"no\":\"1\"}\n{\"at\":\"2026-01-01T00:00:00Z\",\"no\":\"1\",\"device\":null}\n";
    let done = converted(columns, &[("t.jsonl", rows.as_bytes())]);
    assert_eq!(done.summary.never_seen, [("t".to_owned(), "ipp".to_owned())]);
    assert_eq!(done.facts.len(), 2);
}

#[test]
fn files_without_rows_are_told_and_no_column_of_them_is_misspelt() {
    let columns = "[[table]]\nname = \"t\"\nfiles = [\"t*.jsonl\"]\n[table.key_viewed]\noccurred_at = \"at\"\norder_id = \"no\"\n";
    let row = b"{\"at\":\"2026-01-01T00:00:00Z\",\"no\":\"1\"}\n";
    let names = |done: &Converted| -> Vec<String> {
        let names = done.summary.empty_files.iter().filter_map(|path| path.file_name());
        names.map(|name| name.to_string_lossy().into_owned()).collect()
    };
    let done = converted(columns, &[("t1.jsonl", b""), ("t2.jsonl", row), ("t3.jsonl", b"\n \n")]);
    assert_eq!(names(&done), ["t1.jsonl", "t3.jsonl"]);
    assert_eq!((done.facts.len(), done.summary.never_seen.len()), (1, 0));
    let done = converted(columns, &[("t1.jsonl", b"")]);
    assert_eq!(names(&done), ["t1.jsonl"]);
    assert_eq!((done.facts.len(), done.summary.never_seen.len()), (0, 0));
    // A header alone is no row.
    let done = converted(ORDERS, &[("orders.csv", HEADER.as_bytes())]);
    assert_eq!(names(&done), ["orders.csv"]);
}
