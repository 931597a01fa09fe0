use super::*;
use crate::domain::FactBody;

const KEY: &str = "GAME-77777-CARDS";
const CARD: &str = "6222 0200 1234 5678";
const ADDRESS: &str = "203.0.113.777";

fn columns(hash: bool) -> String {
    format!(
        r#"[[table]]
name = "t"
files = ["t.csv"]
time_format = "epoch_s"
money_unit = "major"
currency = "CNY"
[table.key_activated]
when = {{ column = "kind", is = "use" }}
occurred_at = "at"
key_fingerprint = {{ column = "key", hash = {hash} }}
result = {{ column = "result" }}
client_ip = "ip"
[table.payment_captured]
when = {{ column = "kind", is = "pay" }}
occurred_at = "at"
psp_transaction_id = "at"
order_id = "at"
payer_fingerprint = {{ column = "card", hash = {hash} }}
method = {{ column = "card" }}
amount = "key"
"#
    )
}

#[test]
fn clear_keys_are_hashed_as_the_command_does() {
    let columns = columns(true);
    let file = format!(
        "kind,at,key,result,ip,card\nuse,1770000000,{KEY},ok,,\nuse,1770000001, game77777cards ,ok,,\n"
    );
    let done = converted(&columns, &[("t.csv", file.as_bytes())]);
    let expected = Fingerprinter::new(PEPPER).unwrap().fingerprint(KEY).unwrap();
    assert_eq!(done.facts.len(), 2);
    for fact in &done.facts {
        let FactBody::KeyActivated(fact) = &fact.record.body else { panic!() };
        assert_eq!(fact.key, expected);
    }
}

#[test]
fn what_is_secret_is_in_no_message() {
    for hash in [true, false] {
        // The key where an amount should be, the card where a word should be, an address that is none.
        let file = format!(
            "kind,at,key,result,ip,card\nuse,1770000000,{KEY},{KEY},{ADDRESS},\nuse,1770000000, - ,ok,,\npay,1770000000,{KEY},,,{CARD}\n"
        );
        // No row is good, and that is as it should be.
        let options = ConvertOptions { max_rejects: "100%".parse().unwrap(), ..options() };
        let done = converted_by(&options, &columns(hash), &[("t.csv", file.as_bytes())]);
        assert_eq!(done.facts.len(), 0);
        assert!(done.rejected().len() >= 5, "{}", done.rejects);
        let summary = format!("{:?}", done.summary);
        for secret in [CARD, ADDRESS] {
            assert!(!done.rejects.contains(secret), "{}", done.rejects);
            assert!(!summary.contains(secret), "{summary}");
        }
        // Only where a column that holds no keys has one it can be seen.
        let seen: Vec<&str> = done.rejected().into_iter().filter(|l| l.contains(KEY)).collect();
        assert_eq!(seen.len(), 1);
        assert!(seen[0].contains(",result,"));
    }
}

#[test]
fn what_is_hashed_is_kept_in_clear_nowhere() {
    let clear = columns(true).replace("order_id = \"at\"", "order_id = \"card\"");
    let told: Vec<String> =
        Mapping::load(&clear).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "17: error: t: column `card` is hashed, but `order_id` keeps it in clear; set `hash = true` there too"
        ]
    );
}

#[test]
fn guesses_of_keys_cannot_be_tested_against_ids() {
    let columns =
        columns(true).replace("result = { column", "id_columns = [\"key\"]\nresult = { column");
    let file = format!("kind,at,key,result,ip,card\nuse,1770000000,{KEY},ok,,\n");
    let id = |pepper: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(folder.path(), &columns, &[("t.csv", file.as_bytes())]);
        let fingerprinter = Some(Fingerprinter::new(pepper).unwrap());
        convert(&plan, &ConvertOptions { fingerprinter, ..options() }, folder.path(), |_| {})
            .unwrap();
        let facts = TableReader::<Fact>::read_all(&folder.path().join(FACTS_FILE)).unwrap();
        facts[0].record.id.to_string()
    };
    assert_eq!(id(PEPPER), id(PEPPER));
    assert_ne!(id(PEPPER), id(b"another pepper, also secret"));
}
