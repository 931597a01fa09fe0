//! `vouch findings` against a real server.

use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

use tokio::runtime::Runtime;
use vouch::cases::{GROUPS, read};
use vouch::wire::from_json;
use vouch::wire::pb::v1::fact_service_client::FactServiceClient;
use vouch::wire::pb::v1::{
    Fact, FindingKind, PaymentReversed, RecordFactsRequest, WatchFindingsResponse, fact,
};

use crate::server::Server;

fn command(server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vouch"));
    command.args(["findings", "--server", &server.address]).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn printed(output: &Output) -> Vec<String> {
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "{complaint}");
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

/// The findings that it prints as JSON.
fn listed(server: &Server, arguments: &[&str]) -> Vec<WatchFindingsResponse> {
    let output = command(server, arguments).arg("--json").output().unwrap();
    printed(&output).iter().map(|line| json(line)).collect()
}

fn json(line: &str) -> WatchFindingsResponse {
    from_json("vouch.v1.WatchFindingsResponse", line).unwrap()
}

fn kind(response: &WatchFindingsResponse) -> FindingKind {
    response.finding.as_ref().unwrap().kind()
}

fn facts_of(case: &str) -> Vec<Fact> {
    let cases = GROUPS.iter().flat_map(|(_, text)| read(text).unwrap());
    cases.into_iter().find(|known| known.name == case).unwrap().facts
}

fn record(runtime: &Runtime, server: &Server, facts: Vec<Fact>) {
    runtime.block_on(async {
        let address = format!("http://{}", server.address);
        let mut client = FactServiceClient::connect(address).await.unwrap();
        client.record_facts(RecordFactsRequest { facts }).await.unwrap();
    });
}

#[test]
fn what_facts_show_is_printed_once_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let server = Server::start(folder.path(), "");
    assert_eq!(listed(&server, &[]), []);
    let charged = facts_of("charge-two-captures-one-delivery");
    record(&runtime, &server, charged.clone());
    record(&runtime, &server, charged.clone());
    let found = listed(&server, &[]);
    assert_eq!(found.iter().map(kind).collect::<Vec<_>>(), [FindingKind::DoubleCharge]);
    let position = found[0].position;
    let refund = found[0].finding.as_ref().unwrap().recommended_refund.as_ref().unwrap();
    assert_eq!(refund.amount.as_ref().unwrap().amount_minor, 9_800);

    // It follows: what comes is printed without asking again.
    let after = position.to_string();
    let mut following = command(&server, &["--follow", "--json", "--after", &after]);
    let mut following = following.spawn().unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    record(&runtime, &server, facts_of("leak-before-delivery"));
    let told = json(&lines.next().unwrap().unwrap());
    assert_eq!(kind(&told), FindingKind::KeyLeakedBeforeDelivery);
    assert!(told.position > position);

    // Killed and started again, it tells nothing twice and has lost nothing.
    server.kill();
    let ended = following.wait().unwrap();
    assert!(!ended.success(), "a server that is gone is no end of the findings");
    let server = Server::start(folder.path(), "");
    record(&runtime, &server, charged.clone());
    let again = listed(&server, &[]);
    assert_eq!(again, [found[0].clone(), told]);
    assert_eq!(listed(&server, &["--after", &after]), again[1..]);
    assert_eq!(listed(&server, &["--kind", "double_charge"]), found);
    assert_eq!(listed(&server, &["--after", &again[1].position.to_string()]), []);

    // The provider takes the second payment back: nothing is left to be done.
    record(&runtime, &server, vec![reversal(&found[0])]);
    let lifted: Vec<bool> = listed(&server, &[]).iter().map(|found| found.lifted).collect();
    assert_eq!(lifted, [true, false]);
    let lines = printed(&command(&server, &[]).output().unwrap());
    assert!(lines[0].contains("double_charge") && lines[0].contains("overtaken"), "{lines:?}");
    assert!(lines[1].ends_with("; pay back 98.00 CNY"), "{lines:?}");
    server.stop();
}

/// The provider takes back the payment that was one too many.
fn reversal(response: &WatchFindingsResponse) -> Fact {
    let finding = response.finding.clone().unwrap();
    let refund = finding.recommended_refund.unwrap();
    Fact {
        fact_id: "reversal".into(),
        occurred_at: finding.found_at,
        body: Some(fact::Body::PaymentReversed(PaymentReversed {
            psp_transaction_id: finding.psp_transaction_id.unwrap(),
            order_id: finding.order_id.unwrap(),
            amount: refund.amount,
        })),
    }
}

#[test]
fn what_stands_in_the_way_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_vouch"))
        .args(["findings", "--server", "127.0.0.1:9"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("no vouch answers on 127.0.0.1:9"), "{complaint}");
    let output = Command::new(env!("CARGO_BIN_EXE_vouch"))
        .args(["findings", "--kind", "fraud"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("give one of double_charge, key_sold_twice"), "{complaint}");
}
