//! `vouch findings`.

use super::output::{self, Failure};
use crate::domain::{FindingKind, Timestamp};
use crate::wire::pb::v1::finding_service_client::FindingServiceClient;
use crate::wire::pb::v1::{Finding, WatchFindingsRequest, WatchFindingsResponse};
use crate::wire::{WireEnum, to_json};

#[derive(Debug, clap::Args)]
pub(super) struct Findings {
    /// Only findings behind this place in the ledger: the first column of the last one that was dealt with.
    #[arg(long, value_name = "POSITION", default_value_t = 0)]
    after: u64,
    /// Only findings of this kind; may be given several times.
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Vec<FindingKind>,
    /// Go on and print each finding as it is made.
    #[arg(long)]
    follow: bool,
    /// Print one JSON object per line, as WatchFindings sends it.
    #[arg(long)]
    json: bool,
    /// The server that noticed.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    server: String,
}

fn kind(word: &str) -> Result<FindingKind, String> {
    let known = FindingKind::ALL.iter().find(|kind| kind.as_str() == word);
    known.copied().ok_or_else(|| format!("give one of {}", FindingKind::WORDS.join(", ")))
}

impl Findings {
    /// Prints what a server noticed by itself, a line for each finding.
    pub(super) fn run(self) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(self.print())
    }

    async fn print(self) -> Result<(), Failure> {
        let mut client = FindingServiceClient::connect(format!("http://{}", self.server))
            .await
            .map_err(|error| format!("no vouch answers on {}: {error}", self.server))?;
        let kinds = self.kind.iter().map(|kind| kind.number()).collect();
        let request = WatchFindingsRequest { after_position: self.after, kinds };
        let told = |status: tonic::Status| status.message().to_owned();
        let mut findings = client.watch_findings(request).await.map_err(told)?.into_inner();
        while let Some(response) = findings.message().await.map_err(told)? {
            match &response.finding {
                Some(_) if self.json => output::line(to_json(RESPONSE, &response)?)?,
                Some(finding) => output::line(line(&response, finding))?,
                // Nothing is left for now.
                None if !self.follow => break,
                None => {}
            }
        }
        Ok(())
    }
}

const RESPONSE: &str = "vouch.v1.WatchFindingsResponse";

/// `position found_at kind text`, and whether it was overtaken.
fn line(response: &WatchFindingsResponse, finding: &Finding) -> String {
    let kind = FindingKind::from_number(finding.kind).map_or("?", FindingKind::as_str);
    let found_at = finding.found_at.map_or_else(String::new, shown);
    let text = response.agent_text.as_ref().map_or("", |text| &text.en);
    let lifted = if response.lifted { " (overtaken: nothing is left to be done)" } else { "" };
    format!("{:>10}  {found_at:<24}  {kind:<26}  {text}{lifted}", response.position)
}

fn shown(time: prost_types::Timestamp) -> String {
    let ms = time.seconds.saturating_mul(1_000).saturating_add(i64::from(time.nanos / 1_000_000));
    Timestamp::from_ms(ms).to_string()
}
