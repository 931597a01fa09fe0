use prost::bytes::Bytes;
use tokio::net::TcpStream;
use tonic::{Code, Request, Status};

use super::fake::Fake;
use super::{Running, ServerLimits, claim, fact, score, soon, violations};
use crate::wire::pb::v1;

async fn refused(server: &Running, claim: v1::RefundClaim) -> Status {
    soon(server.risk().score_refund(score(claim))).await.unwrap_err()
}

#[tokio::test]
async fn a_message_of_10_mib_is_told_the_limit() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let reason_text = Some("x".repeat(10 * 1_024 * 1_024));
    for _ in 0..10 {
        let status =
            refused(&server, v1::RefundClaim { reason_text: reason_text.clone(), ..claim("q1") })
                .await;
        assert_eq!(status.code(), Code::OutOfRange, "{status:?}");
        assert_eq!(
            status.message(),
            "a message of the request is larger than 262144 bytes, the most that is read; send less at once"
        );
    }
    // The connection goes on.
    assert!(soon(server.risk().score_refund(score(claim("q1")))).await.is_ok());
}

#[tokio::test]
async fn ten_thousand_pieces_of_evidence_are_one_mistake() {
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    let empty = vec![v1::Evidence::default(); 10_000];
    let status = refused(&server, v1::RefundClaim { evidence: empty, ..claim("q1") }).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(
        violations(&status),
        [("claim.evidence".into(), "has 10000 items; give 0 to 20".into())]
    );

    let whole = v1::Evidence { sha256: Bytes::from(vec![7; 32]), ..Default::default() };
    let evidence = vec![whole; 10_000];
    let status = refused(&server, v1::RefundClaim { evidence, ..claim("q1") }).await;
    assert_eq!(status.code(), Code::OutOfRange);
    assert!(status.message().contains("262144 bytes"), "{}", status.message());
}

#[tokio::test]
async fn bytes_that_are_no_message_are_the_clients_fault() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut client = tonic::client::Grpc::new(server.channel.clone());
    client.ready().await.unwrap();
    // Field 1 is a text here, and a claim there.
    let key = v1::get_decision_request::Key::DecisionId("zzz".into());
    let request = Request::new(v1::GetDecisionRequest { key: Some(key), with_facts: false });
    let path = "/vouch.v1.RefundRiskService/ScoreRefund".parse().unwrap();
    let codec =
        tonic_prost::ProstCodec::<v1::GetDecisionRequest, v1::ScoreRefundResponse>::default();
    let status = soon(client.unary(request, path, codec)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    assert!(
        status.message().starts_with("the request can not be decoded; build it from the proto"),
        "{}",
        status.message()
    );
    assert_eq!(fake.asked(), [""; 0]);
}

#[tokio::test]
async fn many_violations_fit_the_headers_that_clients_take() {
    let limits = ServerLimits { message_max_bytes: 4 * 1_024 * 1_024, ..Default::default() };
    let server = Running::start(&Fake::new(), limits).await;
    let facts = (0..1_000).map(|_| fact(&"é".repeat(65), &"订单".repeat(60))).collect();
    let status = soon(server.facts().record_facts(v1::RecordFactsRequest { facts })).await;
    let status = status.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    assert!(status.message().ends_with("; 99 more to correct, see the violations"));
    let violations = violations(&status);
    let (last, told) = violations.split_last().unwrap();
    assert!(told.len() > 20, "{}", told.len());
    let more = 100 - told.len();
    assert_eq!(*last, (String::new(), format!("and {more} more; correct these first")));
    let mut headers = tonic::codegen::http::HeaderMap::new();
    status.add_header(&mut headers).unwrap();
    let size: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    assert!(size < 8 * 1_024, "{size}");
}

#[tokio::test]
async fn a_connection_too_many_is_closed() {
    let limits = ServerLimits { connections_max: 1, ..Default::default() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let fake = Fake::new();
    let clock = std::sync::Arc::new(crate::clock::ManualClock::new(super::NOW));
    let serving =
        crate::rpc::serve(listener, fake, super::tenant(), clock, limits, std::future::pending());
    let clients = async {
        let first = TcpStream::connect(address).await.unwrap();
        let second = TcpStream::connect(address).await.unwrap();
        assert!(is_closed(&second).await);
        drop(first);
    };
    soon(async {
        tokio::select! {
            _ = serving => panic!("nobody stopped it"),
            () = clients => {}
        }
    })
    .await;
}

/// The other side closed the connection before it said anything.
async fn is_closed(stream: &TcpStream) -> bool {
    stream.readable().await.unwrap();
    stream.try_read(&mut [0]).map_or(true, |bytes| bytes == 0)
}
