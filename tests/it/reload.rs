//! A real server reads policy and models anew on SIGHUP, while claims come in; what is broken changes nothing.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use vouch::cases::{GROUPS, read};
use vouch::wire::pb::v1::refund_risk_service_client::RefundRiskServiceClient;
use vouch::wire::pb::v1::{self, ScoreRefundRequest};

use crate::server::Server;

/// Longer than a reload ever takes; only a hang meets it.
const PATIENCE: Duration = Duration::from_secs(60);

fn policy(name: &str) -> String {
    let named = format!("name = \"{name}\"");
    vouch::policy::SHIPPED.replacen("name = \"vouch default\"", &named, 1)
}

/// Writes it as an editor does: at every moment there is a whole file.
fn write(folder: &Path, text: &str) -> String {
    std::fs::write(folder.join("policy.new"), text).unwrap();
    std::fs::rename(folder.join("policy.new"), folder.join("policy.toml")).unwrap();
    hex::encode(Sha256::digest(text))
}

fn hang_up(server: &Server) {
    let pid = server.pid().to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
}

/// A claim for an order that nobody told of, under an id of its own.
fn claim(id: &str) -> v1::RefundClaim {
    let case = GROUPS.iter().flat_map(|(_, text)| read(text).unwrap()).next().unwrap();
    let mut claim = case.steps[0].claim.clone().unwrap();
    claim.request_id = format!("request-{id}");
    claim.refund_id = format!("refund-{id}");
    claim
}

async fn verdict(channel: Channel, id: String) -> v1::Verdict {
    let request = ScoreRefundRequest { claim: Some(claim(&id)) };
    let answer = RefundRiskServiceClient::new(channel).score_refund(request).await;
    answer.expect("no request fails").into_inner().verdict.unwrap()
}

/// The policy that a claim is judged by.
async fn judged_by(channel: Channel, id: String) -> String {
    verdict(channel, id).await.versions.unwrap().policy_sha256
}

async fn connected(server: &Server) -> Channel {
    let channel = Channel::from_shared(format!("http://{}", server.address)).unwrap();
    channel.connect_timeout(PATIENCE).connect().await.unwrap()
}

/// Asks until a claim is judged by this policy.
async fn wait_for(channel: &Channel, label: &str, policy: &str) {
    let waited = tokio::time::timeout(PATIENCE, async {
        let mut n = 0;
        while judged_by(channel.clone(), format!("{label}-{n}")).await != policy {
            n += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.expect("the policy is taken");
}

#[test]
fn a_policy_is_replaced_while_claims_come_in_and_a_broken_one_is_refused() {
    const CALLERS: usize = 4;
    let folder = tempfile::tempdir().unwrap();
    let first = write(folder.path(), &policy("first"));
    let server = Server::start(folder.path(), "[policy]\npath = \"policy.toml\"\n");
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let channel = connected(&server).await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (channel, stopped) = (channel.clone(), stopped.clone());
            callers.spawn(async move {
                let mut seen = Vec::new();
                while !*stopped.borrow() {
                    let id = format!("c{caller}-{}", seen.len());
                    seen.push(judged_by(channel.clone(), id).await);
                }
                seen
            });
        }
        wait_for(&channel, "start", &first).await;
        let second = write(folder.path(), &policy("second"));
        hang_up(&server);
        wait_for(&channel, "second", &second).await;

        let broken = write(folder.path(), &policy("broken").replace("[costs]", "[cost]"));
        hang_up(&server);
        // The server reads for a moment; what it refuses never judges.
        for n in 0..20 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert_eq!(judged_by(channel.clone(), format!("broken-{n}")).await, second);
        }
        let back = write(folder.path(), &policy("first"));
        assert_eq!(back, first);
        hang_up(&server);
        wait_for(&channel, "back", &first).await;

        stop.send(true).unwrap();
        let mut answered = 0;
        while let Some(ended) = callers.join_next().await {
            let seen = ended.expect("no caller met a failure");
            assert!(seen.iter().all(|policy| [&first, &second].contains(&policy)));
            assert!(!seen.contains(&broken));
            answered += seen.len();
        }
        assert!(answered > CALLERS, "claims came in all the while");
    });
    server.stop();
}

/// An artifact of the first format, which every later vouch reads.
fn artifact(folder: &Path) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/models/format-1");
    std::fs::create_dir_all(folder).unwrap();
    for file in std::fs::read_dir(kept).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
}

/// Asks until a claim is judged with a model, or without.
async fn wait_for_model(channel: &Channel, label: &str, there: bool) -> v1::Verdict {
    let waited = tokio::time::timeout(PATIENCE, async {
        let mut n = 0;
        loop {
            let told = verdict(channel.clone(), format!("{label}-{n}")).await;
            if told.model.is_some() == there {
                return told;
            }
            n += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited.await.expect("the model is taken")
}

#[test]
fn a_model_is_taken_rolled_back_and_put_away_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let off = "[model]\nenabled = false\n";
    let server = Server::start(folder.path(), off);
    let config = folder.path().join("vouch.toml");
    let without = std::fs::read_to_string(&config).unwrap();
    let models = folder.path().join("models");
    artifact(&models.join("v1"));
    Runtime::new().unwrap().block_on(async {
        let channel = connected(&server).await;
        let told = verdict(channel.clone(), "none".to_owned()).await;
        assert_eq!((told.model, told.versions.unwrap().model_sha256), (None, None));

        // Two versions, of which the one in use is broken: nothing changes until it is rolled back.
        artifact(&models.join("v2"));
        std::fs::write(models.join("v2/model.bin"), "no model").unwrap();
        std::fs::write(models.join("current"), "v2\n").unwrap();
        let named = without.replace(off, "[model]\nfolder = \"models\"\nmax_age_d = 1e6\n");
        std::fs::write(&config, named).unwrap();
        hang_up(&server);
        for n in 0..10 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert_eq!(verdict(channel.clone(), format!("broken-{n}")).await.model, None);
        }
        std::fs::write(models.join("current"), "v1\n").unwrap();
        hang_up(&server);
        let told = wait_for_model(&channel, "taken", true).await;
        let manifest = std::fs::read(models.join("v1/manifest.json")).unwrap();
        let versions = told.versions.unwrap();
        assert_eq!(versions.model_sha256(), hex::encode(Sha256::digest(manifest)));
        let model = told.model.unwrap();
        let sum: f64 = model.contributions.iter().map(|group| group.log_odds).sum();
        assert!((model.bias + sum - model.log_odds).abs() < 1e-6, "{model:#?}");
        assert!(told.degraded.iter().all(|degraded| degraded.code != "rules_only"));

        std::fs::write(&config, &without).unwrap();
        hang_up(&server);
        let told = wait_for_model(&channel, "away", false).await;
        assert!(told.degraded.iter().any(|degraded| degraded.code == "rules_only"));
    });
    server.stop();
}
