//! Answers that hold verdicts as they stand in the ledger: encoded once, when they were given, and copied from then on.
//!
//! On the wire a message within a message is a length and bytes. So these say the same as those of `vouch.v1` that they
//! are named for, which clients read; a test holds one against the other.

use prost::bytes::Bytes;

use super::pb::v1;
pub use super::pb::v1::GetDecisionResponse;

/// `vouch.v1.ScoreRefundResponse`.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct ScoreRefundResponse {
    /// An encoded `Verdict`.
    #[prost(bytes = "bytes", optional, tag = "1")]
    pub verdict: Option<Bytes>,
}

/// `vouch.v1.ScoreRefundsResponse`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ScoreRefundsResponse {
    /// The `request_id` of the claim that this answers.
    #[prost(string, tag = "1")]
    pub request_id: String,
    /// What came of it.
    #[prost(oneof = "Outcome", tags = "2, 3")]
    pub result: Option<Outcome>,
}

/// What came of a claim of a stream.
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Outcome {
    /// An encoded `Verdict`.
    #[prost(bytes = "bytes", tag = "2")]
    Verdict(Bytes),
    /// It was refused.
    #[prost(message, tag = "3")]
    Refusal(v1::ClaimRefusal),
}

/// The service that answers so.
pub mod service {
    #![expect(
        clippy::allow_attributes,
        clippy::allow_attributes_without_reason,
        reason = "generated code"
    )]

    include!(concat!(env!("OUT_DIR"), "/encoded/vouch.v1.RefundRiskService.rs"));
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    fn verdict() -> v1::Verdict {
        v1::Verdict {
            decision_id: "d1".into(),
            decision: v1::Decision::Review.into(),
            reasons: vec![v1::Reason { code: "why".into(), ..Default::default() }],
            ..Default::default()
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_public_messages() {
        let encoded = Bytes::from(verdict().encode_to_vec());
        let ours = ScoreRefundResponse { verdict: Some(encoded.clone()) };
        let theirs = v1::ScoreRefundResponse { verdict: Some(verdict()) };
        assert_eq!(ours.encode_to_vec(), theirs.encode_to_vec());

        let refusal = v1::ClaimRefusal { code: 3, message: "no".into(), ..Default::default() };
        let outcomes = [
            (Outcome::Verdict(encoded), v1::score_refunds_response::Result::Verdict(verdict())),
            (
                Outcome::Refusal(refusal.clone()),
                v1::score_refunds_response::Result::Refusal(refusal),
            ),
        ];
        for (ours, theirs) in outcomes {
            let ours = ScoreRefundsResponse { request_id: "q1".into(), result: Some(ours) };
            let theirs = v1::ScoreRefundsResponse { request_id: "q1".into(), result: Some(theirs) };
            assert_eq!(ours.encode_to_vec(), theirs.encode_to_vec());
        }
        let nothing = ScoreRefundResponse { verdict: None };
        assert_eq!(nothing.encode_to_vec(), v1::ScoreRefundResponse::default().encode_to_vec());
    }

    #[test]
    fn the_service_has_the_public_name() {
        use super::service::refund_risk_service_server::SERVICE_NAME;
        assert_eq!(SERVICE_NAME, v1::refund_risk_service_server::SERVICE_NAME);
    }
}
