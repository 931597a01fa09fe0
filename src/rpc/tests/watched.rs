//! Health and reflection.

use tokio_stream::StreamExt;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use super::fake::Fake;
use super::{Running, ServerLimits, soon};

const SERVICES: [&str; 4] =
    ["", "vouch.v1.RefundRiskService", "vouch.v1.FactService", "vouch.v1.FindingService"];

fn asking(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.into() }
}

async fn check(server: &Running, service: &str) -> Result<ServingStatus, Code> {
    let mut client = HealthClient::new(server.channel.clone());
    let answer = soon(client.check(asking(service))).await;
    answer.map(|answer| answer.into_inner().status()).map_err(|status| status.code())
}

#[tokio::test]
async fn services_serve_until_the_engine_stops() {
    let fake = Fake::new();
    let server = Running::start(&fake, ServerLimits::default()).await;
    let mut client = HealthClient::new(server.channel.clone());
    let mut watched = soon(client.watch(asking(""))).await.unwrap().into_inner();
    assert_eq!(soon(watched.message()).await.unwrap().unwrap().status(), ServingStatus::Serving);
    for service in SERVICES {
        assert_eq!(check(&server, service).await, Ok(ServingStatus::Serving));
    }
    assert_eq!(check(&server, "vouch.v1.Nothing").await, Err(Code::NotFound));
    fake.stop();
    for service in SERVICES {
        assert_eq!(check(&server, service).await, Ok(ServingStatus::NotServing));
    }
    assert_eq!(soon(watched.message()).await.unwrap().unwrap().status(), ServingStatus::NotServing);
}

#[tokio::test]
async fn watchers_are_told_of_a_drain_and_let_go() {
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;
    let mut client = HealthClient::new(server.channel.clone());
    let mut watched = Vec::new();
    for service in SERVICES {
        let mut stream = soon(client.watch(asking(service))).await.unwrap().into_inner();
        assert_eq!(soon(stream.message()).await.unwrap().unwrap().status(), ServingStatus::Serving);
        watched.push(stream);
    }
    let mut unknown = soon(client.watch(asking("nothing"))).await.unwrap().into_inner();
    let status = soon(unknown.message()).await.unwrap().unwrap().status();
    assert_eq!(status, ServingStatus::ServiceUnknown);
    server.shutdown.send(()).unwrap();
    for mut stream in watched {
        let status = soon(stream.message()).await.unwrap().unwrap().status();
        assert_eq!(status, ServingStatus::NotServing);
        assert_eq!(soon(stream.message()).await.unwrap(), None);
    }
    assert_eq!(soon(unknown.message()).await.unwrap(), None);
    soon(server.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn both_reflections_list_the_services() {
    const SHOWN: [&str; 4] = [
        "grpc.health.v1.Health",
        "vouch.v1.FactService",
        "vouch.v1.FindingService",
        "vouch.v1.RefundRiskService",
    ];
    let server = Running::start(&Fake::new(), ServerLimits::default()).await;

    let mut client =
        v1::server_reflection_client::ServerReflectionClient::new(server.channel.clone());
    let request = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1::server_reflection_request::MessageRequest::ListServices(
            String::new(),
        )),
    };
    let answers = soon(client.server_reflection_info(tokio_stream::once(request))).await.unwrap();
    let answer = soon(answers.into_inner().next()).await.unwrap().unwrap();
    let Some(v1::server_reflection_response::MessageResponse::ListServicesResponse(list)) =
        answer.message_response
    else {
        panic!("no list");
    };
    let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    assert!(SHOWN.iter().all(|shown| names.contains(shown)), "{names:?}");

    let mut client =
        v1alpha::server_reflection_client::ServerReflectionClient::new(server.channel.clone());
    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1alpha::server_reflection_request::MessageRequest::ListServices(
            String::new(),
        )),
    };
    let answers = soon(client.server_reflection_info(tokio_stream::once(request))).await.unwrap();
    let answer = soon(answers.into_inner().next()).await.unwrap().unwrap();
    let Some(v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(list)) =
        answer.message_response
    else {
        panic!("no list");
    };
    let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    assert!(SHOWN.iter().all(|shown| names.contains(shown)), "{names:?}");
}
